using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text;
using Jarvis.Domain.Accounts;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Jarvis.Api.Accounts;

/// <summary>Why a token was not taken.</summary>
public enum TokenProblem { None, Malformed, Expired, Revoked }

/// <summary>Makes and checks access tokens: JWTs (RFC 7519) signed with HS256, claims sub, role, sid and, of a runner, device.</summary>
public sealed class AccessTokens(TokenKeys keys, RevokedSessions revoked, SessionActivity activity, TimeProvider time)
{
    private const string Issuer = "jarvis";

    /// <summary>Tokens whose signature need not be reckoned again; some 10 MB at the most.</summary>
    private const int MostRemembered = 10_000;

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    private readonly TokenValidationParameters parameters = new()
    {
        ValidIssuer = Issuer,
        ValidAudience = Issuer,
        ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
        RequireExpirationTime = true,
        // Expiry is judged below against the server's own clock source.
        ValidateLifetime = false,
        IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Find(keyId) is { } secret ? [new SymmetricSecurityKey(secret) { KeyId = keyId }] : [],
    };

    private readonly ConcurrentDictionary<string, Signed> signed = new(StringComparer.Ordinal);

    private sealed record Signed(Caller Caller, string KeyId, DateTime ValidTo, DateTime IssuedAt);

    public string Issue(Caller caller)
    {
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = caller.AccountId.ToString(),
            ["role"] = RoleName(caller.Role),
            ["sid"] = caller.SessionId.ToString(),
            ["jti"] = Guid.CreateVersion7(now).ToString("N"),
        };
        if (caller.DeviceId is { } device)
        {
            claims["device"] = device.ToString();
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Issuer,
            IssuedAt = now.UtcDateTime,
            Expires = now.Add(SignInLimits.AccessTokenLifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(keys.Newest.Secret) { KeyId = keys.Newest.KeyId }, SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>The caller a token speaks for, or why it speaks for nobody.</summary>
    public async ValueTask<(Caller? Caller, TokenProblem Problem)> Check(string token)
    {
        if (token.Length > SignInLimits.TokenMaxCharacters)
        {
            return (null, TokenProblem.Malformed);
        }

        // A signature that was right stays right while its key is in use; all else is judged each time.
        if (!signed.TryGetValue(token, out var known) || keys.Find(known.KeyId) is null)
        {
            var result = await Handler.ValidateTokenAsync(token, parameters);
            if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || Read(jwt) is not { } said)
            {
                return (null, TokenProblem.Malformed);
            }

            known = new Signed(said, jwt.Kid, jwt.ValidTo, jwt.IssuedAt);
            if (signed.Count >= MostRemembered)
            {
                signed.Clear();
            }

            signed[token] = known;
        }

        // One from the future was issued before the clock was set back: taken, it would live for longer than any may.
        var (caller, _, validTo, issuedAt) = known;
        var now = time.GetUtcNow().UtcDateTime;
        if (validTo <= now || issuedAt > now + SignInLimits.ClockTolerance)
        {
            return (null, TokenProblem.Expired);
        }

        if (revoked.Contains(caller.SessionId))
        {
            return (null, TokenProblem.Revoked);
        }

        activity.Seen(caller.SessionId);
        return (caller, TokenProblem.None);
    }

    public static string RoleName(AccountRole role) => role.ToString().ToLowerInvariant();

    private static Caller? Read(JsonWebToken jwt)
    {
        Guid? device = null;
        if (jwt.TryGetValue<string>("device", out var deviceText))
        {
            if (!Guid.TryParse(deviceText, out var id))
            {
                return null;
            }

            device = id;
        }

        return Guid.TryParse(jwt.Subject, out var account)
            && jwt.TryGetValue<string>("sid", out var sid) && Guid.TryParse(sid, out var session)
            && jwt.TryGetValue<string>("role", out var roleName) && Enum.TryParse<AccountRole>(roleName, ignoreCase: true, out var role)
                ? new Caller(account, role, session, device)
                : null;
    }
}
