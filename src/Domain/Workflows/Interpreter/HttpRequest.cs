using System.Collections.Immutable;
using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>An HTTP call with everything evaluated (dsl-reference.md, "HTTP Call").</summary>
internal sealed record HttpRequest(string Method, Uri Uri, ImmutableArray<KeyValuePair<string, string>> Headers, byte[]? Body, Json BodyValue)
{
    public const string IdempotencyKey = "Idempotency-Key";

    private const string ContentType = "Content-Type";
    private const string Authorization = "Authorization";
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>RFC 9110, section 9.2.1.</summary>
    public bool IsSafe => Method is "GET" or "HEAD" or "OPTIONS";

    public bool HasHeader(string name) => Headers.Any(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static HttpRequest Build(HttpCall call, Frame frame, Walk walk, CancellationToken cancellation)
    {
        (string Scheme, string Parameter)? authorization = call.Authentication is { } authentication ? Authorize(authentication, frame, walk, cancellation) : null;
        if (authorization is { } resolved)
        {
            frame.Authorization = Json.Of(("scheme", resolved.Scheme), ("parameter", resolved.Parameter));
        }

        var method = Text(frame.Evaluate(call.Method, frame.Input, cancellation), "method").ToUpperInvariant();
        var uri = Address(call, frame, cancellation);
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (name, value) in Members(call.Headers, "headers", frame, cancellation))
        {
            var text = Text(value, name);
            if (text.AsSpan().IndexOfAny('\r', '\n') >= 0 || name.AsSpan().IndexOfAny(" \r\n:") >= 0)
            {
                throw new WorkflowFaultException(Fault.Configuration($"The header {name} holds a line break or a character that a header cannot have."));
            }

            headers.Add(KeyValuePair.Create(name, text));
        }

        if (authorization is { } proof)
        {
            headers.RemoveAll(h => h.Key.Equals(Authorization, StringComparison.OrdinalIgnoreCase));
            headers.Add(KeyValuePair.Create(Authorization, $"{proof.Scheme} {proof.Parameter}"));
        }

        var bodyValue = call.Body is { } body ? frame.Evaluate(body, frame.Input, cancellation) : Json.Null;
        var type = headers.FirstOrDefault(h => h.Key.Equals(ContentType, StringComparison.OrdinalIgnoreCase)).Value;
        byte[]? bytes = null;
        if (call.Body is not null && bodyValue is not JsonNull)
        {
            if (type is null)
            {
                type = bodyValue is JsonString ? "text/plain; charset=utf-8" : "application/json";
                headers.Add(KeyValuePair.Create(ContentType, type));
            }

            bytes = Encode(bodyValue, type);
        }

        return new HttpRequest(method, uri, headers.ToImmutable(), bytes, bodyValue);
    }

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
        var value = frame.Evaluate(call.Endpoint, frame.Input, cancellation);
        var text = value is JsonObject { } o && o["uri"] is { } inner ? Text(inner, "endpoint") : Text(value, "endpoint");
        if (call.Endpoint is Template.Literal)
        {
            text = Expand(text, frame.Input);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new WorkflowFaultException(Fault.Configuration($"The endpoint {text} is not an http or https URI."));
        }

        var query = string.Join('&', Members(call.Query, "query", frame, cancellation).SelectMany(member =>
            (member.Value is JsonArray many ? many.Items : [member.Value])
                .Where(one => one is not JsonNull)
                .Select(one => $"{Uri.EscapeDataString(member.Key)}={Uri.EscapeDataString(Text(one, member.Key))}")));
        return query.Length == 0 ? uri : new UriBuilder(uri) { Query = uri.Query.Length > 1 ? $"{uri.Query[1..]}&{query}" : query }.Uri;
    }

    /// <summary>RFC 6570, simple string expansion, of the input's top-level properties (dsl-reference.md, "URI Template").</summary>
    private static string Expand(string template, Json input)
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

    private static string Text(Json value, string what) => value switch
    {
        JsonString text => text.Value,
        JsonNull => "",
        JsonNumber or JsonBoolean => value.ToString(),
        _ => throw new WorkflowFaultException(Fault.Expression($"`{what}` must give a text, a number or a boolean.")),
    };

    private static (string Scheme, string Parameter) Authorize(Authentication authentication, Frame frame, Walk walk, CancellationToken cancellation)
    {
        switch (authentication)
        {
            case Authentication.Basic basic:
                return Basic(frame.Evaluate(basic.Username, frame.Input, cancellation), frame.Evaluate(basic.Password, frame.Input, cancellation));
            case Authentication.Bearer bearer:
                return ("Bearer", Text(frame.Evaluate(bearer.Token, frame.Input, cancellation), "token"));
            case Authentication.FromSecret from:
                walk.RequireSecret(from.Secret);
                var secret = ((JsonObject)walk.Secrets)[from.Secret] ?? Json.Null;
                return from.Scheme == "Basic"
                    ? secret is JsonObject pair && pair["username"] is { } user && pair["password"] is { } password
                        ? Basic(user, password)
                        : throw new WorkflowFaultException(Fault.Configuration($"The secret `{from.Secret}` must hold username and password."))
                    : ("Bearer", Text(secret is JsonObject holder ? holder["token"] ?? Json.Null : secret, "token"));
            default:
                throw new InvalidOperationException("Unknown authentication.");
        }
    }

    private static (string, string) Basic(Json user, Json password) =>
        ("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Text(user, "username")}:{Text(password, "password")}")));
}
