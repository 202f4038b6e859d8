using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jarvis.Domain.Accounts;

namespace Jarvis.Api.Accounts;

/// <summary>
/// A ticket lets a plain link (an image, a download) be opened: an address good for one minute, one path and one session. It is signed, not
/// stored; it is no access token and opens nothing else.
/// </summary>
public sealed class Tickets(TokenKeys keys, RevokedSessions revoked, TimeProvider time)
{
    public const string QueryKey = "ticket";

    /// <param name="path">A path of this server with its query, beginning with one slash.</param>
    public string Issue(Caller caller, string path)
    {
        var expires = time.GetUtcNow().Add(SignInLimits.TicketLifetime).ToUnixTimeSeconds();
        var claims = string.Create(
            CultureInfo.InvariantCulture, $"{caller.AccountId:N}.{caller.Role}.{caller.SessionId:N}.{expires}");
        var ticket = $"{claims}.{Sign(claims, path)}";
        return $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{QueryKey}={ticket}";
    }

    /// <summary>The caller a ticket speaks for on that path, or null.</summary>
    public Caller? Check(string ticket, string path)
    {
        if (ticket.Length > SignInLimits.TokenMaxCharacters || ticket.Split('.') is not [var account, var role, var session, var expires, var signature])
        {
            return null;
        }

        var expected = Sign($"{account}.{role}.{session}.{expires}", path);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature))
            || long.Parse(expires, CultureInfo.InvariantCulture) <= time.GetUtcNow().ToUnixTimeSeconds())
        {
            return null;
        }

        var caller = new Caller(Guid.ParseExact(account, "N"), Enum.Parse<AccountRole>(role), Guid.ParseExact(session, "N"), null);
        return revoked.Contains(caller.SessionId) ? null : caller;
    }

    private string Sign(string claims, string path) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(keys.Newest.Secret, Encoding.UTF8.GetBytes($"ticket\n{claims}\n{path}")));
}
