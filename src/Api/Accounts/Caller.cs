using System.Security.Claims;
using Jarvis.Domain.Accounts;

namespace Jarvis.Api.Accounts;

/// <summary>Who makes a request, as its access token says.</summary>
/// <param name="SessionId">The sign-in session the token belongs to; ending it ends the token.</param>
/// <param name="DeviceId">Set for a runner's token: it then speaks for that device only.</param>
public sealed record Caller(Guid AccountId, AccountRole Role, Guid SessionId, Guid? DeviceId)
{
    public bool IsAdministrator => Role == AccountRole.Administrator;

    public ClaimsPrincipal ToPrincipal(string scheme)
    {
        var identity = new CallerIdentity(this, scheme);
        return new ClaimsPrincipal(identity);
    }
}

/// <summary>The caller as the web framework carries it.</summary>
public sealed class CallerIdentity(Caller caller, string scheme)
    : ClaimsIdentity([new Claim("sub", caller.AccountId.ToString()), new Claim("role", caller.Role.ToString())], scheme, "sub", "role")
{
    public Caller Caller => caller;
}

public static class CallerExtensions
{
    /// <summary>The caller, or null for an anonymous request.</summary>
    public static Caller? Caller(this HttpContext context) => (context.User.Identity as CallerIdentity)?.Caller;
}
