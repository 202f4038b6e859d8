using Jarvis.Domain.Platform;

namespace Jarvis.Api.Accounts;

/// <summary>Each "no" of signing in.</summary>
public static class AuthRefusals
{
    public static readonly Refusal Required = new("auth.required", "Sign in first: this needs an access token.");
    public static readonly Refusal TokenInvalid = new("auth.token_invalid", "The access token is not valid.");
    public static readonly Refusal TokenExpired = new("auth.token_expired", "The access token has expired. Refresh it.");
    public static readonly Refusal SessionEnded = new("auth.session_ended", "The session has ended. Sign in again.");
    public static readonly Refusal TicketInvalid = new("auth.ticket_invalid", "The address is no longer valid. Open it again from where it was shown.");
    public static readonly Refusal Forbidden = new("auth.forbidden", "This account may not do that.");
    public static readonly Refusal BadCredentials = new("auth.bad_credentials", "E-mail address or password is wrong.");
    public static readonly Refusal Locked = new("account.locked", "Too many wrong passwords for this address. Try again later.");
    public static readonly Refusal TooManyRegistrations = new("auth.too_many_registrations", "Too many accounts were asked for. Try again later.");
    public static readonly Refusal AccountGone = new("account.gone", "The account that this made is there no more.");
    public static readonly Refusal Busy = new("server.busy", "Too many sign-ins at once. Try again in a moment.");

    private static readonly Refusal[] OfTokens = [TokenInvalid, TokenExpired, SessionEnded, TicketInvalid];

    public static Refusal Of(TokenProblem problem) => problem switch
    {
        TokenProblem.Expired => TokenExpired,
        TokenProblem.Revoked => SessionEnded,
        _ => TokenInvalid,
    };

    public static Refusal ByMessage(string message) => OfTokens.FirstOrDefault(refusal => refusal.Message == message) ?? TokenInvalid;
}
