using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What a request proves itself with.</summary>
/// <param name="Digest">Where the server's challenge decides the parameter.</param>
internal sealed record Proof(string Scheme, string Parameter, DigestCredentials? Digest = null);

/// <summary>Who a call is made for, and documents that a call needs first.</summary>
internal sealed partial class Walk
{
    /// <summary>The most documents and tokens that a run keeps for its later calls.</summary>
    private const int MaxKept = 32;

    /// <summary>How long before its end a token is no longer used.</summary>
    private static readonly TimeSpan TokenMargin = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (Proof Proof, DateTimeOffset Until)> tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Uri, JsonObject> documents = new();

    /// <summary>Null for a call that proves nothing.</summary>
    private async Task<Proof?> Authorize(Authentication? authentication, Frame frame, CancellationToken cancellation)
    {
        var proof = authentication switch
        {
            null => null,
            Authentication.Basic basic => Basic(Text(basic.Username, "username"), Text(basic.Password, "password")),
            Authentication.Bearer bearer => new Proof("Bearer", Text(bearer.Token, "token")),
            Authentication.Digest digest => Digest(Text(digest.Username, "username"), Text(digest.Password, "password")),
            Authentication.OAuth2 oauth => await Token(frame.Evaluate(oauth.Policy, frame.Input, cancellation), oauth.Discovers, frame, cancellation),
            Authentication.FromSecret from => await FromSecret(from, frame, cancellation),
            _ => throw new InvalidOperationException("Unknown authentication."),
        };
        frame.Authorization = proof is null ? Json.Null : Json.Of(("scheme", proof.Scheme), ("parameter", proof.Parameter));
        return proof;

        string Text(Template template, string what) => HttpRequest.Text(frame.Evaluate(template, frame.Input, cancellation), what);
    }

    private async Task<Proof> FromSecret(Authentication.FromSecret from, Frame frame, CancellationToken cancellation)
    {
        RequireSecret(from.Secret);
        var secret = ((JsonObject)Secrets)[from.Secret] ?? Json.Null;
        switch (from.Scheme)
        {
            case AuthenticationScheme.Basic or AuthenticationScheme.Digest:
                if (secret is not JsonObject pair || pair["username"] is not { } user || pair["password"] is not { } password)
                {
                    throw new WorkflowFaultException(Fault.Configuration($"The secret `{from.Secret}` must hold username and password."));
                }

                var (name, word) = (HttpRequest.Text(user, "username"), HttpRequest.Text(password, "password"));
                return from.Scheme == AuthenticationScheme.Basic ? Basic(name, word) : Digest(name, word);
            case AuthenticationScheme.Bearer:
                return new Proof("Bearer", HttpRequest.Text(secret is JsonObject holder ? holder["token"] ?? Json.Null : secret, "token"));
            default:
                return secret is JsonObject
                    ? await Token(secret, from.Scheme == AuthenticationScheme.Oidc, frame, cancellation)
                    : throw new WorkflowFaultException(Fault.Configuration($"The secret `{from.Secret}` must hold authority, grant and client."));
        }
    }

    private static Proof Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static Proof Digest(string user, string password) => new("Digest", "", new DigestCredentials(user, password));

    /// <summary>A token by the policy: one that the run has and may still use, or a new one.</summary>
    private async Task<Proof> Token(Json policy, bool discovers, Frame frame, CancellationToken cancellation)
    {
        var wanted = TokenPolicy.Read(policy, frame.Input);
        var kept = $"{wanted}";
        if (tokens.TryGetValue(kept, out var known) && host.Now < known.Until)
        {
            return known.Proof;
        }

        var endpoint = wanted.Endpoint;
        if (discovers || wanted.IsDiscovery)
        {
            var found = await Fetch(wanted.Discovery, null, frame, cancellation);
            endpoint = found["token_endpoint"] is JsonString text && Uri.TryCreate(text.Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new WorkflowFaultException(Fault.Authentication($"{wanted.Discovery} names no token_endpoint."));
        }

        var now = host.Now;
        Json answer;
        try
        {
            answer = await Perform(
                wanted.Request(endpoint, now, host.NewId).ToActivity(frame.Pointer, frame.Instance, 1, HttpOutput.Content, acceptRedirects: false), cancellation);
        }
        catch (WorkflowFaultException refused) when (refused.Fault is { Type: FaultTypes.Communication, Status: >= 400 and < 500 })
        {
            throw new WorkflowFaultException(Fault.Authentication($"{endpoint.GetLeftPart(UriPartial.Path)} gives no token: {refused.Fault.Detail}"), refused);
        }

        var (proof, lifetime) = wanted.Accept(answer);
        if (tokens.Count < MaxKept && lifetime > TokenMargin)
        {
            tokens[kept] = (proof, now + lifetime - TokenMargin);
        }

        return proof;
    }

    /// <summary>The document of an external resource; a run fetches each once.</summary>
    private async Task<(JsonObject Document, Uri At)> Load(ExternalResource resource, Frame frame, CancellationToken cancellation)
    {
        var at = HttpRequest.Address(resource.Endpoint, frame, cancellation);
        if (documents.TryGetValue(at, out var known))
        {
            return (known, at);
        }

        var proof = await Authorize(resource.Authentication, frame, cancellation);
        var document = await Fetch(at, proof, frame, cancellation);
        if (documents.Count < MaxKept)
        {
            documents[at] = document;
        }

        return (document, at);
    }

    /// <summary>The text of an external resource.</summary>
    private async Task<(string Text, Uri At)> Text(ExternalResource resource, Frame frame, CancellationToken cancellation)
    {
        var at = HttpRequest.Address(resource.Endpoint, frame, cancellation);
        var proof = await Authorize(resource.Authentication, frame, cancellation);
        return (await FetchText(at, proof, "*/*", frame, cancellation), at);
    }

    private async Task<JsonObject> Fetch(Uri at, Proof? proof, Frame frame, CancellationToken cancellation) =>
        ReadDocument(await FetchText(at, proof, "application/json, application/yaml;q=0.9, */*;q=0.5", frame, cancellation), at);

    private async Task<string> FetchText(Uri at, Proof? proof, string accept, Frame frame, CancellationToken cancellation)
    {
        var request = HttpRequest.Of("GET", at, [KeyValuePair.Create("Accept", accept)], null, proof);
        var raw = await Perform(request.ToActivity(frame.Pointer, frame.Instance, 1, HttpOutput.Raw, acceptRedirects: false), cancellation);
        return Encoding.UTF8.GetString(Convert.FromBase64String(((JsonString)raw).Value)).TrimStart('\uFEFF');
    }

    private static JsonObject ReadDocument(string text, Uri at)
    {
        string? reason;
        try
        {
            if (text.AsSpan().TrimStart() is ['{', ..])
            {
                return (JsonObject)Json.Parse(text);
            }

            var problems = new ProblemList();
            if (SourceReader.Read(text, problems)?.ToJson() is JsonObject document && !problems.Any)
            {
                return document;
            }

            reason = problems.Any ? problems.InOrder()[0] is var first ? $"line {first.Line}: {first.Message}" : null : "it is no object.";
        }
        catch (JsonException malformed)
        {
            reason = malformed.Message;
        }

        throw new WorkflowFaultException(Fault.Configuration($"The document {at.GetLeftPart(UriPartial.Path)} cannot be read: {reason}"));
    }
}
