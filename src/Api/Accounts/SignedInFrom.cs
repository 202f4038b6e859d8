using System.Text.Json;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Accounts;

/// <summary>What a browser said of itself and where from, when a session began: personal, so it stands sealed beside the session.</summary>
public sealed class SignedInFrom(Vault vault)
{
    private const int UserAgentMaxCharacters = 300;

    public async Task<string> Seal(Guid owner, HttpContext request, CancellationToken cancel)
    {
        var agent = request.Request.Headers.UserAgent.ToString();
        var content = Json.Of(
            ("userAgent", Json.Of(agent.Length > UserAgentMaxCharacters ? agent[..UserAgentMaxCharacters] : agent)),
            ("address", Json.Of(request.Connection.RemoteIpAddress?.ToString())));
        return JsonSerializer.Serialize(await vault.Seal(owner, content, cancel), EventJson.Stored);
    }

    public async Task<IReadOnlyList<(string? UserAgent, string? Address)>> Unseal(IReadOnlyList<string?> stored, CancellationToken cancel)
    {
        var contents = stored.Select(text => text is null ? new Content.Erased() : SealedTexts.Read(text)).ToList();
        return [.. (await vault.Unseal(contents, cancel)).Zip(
            stored, (content, text) => text is null ? (null, null) : (Blank(Revealed.Member(content, "userAgent")), Blank(Revealed.Member(content, "address"))))];
    }

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
