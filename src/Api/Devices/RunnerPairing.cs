using System.Threading.RateLimiting;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Application.Devices;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Marten;
using Microsoft.AspNetCore.Mvc;

namespace Jarvis.Api.Devices;

/// <summary><c>POST /runner/v1/pair</c> and <c>token</c>: the runner's half of RFC 8628.</summary>
public static class RunnerPairing
{
    /// <summary>Where a person confirms a code.</summary>
    private const string VerificationPath = "/m/devices/pair";

    private const int MaxTextLength = 200;

    /// <summary>Earlier refresh tokens that one request may name; a runner that has more asks again with those before.</summary>
    private const int MaxEarlier = 500;

    private static readonly Refusal TextMissing = new("pairing.invalid", $"A pairing has 'name', 'os' and 'version', each of 1 to {MaxTextLength} characters.");
    private static readonly Refusal OneOfTwo = new("pairing.invalid", "Send 'deviceCode' or 'refreshToken'.");
    private static readonly Refusal TooManyEarlier = new("pairing.invalid", $"'earlier' names at most {MaxEarlier} refresh tokens.");
    private static readonly Refusal Revoked = new("device.revoked", "The device was revoked; pair it again.");

    public sealed record PairRequest(string? Name, string? Os, string? Version);

    /// <param name="Earlier">
    /// Refresh tokens that the device had before <paramref name="RefreshToken"/>, latest first, told where that one is not known: a server restored from a
    /// backup knows only those up to the backup. The latest that is known counts, just as if it had been sent alone.
    /// </param>
    public sealed record TokenRequest(string? DeviceCode, string? RefreshToken, IReadOnlyList<string?>? Earlier = null);

    public static void MapRunnerPairing(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/runner/v1/pair", Pair).AllowAnonymous().AddEndpointFilter<PairingLimit>().AddEndpointFilter(AuthEndpoints.NotKept).WithMetadata(new RequestSizeLimitAttribute(SignInLimits.BodyBytes));
        routes.MapPost("/runner/v1/token", Token).AllowAnonymous().AddEndpointFilter<PairingLimit>().AddEndpointFilter(AuthEndpoints.NotKept).WithMetadata(new RequestSizeLimitAttribute(SignInLimits.BodyBytes));
    }

    private static async Task<IResult> Pair(PairRequest request, PairDevice pairing, ServerConfiguration configuration, CancellationToken cancellation)
    {
        if (!IsText(request.Name) || !IsText(request.Os) || !IsText(request.Version))
        {
            return ProblemAnswers.Of(StatusCodes.Status400BadRequest, TextMissing);
        }

        var codes = await pairing.Ask(request.Name!.Trim(), request.Os!.Trim(), request.Version!.Trim(), cancellation);
        return Results.Ok(new
        {
            deviceCode = codes.DeviceCode,
            userCode = codes.UserCode,
            verificationUri = new Uri(configuration.PublicUrl, VerificationPath).ToString(),
            expiresIn = PairingRequest.ExpirySeconds,
            interval = PairingRequest.IntervalSeconds,
        });
    }

    private static async Task<IResult> Token(
        TokenRequest request, PairDevice pairing, Sessions sessions, IDocumentStore store, CancellationToken cancellation)
    {
        if (request.DeviceCode is null == request.RefreshToken is null)
        {
            return ProblemAnswers.Of(StatusCodes.Status400BadRequest, OneOfTwo);
        }

        if (request.Earlier?.Count > MaxEarlier)
        {
            return ProblemAnswers.Of(StatusCodes.Status400BadRequest, TooManyEarlier);
        }

        if (request.RefreshToken is { } refresh)
        {
            var known = request.Earlier is { Count: > 0 } earlier ? await sessions.FirstKnown([refresh, .. earlier.OfType<string>()], cancellation) : null;
            return await Refresh(known ?? refresh, sessions, store, cancellation);
        }

        var answer = await pairing.Poll(request.DeviceCode!, cancellation);
        if (answer is { Outcome: PairingOutcome.Approved, DeviceId: { } deviceId, OwnerId: { } ownerId })
        {
            return await IsRevoked(store, deviceId, cancellation)
                ? Problem("access_denied", Revoked)
                : Tokens(await sessions.Begin(ownerId, AccountRole.Owner, deviceId, cancellation), deviceId, ownerId);
        }

        var (error, message) = answer.Outcome switch
        {
            PairingOutcome.Pending => ("authorization_pending", "Nobody has confirmed the code yet."),
            PairingOutcome.SlowDown => ("slow_down", "Ask less often."),
            PairingOutcome.Denied => ("access_denied", "The pairing was denied."),
            _ => ("expired_token", "The code has expired."),
        };
        return Problem(error, new Refusal($"pairing.{error}", message));
    }

    private static async Task<IResult> Refresh(string refreshToken, Sessions sessions, IDocumentStore store, CancellationToken cancellation)
    {
        var (tokens, refusal, caller) = await sessions.Refresh(refreshToken, cancellation);
        if (refusal is not null || caller?.DeviceId is not { } deviceId)
        {
            return Problem("invalid_grant", refusal ?? OneOfTwo);
        }

        return await IsRevoked(store, deviceId, cancellation) ? Problem("access_denied", Revoked) : Tokens(tokens!, deviceId, caller.AccountId);
    }

    private static async Task<bool> IsRevoked(IDocumentStore store, Guid deviceId, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<DevicePresence>(deviceId, cancellation) is not { IsRevoked: false };
    }

    private static IResult Tokens(TokenPair tokens, Guid deviceId, Guid accountId) => Results.Ok(new
    {
        accessToken = tokens.AccessToken,
        refreshToken = tokens.RefreshToken,
        expiresIn = tokens.ExpiresIn,
        deviceId,
        accountId,
    });

    private static IResult Problem(string error, Refusal refusal) =>
        ProblemAnswers.Of(StatusCodes.Status400BadRequest, refusal, new Dictionary<string, object?> { ["error"] = error });

    private static bool IsText(string? text) => !string.IsNullOrWhiteSpace(text) && text.Length <= MaxTextLength && !text.Any(char.IsControl);
}

/// <summary>How often one address may ask; codes cannot be guessed faster than this.</summary>
public sealed class PairingLimit : IEndpointFilter, IDisposable
{
    private const int RequestsPerMinute = 120;
    private static readonly Refusal TooOften = new("pairing.too_many", "Too many requests from this address; wait a minute.");

    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(address, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = RequestsPerMinute,
            Window = TimeSpan.FromMinutes(1),
            SegmentsPerWindow = 6,
        }));

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        using var lease = limiter.AttemptAcquire(context.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "");
        if (lease.IsAcquired)
        {
            return await next(context);
        }

        context.HttpContext.Response.Headers.RetryAfter = "60";
        return ProblemAnswers.Of(StatusCodes.Status429TooManyRequests, TooOften);
    }

    public void Dispose() => limiter.Dispose();
}
