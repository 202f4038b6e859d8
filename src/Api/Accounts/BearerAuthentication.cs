using System.Text.Encodings.Web;
using Jarvis.Api.Platform;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Jarvis.Api.Accounts;

/// <summary>
/// Reads the bearer token (RFC 6750) or, on GET, a ticket. A missing one leaves the request anonymous; a bad one refuses it with
/// <c>auth.token_invalid</c>, <c>auth.token_expired</c> or <c>auth.session_ended</c>.
/// </summary>
public sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, AccessTokens tokens, Tickets tickets)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "Bearer";

    private Refusal refusal = AuthRefusals.Required;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            var (caller, problem) = await tokens.Check(header["Bearer ".Length..].Trim());
            if (caller is not null)
            {
                return Success(caller);
            }

            refusal = AuthRefusals.Of(problem);
            return AuthenticateResult.Fail(refusal.Message);
        }

        if (HttpMethods.IsGet(Request.Method) && Request.Query.TryGetValue(Tickets.QueryKey, out var ticket))
        {
            if (tickets.Check(ticket.ToString(), PathWithoutTicket()) is { } caller)
            {
                return Success(caller);
            }

            refusal = AuthRefusals.TicketInvalid;
            return AuthenticateResult.Fail(refusal.Message);
        }

        return AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = refusal == AuthRefusals.Required ? "Bearer" : "Bearer error=\"invalid_token\"";
        return ProblemAnswers.Of(StatusCodes.Status401Unauthorized, refusal).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ProblemAnswers.Of(StatusCodes.Status403Forbidden, AuthRefusals.Forbidden).ExecuteAsync(Context);

    /// <summary>What stood in the way of this request's token; "required" where it brought none.</summary>
    public static Refusal RefusalOf(AuthenticateResult result) =>
        result.Failure is { } failure ? AuthRefusals.ByMessage(failure.Message) : AuthRefusals.Required;

    private static AuthenticateResult Success(Caller caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName));

    private string PathWithoutTicket()
    {
        var rest = Request.Query.Where(pair => pair.Key != Tickets.QueryKey).ToList();
        return rest.Count == 0 ? Request.Path.ToString() : $"{Request.Path}{QueryString.Create(rest)}";
    }
}
