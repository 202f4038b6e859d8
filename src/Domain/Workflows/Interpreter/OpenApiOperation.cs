using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// One operation of an OpenAPI 3 or Swagger 2 document, and how it is asked. Parameters go where the document says; what it names no parameter
/// for is the body: all of it as <c>body</c>, or member by member.
/// </summary>
internal sealed class OpenApiOperation
{
    /// <summary>The most references that are followed from one to the next.</summary>
    private const int MaxReferences = 32;

    /// <summary>The parameter by which a workflow gives the body as a whole.</summary>
    private const string Body = "body";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private readonly JsonObject document;
    private readonly Uri at;
    private readonly string path;
    private readonly string method;
    private readonly JsonObject item;
    private readonly JsonObject operation;

    private OpenApiOperation(JsonObject document, Uri at, string path, string method, JsonObject item, JsonObject operation)
    {
        this.document = document;
        this.at = at;
        this.path = path;
        this.method = method;
        this.item = item;
        this.operation = operation;
    }

    private bool IsSwagger => document["swagger"] is JsonString;

    /// <param name="at">Where the document came from; its relative servers are resolved against it.</param>
    /// <returns>Null where the document has no operation of that id.</returns>
    public static OpenApiOperation? Find(JsonObject document, Uri at, string id)
    {
        foreach (var (path, value) in Members(document["paths"]))
        {
            if (Resolve(document, value) is not { } item)
            {
                continue;
            }

            foreach (var method in Methods)
            {
                if (item[method] is JsonObject operation && operation["operationId"] is JsonString own && own.Value == id)
                {
                    return new OpenApiOperation(document, at, path, method, item, operation);
                }
            }
        }

        return null;
    }

    /// <exception cref="WorkflowFaultException">A parameter is missing or unknown (validation), or the document asks for what cannot be sent (configuration).</exception>
    public HttpRequest Request(JsonObject given, Proof? proof)
    {
        var target = new OpenApiTarget(path);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var form = new List<KeyValuePair<string, Json>>();
        Json? body = null;
        foreach (var parameter in Parameters())
        {
            var (name, place) = (Text(parameter["name"]) ?? "", Text(parameter["in"]));
            var value = place == Body ? given[Body] ?? given[name] : given[name];
            used.Add(place == Body && given[Body] is not null ? Body : name);
            if (value is null or JsonNull)
            {
                if (parameter["required"] is JsonBoolean { Value: true })
                {
                    throw new WorkflowFaultException(Fault.Validation($"The operation `{Id}` needs the parameter `{name}`."));
                }

                continue;
            }

            switch (place)
            {
                case Body:
                    body = value;
                    break;
                case "formData":
                    form.Add(KeyValuePair.Create(name, value));
                    break;
                default:
                    target.Add(name, place, value, parameter, IsSwagger);
                    break;
            }
        }

        var rest = given.Members.Where(member => !used.Contains(member.Key)).ToList();
        body ??= form.Count > 0 ? new JsonObject(form) : Rest(rest);
        if (body is null && Resolve(document, operation["requestBody"]) is { } wanted && wanted["required"] is JsonBoolean { Value: true })
        {
            throw new WorkflowFaultException(Fault.Validation($"The operation `{Id}` needs a body. Give it as the parameter `{Body}`."));
        }

        var headers = target.Headers;
        if (body is not null && MediaType(form.Count > 0) is { } type && !headers.Any(h => h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)))
        {
            headers.Add(KeyValuePair.Create("Content-Type", type));
        }

        return HttpRequest.Of(method.ToUpperInvariant(), target.On(Server()), headers, body, proof);
    }

    private string Id => Text(operation["operationId"])!;

    /// <summary>What the document names no parameter for.</summary>
    private Json? Rest(List<KeyValuePair<string, Json>> rest)
    {
        if (rest.Count == 0)
        {
            return null;
        }

        if (operation["requestBody"] is null)
        {
            var known = Parameters().Select(p => Text(p["name"]) ?? "").ToList();
            throw new WorkflowFaultException(Fault.Validation(
                $"The operation `{Id}` has no parameter `{rest[0].Key}`.{Suggestion.For(rest[0].Key, known)}{(known.Count == 0 ? "" : $" It has {string.Join(", ", known)}.")}"));
        }

        return rest.Find(member => member.Key == Body).Value ?? new JsonObject(rest);
    }

    /// <summary>The operation's parameters, and those of its path that it does not have itself.</summary>
    private IEnumerable<JsonObject> Parameters() => new[] { operation, item }
        .SelectMany(holder => (holder["parameters"] as JsonArray)?.Items ?? [])
        .Select(parameter => Resolve(document, parameter))
        .OfType<JsonObject>()
        .DistinctBy(parameter => (Text(parameter["name"]), Text(parameter["in"])));

    /// <summary>What a body is sent as: JSON where the document allows it; null where it does not say.</summary>
    private string? MediaType(bool form)
    {
        var offered = IsSwagger
            ? ((operation["consumes"] ?? document["consumes"]) as JsonArray)?.Items.Select(Text).OfType<string>().ToList() ?? []
            : Members(Resolve(document, operation["requestBody"])?["content"]).Select(m => m.Key).ToList();
        const string formType = "application/x-www-form-urlencoded";
        if (form)
        {
            return formType;
        }

        var chosen = offered.Find(IsJson) ?? offered.Find(type => type.Equals(formType, StringComparison.OrdinalIgnoreCase)) ?? offered.FirstOrDefault();
        return chosen switch
        {
            null or "*/*" or "application/*" => null,
            _ when chosen.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) =>
                throw new WorkflowFaultException(Fault.Configuration($"The operation `{Id}` takes {chosen} only, which Jarvis does not send.")),
            _ => chosen,
        };

        static bool IsJson(string type) => type.Split(';')[0].Trim() is var bare
            && (bare.Equals("application/json", StringComparison.OrdinalIgnoreCase) || bare.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }

    private Uri Server()
    {
        string text;
        if (IsSwagger)
        {
            var schemes = (document["schemes"] as JsonArray)?.Items.Select(Text).OfType<string>().ToList() ?? [];
            var scheme = schemes.Count == 0 || schemes.Contains(at.Scheme) ? at.Scheme : schemes.Contains("https") ? "https" : schemes[0];
            text = $"{scheme}://{Text(document["host"]) ?? at.Authority}{Text(document["basePath"])}";
        }
        else
        {
            var servers = new[] { operation, item, document }.Select(holder => holder["servers"]).OfType<JsonArray>().FirstOrDefault(list => list.Count > 0);
            var server = servers?[0] as JsonObject;
            text = Text(server?["url"]) ?? "/";
            foreach (var (name, variable) in Members(server?["variables"]))
            {
                text = text.Replace($"{{{name}}}", Text((variable as JsonObject)?["default"]) ?? "", StringComparison.Ordinal);
            }
        }

        return Uri.TryCreate(at, text, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new WorkflowFaultException(Fault.Configuration($"The OpenAPI document names a server that is no http or https URI: {text}"));
    }

    /// <summary>An object, over its references within the document; null where it is none, or lies elsewhere.</summary>
    private static JsonObject? Resolve(JsonObject document, Json? value)
    {
        for (var i = 0; i < MaxReferences && value is JsonObject o; i++)
        {
            if (o["$ref"] is not JsonString reference)
            {
                return o;
            }

            if (!reference.Value.StartsWith("#/", StringComparison.Ordinal))
            {
                throw new WorkflowFaultException(Fault.Configuration($"The OpenAPI document refers to {reference.Value}; only references within it are followed."));
            }

            value = JsonPointer.Follow(document, reference.Value);
        }

        return null;
    }

    private static IEnumerable<KeyValuePair<string, Json>> Members(Json? value) => (value as JsonObject)?.Members ?? Enumerable.Empty<KeyValuePair<string, Json>>();

    private static string? Text(Json? value) => (value as JsonString)?.Value;
}
