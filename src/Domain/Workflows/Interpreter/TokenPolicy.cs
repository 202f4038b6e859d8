using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>How a token is asked for (RFC 6749, RFC 7523, RFC 8693; dsl-reference.md, "OAUTH2 Authentication").</summary>
internal sealed record TokenPolicy(Uri Authority, string TokenPath, string Grant, string ClientProof, bool AsJson, JsonObject Policy)
{
    /// <summary>How long a token is used that does not say how long it is good.</summary>
    private static readonly TimeSpan UnsaidLifetime = TimeSpan.FromMinutes(1);

    /// <summary>How long a signed assertion is good.</summary>
    private static readonly TimeSpan AssertionLifetime = TimeSpan.FromMinutes(2);

    private const string WellKnown = "/.well-known/";

    public bool IsDiscovery => Authority.AbsolutePath.Contains(WellKnown, StringComparison.Ordinal);

    public Uri Discovery => IsDiscovery ? Authority : Below(WellKnown + "openid-configuration");

    public Uri Endpoint => Uri.TryCreate(TokenPath, UriKind.Absolute, out var whole) && whole.Scheme is "http" or "https" ? whole : Below(TokenPath);

    /// <param name="input">Fills in the authority's template.</param>
    /// <exception cref="WorkflowFaultException">The policy asks for what cannot be done (configuration).</exception>
    public static TokenPolicy Read(Json given, Json input)
    {
        var policy = given as JsonObject ?? throw Wrong("is no object");
        var authority = HttpRequest.Expand(Text(policy, "authority") ?? throw Wrong("has no authority"), input);
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw Wrong($"has an authority that is no http or https URI ({authority})");
        }

        var client = policy["client"] as JsonObject ?? JsonObject.Empty;
        var grant = Text(policy, "grant") ?? throw Wrong("has no grant");
        var proof = Text(client, "authentication") ?? "client_secret_post";
        if (Text(client, "id") is null && proof is not ("none" or "private_key_jwt"))
        {
            throw Wrong("has no client.id");
        }

        return new TokenPolicy(
            uri,
            Text(policy["endpoints"] as JsonObject ?? JsonObject.Empty, "token") ?? "/oauth2/token",
            grant,
            proof,
            Text(policy["request"] as JsonObject ?? JsonObject.Empty, "encoding") == "application/json",
            policy);
    }

    public HttpRequest Request(Uri endpoint, DateTimeOffset now, Func<string> newId)
    {
        var fields = new List<(string Name, string Value)> { ("grant_type", Grant) };
        var headers = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        Identify(fields, headers, endpoint, now, newId);
        Add("scope", string.Join(' ', Texts("scopes")));
        fields.AddRange(Texts("audiences").Select(audience => ("audience", audience)));
        var subject = Policy["subject"] as JsonObject ?? JsonObject.Empty;
        switch (Grant)
        {
            case "password":
                fields.Add(("username", Text(Policy, "username") ?? throw Wrong("has no username")));
                fields.Add(("password", Text(Policy, "password") ?? throw Wrong("has no password")));
                break;
            case "refresh_token":
                fields.Add(("refresh_token", Text(subject, "token") ?? throw Wrong("has no subject.token to refresh")));
                break;
            case "client_credentials":
                break;
            case "urn:ietf:params:oauth:grant-type:token-exchange":
                var actor = Policy["actor"] as JsonObject ?? JsonObject.Empty;
                fields.Add(("subject_token", Text(subject, "token") ?? throw Wrong("has no subject.token to exchange")));
                Add("subject_token_type", Text(subject, "type"));
                Add("actor_token", Text(actor, "token"));
                Add("actor_token_type", Text(actor, "type"));
                break;
            default:
                throw Wrong($"has a grant that Jarvis does not know ({Grant})");
        }

        headers.Add(KeyValuePair.Create("Accept", "application/json"));
        headers.Add(KeyValuePair.Create("Content-Type", AsJson ? "application/json" : "application/x-www-form-urlencoded"));
        var body = AsJson
            ? new JsonObject(fields.GroupBy(f => f.Name).Select(g => KeyValuePair.Create(g.Key, Json.Of(string.Join(' ', g.Select(f => f.Value)))))).ToUtf8Bytes()
            : Encoding.UTF8.GetBytes(string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}")));
        return new HttpRequest("POST", endpoint, headers.ToImmutable(), body, Json.Null);

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                fields.Add((name, value));
            }
        }
    }

    /// <summary>The token of an answer, and how long it is good.</summary>
    /// <exception cref="WorkflowFaultException">There is none, or an issuer signed it that the policy does not trust (authentication).</exception>
    public (Proof Proof, TimeSpan Lifetime) Accept(Json answer)
    {
        if (answer is not JsonObject o || Text(o, "access_token") is not { Length: > 0 } token)
        {
            throw new WorkflowFaultException(Fault.Authentication($"{Authority.Host} answered without an access_token."));
        }

        var trusted = Texts("issuers").ToList();
        if (trusted.Count > 0 && !(IssuerOf(token) is { } issuer && trusted.Contains(issuer)))
        {
            throw new WorkflowFaultException(Fault.Authentication("The token is not of an issuer that `issuers` lists."));
        }

        var type = Text(o, "token_type");
        var scheme = string.IsNullOrEmpty(type) || type.Equals("bearer", StringComparison.OrdinalIgnoreCase) ? "Bearer" : type;
        var lifetime = o["expires_in"] is JsonNumber { Value: > 0 and < 1e8 } seconds ? TimeSpan.FromSeconds(seconds.Value) : UnsaidLifetime;
        return (new Proof(scheme, token), lifetime);
    }

    private void Identify(
        List<(string Name, string Value)> fields, ImmutableArray<KeyValuePair<string, string>>.Builder headers, Uri endpoint, DateTimeOffset now, Func<string> newId)
    {
        var client = Policy["client"] as JsonObject ?? JsonObject.Empty;
        var id = Text(client, "id");
        switch (ClientProof)
        {
            case "client_secret_basic":
                var pair = $"{Uri.EscapeDataString(id!)}:{Uri.EscapeDataString(Secret())}";
                headers.Add(KeyValuePair.Create("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
                return;
            case "client_secret_post":
                fields.Add(("client_id", id!));
                if (Text(client, "secret") is { } secret)
                {
                    fields.Add(("client_secret", secret));
                }

                return;
            case "client_secret_jwt":
                Assert(Sign(id!, Secret(), endpoint, now, newId()));
                return;
            case "private_key_jwt":
                Assert(Text(client, "assertion") ?? throw Wrong("has no client.assertion"));
                return;
            case "none":
                if (id is not null)
                {
                    fields.Add(("client_id", id));
                }

                return;
            default:
                throw Wrong($"has a client.authentication that Jarvis does not know ({ClientProof})");
        }

        string Secret() => Text(client, "secret") ?? throw Wrong("has no client.secret");

        void Assert(string assertion)
        {
            if (id is not null)
            {
                fields.Add(("client_id", id));
            }

            fields.Add(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
            fields.Add(("client_assertion", assertion));
        }
    }

    /// <summary>RFC 7523, section 3, signed with the client's secret (HS256).</summary>
    private static string Sign(string client, string secret, Uri endpoint, DateTimeOffset now, string id)
    {
        var claims = Json.Of(
            ("iss", client), ("sub", client), ("aud", endpoint.AbsoluteUri), ("jti", id),
            ("iat", now.ToUnixTimeSeconds()), ("exp", (now + AssertionLifetime).ToUnixTimeSeconds()));
        var head = $"{Encode(Json.Of(("alg", "HS256"), ("typ", "JWT")).ToUtf8Bytes())}.{Encode(claims.ToUtf8Bytes())}";
        return $"{head}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(head)))}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string? IssuerOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        var payload = parts[1].Replace('-', '+').Replace('_', '/');
        var bytes = new byte[payload.Length];
        if (!Convert.TryFromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '='), bytes, out var written))
        {
            return null;
        }

        try
        {
            return Json.Parse(bytes.AsSpan(0, written)) is JsonObject claims ? Text(claims, "iss") : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private IEnumerable<string> Texts(string name) => Policy[name] switch
    {
        JsonArray many => many.Items.Select(one => HttpRequest.Text(one, name)),
        JsonString one => [one.Value],
        _ => [],
    };

    private Uri Below(string path) => new($"{Authority.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path.TrimStart('/')}");

    private static string? Text(JsonObject of, string name) => of[name] is { } value and not JsonNull ? HttpRequest.Text(value, name) : null;

    private static WorkflowFaultException Wrong(string how) => new(Fault.Configuration($"The OAuth 2 policy {how}."));
}
