using System.Globalization;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>What signing in and registering send.</summary>
public sealed record SignInRequest(string? Email, string? Password);

/// <param name="SetupToken">Makes the first administrator; a role of its own is nobody's to choose.</param>
public sealed record RegisterRequest(string? Email, string? Password, string? DisplayName, string? TimeZone, string? SetupToken);

public sealed record RefreshRequest(string? RefreshToken);

/// <param name="Path">A path of this server.</param>
public sealed record TicketRequest(string? Path);

public sealed record TicketAnswer(string Url, int ExpiresIn);

/// <summary><c>/auth/*</c>: register, sign in, refresh, sign out, tickets.</summary>
public static class AuthEndpoints
{
    private const string RetryAfter = "Retry-After";

    public static void MapSignIn(this WebApplication app)
    {
        var auth = app.MapGroup("/auth").WithTags("Signing in").WithMetadata(new RequestSizeLimitAttribute(SignInLimits.BodyBytes))
            .AddEndpointFilter(NotKept);
        auth.MapPost("/register", Register).AllowAnonymous().WithSummary("Make an account and sign in").Produces<TokenPair>(201).ProducesProblem(409).ProducesProblem(422).ProducesProblem(429);
        auth.MapPost("/login", Login).AllowAnonymous().WithSummary("Sign in").Produces<TokenPair>().ProducesProblem(401).ProducesProblem(429);
        auth.MapPost("/refresh", Refresh).AllowAnonymous().WithSummary("The next pair of tokens").Produces<TokenPair>().ProducesProblem(401);
        auth.MapPost("/logout", Logout).AllowAnonymous().WithSummary("End a session").Produces(204);
        auth.MapPost("/ticket", Ticket).RequireAuthorization(SignInSetup.PersonPolicy).WithSummary("An address good for one minute and one path").Produces<TicketAnswer>().ProducesProblem(422);
        app.MapSetupPage();
    }

    // What gives tokens is kept nowhere on its way (RFC 6749, section 5.1).
    internal static ValueTask<object?> NotKept(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(context);
    }

    private static async Task<IResult> Register(
        RegisterRequest request, HttpContext context, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Registration registration, RegistrationLimit limit,
        Sessions sessions, CancellationToken cancel)
    {
        var commandId = Guid.CreateVersion7();
        if (idempotencyKey is not null && !Guid.TryParse(idempotencyKey, out commandId))
        {
            return ProblemAnswers.Of(StatusCodes.Status422UnprocessableEntity, new Refusal("input.invalid", "An Idempotency-Key is a UUID.", "Idempotency-Key"));
        }

        if (await limit.Book(context.Connection.RemoteIpAddress, Emails.Normalise(request.Email), cancel) is { } wait)
        {
            context.Response.Headers[RetryAfter] = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return ProblemAnswers.Of(StatusCodes.Status429TooManyRequests, AuthRefusals.TooManyRegistrations);
        }

        var (account, refusal) = await registration.Register(request, commandId, cancel);
        if (account is null)
        {
            return refusal is null ? ProblemAnswers.Of(StatusCodes.Status410Gone, AuthRefusals.AccountGone) : ProblemAnswers.Of(StatusOf(refusal), refusal);
        }

        // Sent again after the password was changed, it proves what counts no more.
        return await sessions.Begin(account, context, cancel) is { } tokens
            ? Results.Json(tokens, statusCode: StatusCodes.Status201Created)
            : ProblemAnswers.Of(StatusOf(AccountRefusals.EmailTaken), AccountRefusals.EmailTaken);
    }

    private static async Task<IResult> Login(
        SignInRequest request, HttpContext context, PasswordGuesses guesses, Passwords passwords, Sessions sessions, MasterKey keys, NpgsqlDataSource database,
        CancellationToken cancel)
    {
        if (Emails.Normalise(request.Email) is not { } email || request.Password is not { Length: > 0 and <= SignInLimits.PasswordMaxCharacters } password)
        {
            return ProblemAnswers.Of(StatusCodes.Status401Unauthorized, AuthRefusals.BadCredentials);
        }

        // From here on known and unknown addresses take the same way: the same bookings, the same hash, the same answer.
        var emailKey = keys.Hash(HashPurpose.Email, email);
        var (guess, wait) = await guesses.Book(emailKey, cancel);
        if (guess is not { } booked)
        {
            context.Response.Headers[RetryAfter] = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return ProblemAnswers.Of(StatusCodes.Status429TooManyRequests, AuthRefusals.Locked);
        }

        var found = await StoredPassword.Find(database, emailKey, cancel);
        switch (await passwords.Matches(found?.PasswordHash, password, cancel))
        {
            case null:
                await guesses.TakeBack(booked, cancel);
                context.Response.Headers[RetryAfter] = "2";
                return ProblemAnswers.Of(StatusCodes.Status503ServiceUnavailable, AuthRefusals.Busy);
            case false:
                return ProblemAnswers.Of(StatusCodes.Status401Unauthorized, AuthRefusals.BadCredentials);
        }

        await guesses.TakeBack(booked, cancel);
        return await sessions.Begin(found!, context, cancel) is { } tokens
            ? Results.Ok(tokens)
            : ProblemAnswers.Of(StatusCodes.Status401Unauthorized, AuthRefusals.BadCredentials);
    }

    private static async Task<IResult> Refresh(RefreshRequest request, Sessions sessions, CancellationToken cancel)
    {
        var (tokens, refusal, _) = await sessions.Refresh(request.RefreshToken ?? "", cancel);
        return tokens is null ? ProblemAnswers.Of(StatusCodes.Status401Unauthorized, refusal!) : Results.Ok(tokens);
    }

    private static async Task<IResult> Logout(RefreshRequest request, Sessions sessions, CancellationToken cancel)
    {
        if (request.RefreshToken is { Length: > 0 and <= SignInLimits.TokenMaxCharacters } token)
        {
            await sessions.End(token, cancel);
        }

        return Results.NoContent();
    }

    private static IResult Ticket(TicketRequest request, HttpContext context, Tickets tickets)
    {
        // A ticket speaks for a person; a device's token must not become one.
        if (context.Caller() is { DeviceId: not null })
        {
            return ProblemAnswers.Of(StatusCodes.Status403Forbidden, AuthRefusals.Forbidden);
        }

        if (request.Path is not { Length: > 1 and <= 2000 } path || path[0] != '/' || path[1] is '/' or '\\' || path.Contains('#', StringComparison.Ordinal) || path.Any(char.IsControl))
        {
            return ProblemAnswers.Of(
                StatusCodes.Status422UnprocessableEntity, new Refusal("input.invalid", "Give a path of this server, beginning with one slash.", "path"));
        }

        return Results.Ok(new TicketAnswer(tickets.Issue(context.Caller()!, path), (int)SignInLimits.TicketLifetime.TotalSeconds));
    }

    private static int StatusOf(Refusal refusal) =>
        refusal == AccountRefusals.EmailTaken ? StatusCodes.Status409Conflict
        : refusal == AccountRefusals.SetupTokenInvalid ? StatusCodes.Status403Forbidden
        : refusal == AuthRefusals.Busy ? StatusCodes.Status503ServiceUnavailable
        : StatusCodes.Status422UnprocessableEntity;
}
