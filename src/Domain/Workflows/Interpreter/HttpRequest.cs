using System.Collections.Immutable;
using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>An HTTP call with everything evaluated (dsl-reference.md, "HTTP Call").</summary>
internal sealed record HttpRequest(
    string Method, Uri Uri, ImmutableArray<KeyValuePair<string, string>> Headers, byte[]? Body, Json BodyValue, DigestCredentials? Digest = null)
{
    public const string IdempotencyKey = "Idempotency-Key";

    private const string ContentType = "Content-Type";
    private const string Authorization = "Authorization";
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>RFC 9110, section 9.2.1.</summary>
    public bool IsSafe => Method is "GET" or "HEAD" or "OPTIONS";

    public bool HasHeader(string name) => Headers.Any(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <param name="proof">Who sends it; null for nobody in particular.</param>
    public static HttpRequest Build(HttpCall call, Proof? proof, Frame frame, CancellationToken cancellation)
    {
        var method = Text(frame.Evaluate(call.Method, frame.Input, cancellation), "method").ToUpperInvariant();
        var headers = Members(call.Headers, "headers", frame, cancellation).Select(h => KeyValuePair.Create(h.Key, Text(h.Value, h.Key)));
        return Of(method, Address(call, frame, cancellation), headers, call.Body is { } body ? frame.Evaluate(body, frame.Input, cancellation) : null, proof);
    }

    /// <param name="body">Null, or the JSON null, for none.</param>
    /// <exception cref="WorkflowFaultException">A header cannot be sent (configuration).</exception>
    public static HttpRequest Of(string method, Uri uri, IEnumerable<KeyValuePair<string, string>> given, Json? body, Proof? proof)
    {
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (name, value) in given)
        {
            if (value.AsSpan().IndexOfAny('\r', '\n') >= 0 || name.AsSpan().IndexOfAny(" \r\n:") >= 0)
            {
                throw new WorkflowFaultException(Fault.Configuration($"The header {name} holds a line break or a character that a header cannot have."));
            }

            headers.Add(KeyValuePair.Create(name, value));
        }

        if (proof is not null)
        {
            headers.RemoveAll(h => h.Key.Equals(Authorization, StringComparison.OrdinalIgnoreCase));
            if (proof.Digest is null)
            {
                headers.Add(KeyValuePair.Create(Authorization, $"{proof.Scheme} {proof.Parameter}"));
            }
        }

        if (body is null or JsonNull)
        {
            return new HttpRequest(method, uri, headers.ToImmutable(), null, Json.Null, proof?.Digest);
        }

        var type = headers.FirstOrDefault(h => h.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase)).Value;
        if (type is null)
        {
            type = body is JsonString ? "text/plain; charset=utf-8" : "application/json";
            headers.Add(KeyValuePair.Create(ContentType, type));
        }

        return new HttpRequest(method, uri, headers.ToImmutable(), Encode(body, type), body, proof?.Digest);
    }

    /// <summary>As the host performs it.</summary>
    public Activity.Http ToActivity(string task, string instance, int attempt, HttpOutput output, bool acceptRedirects) =>
        new(task, instance, attempt, Method, Uri, Headers, Body, output, acceptRedirects, Digest);

    /// <summary>What the started event tells of it; the authorization is never told.</summary>
    public Json ToArguments()
    {
        var told = (JsonObject)Json.Of(
            ("method", Method),
            ("uri", Uri.AbsoluteUri),
            ("headers", new JsonObject(Headers.Select(h => KeyValuePair.Create(
                h.Key, Json.Of(h.Key.Equals(Authorization, StringComparison.OrdinalIgnoreCase) ? SecretMask.Mask : h.Value))))));
        return Body is null ? told : told.With("body", BodyValue);
    }

    private static byte[] Encode(Json body, string type) => body switch
    {
        JsonString text when !type.Contains("json", StringComparison.OrdinalIgnoreCase) => Encoding.UTF8.GetBytes(text.Value),
        JsonObject form when type.StartsWith(FormType, StringComparison.OrdinalIgnoreCase) =>
            Encoding.UTF8.GetBytes(string.Join('&', form.Members.Select(m => $"{Uri.EscapeDataString(m.Key)}={Uri.EscapeDataString(Text(m.Value, m.Key))}"))),
        _ => body.ToUtf8Bytes(),
    };

    private static Uri Address(HttpCall call, Frame frame, CancellationToken cancellation)
    {
        var uri = Address(call.Endpoint, frame, cancellation);
        var query = string.Join('&', Members(call.Query, "query", frame, cancellation).SelectMany(member =>
            (member.Value is JsonArray many ? many.Items : [member.Value])
                .Where(one => one is not JsonNull)
                .Select(one => $"{Uri.EscapeDataString(member.Key)}={Uri.EscapeDataString(Text(one, member.Key))}")));
        return query.Length == 0 ? uri : new UriBuilder(uri) { Query = uri.Query.Length > 1 ? $"{uri.Query[1..]}&{query}" : query }.Uri;
    }

    /// <summary>What an endpoint names: a URI, its template filled in with the input's properties, or what its expression gives.</summary>
    /// <exception cref="WorkflowFaultException">It names no http or https URI (configuration).</exception>
    public static Uri Address(Template endpoint, Frame frame, CancellationToken cancellation)
    {
        var value = frame.Evaluate(endpoint, frame.Input, cancellation);
        var text = value is JsonObject { } o && o["uri"] is { } inner ? Text(inner, "endpoint") : Text(value, "endpoint");
        if (endpoint is Template.Literal)
        {
            text = Expand(text, frame.Input);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw new WorkflowFaultException(Fault.Configuration($"The endpoint {text} is not an http or https URI."));
    }

    /// <summary>RFC 6570, simple string expansion, of the input's top-level properties (dsl-reference.md, "URI Template").</summary>
    public static string Expand(string template, Json input)
    {
        var text = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0)
            {
                text.Append(template[i]);
                continue;
            }

            var name = template[(i + 1)..end];
            var value = (input as JsonObject)?[name] ?? Json.Null;
            if (value is JsonArray or JsonObject)
            {
                throw new WorkflowFaultException(Fault.Expression($"{{{name}}} in the endpoint is {(value is JsonArray ? "an array" : "an object")}; only texts, numbers, booleans and null can stand there."));
            }

            text.Append(Uri.EscapeDataString(Text(value, name)));
            i = end;
        }

        return text.ToString();
    }

    private static IEnumerable<KeyValuePair<string, Json>> Members(Template? template, string what, Frame frame, CancellationToken cancellation)
    {
        if (template is null)
        {
            return [];
        }

        return frame.Evaluate(template, frame.Input, cancellation) switch
        {
            JsonObject o => o.Members,
            JsonNull => [],
            _ => throw new WorkflowFaultException(Fault.Expression($"`{what}` must give an object.")),
        };
    }

    /// <exception cref="WorkflowFaultException">It is a list or an object (expression).</exception>
    public static string Text(Json value, string what) => value switch
    {
        JsonString text => text.Value,
        JsonNull => "",
        JsonNumber or JsonBoolean => value.ToString(),
        _ => throw new WorkflowFaultException(Fault.Expression($"`{what}` must give a text, a number or a boolean.")),
    };
}
