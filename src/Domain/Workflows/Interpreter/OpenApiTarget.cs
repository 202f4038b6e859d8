using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>Where an operation's parameters go: path, query, header fields and cookies, each in the style that the document gives it.</summary>
internal sealed class OpenApiTarget(string path)
{
    private readonly List<string> query = [];
    private readonly List<string> cookies = [];
    private readonly List<KeyValuePair<string, string>> headers = [];
    private string path = path;

    public List<KeyValuePair<string, string>> Headers =>
        cookies.Count == 0 ? headers : [.. headers, KeyValuePair.Create("Cookie", string.Join("; ", cookies))];

    public Uri On(Uri server)
    {
        var open = path.IndexOf('{', StringComparison.Ordinal);
        if (open >= 0)
        {
            var name = path[open..(path.IndexOf('}', open) is > 0 and var end ? end + 1 : path.Length)];
            throw new WorkflowFaultException(Fault.Validation($"The path needs a value for {name}."));
        }

        var whole = new UriBuilder(server) { Path = $"{server.AbsolutePath.TrimEnd('/')}/{path.TrimStart('/')}" };
        if (query.Count > 0)
        {
            whole.Query = string.Join('&', query);
        }

        return whole.Uri;
    }

    /// <param name="swagger">Whether the parameter is described as in Swagger 2 (<c>collectionFormat</c>) instead of by <c>style</c> and <c>explode</c>.</param>
    public void Add(string name, string? place, Json value, JsonObject parameter, bool swagger)
    {
        switch (place)
        {
            case "path":
                path = path.Replace($"{{{name}}}", InPath(name, value, parameter, swagger), StringComparison.Ordinal);
                break;
            case "query":
                query.AddRange(InQuery(name, value, parameter, swagger));
                break;
            case "header":
                headers.Add(KeyValuePair.Create(name, Simple(value, Explodes(parameter, swagger, false), escape: false)));
                break;
            case "cookie":
                cookies.Add($"{name}={Simple(value, false, escape: true)}");
                break;
            default:
                throw new WorkflowFaultException(Fault.Configuration($"The OpenAPI document puts the parameter `{name}` into `{place}`, which is no place."));
        }
    }

    private static string InPath(string name, Json value, JsonObject parameter, bool swagger)
    {
        var explodes = Explodes(parameter, swagger, false);
        return Style(parameter) switch
        {
            "label" => "." + Joined(value, explodes ? "." : ",", explodes),
            "matrix" => value switch
            {
                JsonArray many when explodes => string.Concat(many.Items.Select(one => $";{name}={Escape(one)}")),
                JsonObject parts when explodes => string.Concat(parts.Members.Select(part => $";{Uri.EscapeDataString(part.Key)}={Escape(part.Value)}")),
                _ => $";{name}={Joined(value, ",", false)}",
            },
            _ => Simple(value, explodes, escape: true),
        };
    }

    private static IEnumerable<string> InQuery(string name, Json value, JsonObject parameter, bool swagger)
    {
        var key = Uri.EscapeDataString(name);
        var style = Style(parameter);
        var separator = swagger ? Collection(parameter) : style switch { "spaceDelimited" => "%20", "pipeDelimited" => "%7C", _ => "," };
        var explodes = swagger ? separator is null : Explodes(parameter, swagger, style is null or "form");
        return value switch
        {
            JsonObject parts when style == "deepObject" => parts.Members.Select(part => $"{key}[{Uri.EscapeDataString(part.Key)}]={Escape(part.Value)}"),
            JsonObject parts when explodes => parts.Members.Select(part => $"{Uri.EscapeDataString(part.Key)}={Escape(part.Value)}"),
            JsonArray many when explodes => many.Items.Select(one => $"{key}={Escape(one)}"),
            _ => [$"{key}={Joined(value, separator ?? ",", false)}"],
        };
    }

    private static string? Collection(JsonObject parameter) => (parameter["collectionFormat"] as JsonString)?.Value switch
    {
        "multi" => null,
        "ssv" => "%20",
        "tsv" => "%09",
        "pipes" => "%7C",
        _ => ",",
    };

    private static string Simple(Json value, bool explodes, bool escape) => Joined(value, ",", explodes, escape);

    private static string Joined(Json value, string separator, bool explodes, bool escape = true)
    {
        var text = new StringBuilder();
        switch (value)
        {
            case JsonArray many:
                return text.AppendJoin(separator, many.Items.Select(one => Plain(one, escape))).ToString();
            case JsonObject parts:
                return text.AppendJoin(separator, parts.Members.Select(part =>
                    $"{(escape ? Uri.EscapeDataString(part.Key) : part.Key)}{(explodes ? "=" : separator)}{Plain(part.Value, escape)}")).ToString();
            default:
                return Plain(value, escape);
        }
    }

    private static string Escape(Json value) => Plain(value, escape: true);

    private static string Plain(Json value, bool escape)
    {
        var text = value is JsonArray or JsonObject ? value.ToString() : HttpRequest.Text(value, "parameters");
        return escape ? Uri.EscapeDataString(text) : text;
    }

    private static string? Style(JsonObject parameter) => (parameter["style"] as JsonString)?.Value;

    private static bool Explodes(JsonObject parameter, bool swagger, bool standard) =>
        !swagger && (parameter["explode"] is JsonBoolean explode ? explode.Value : standard);
}
