using System.Net.Sockets;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// What is told while the database is away or comes back, instead of "something went wrong": it is nobody's mistake, and trying again helps. Any
/// other exception is told without a word of it.
/// </summary>
public sealed class StoreAway(ILogger<StoreAway> log) : IExceptionHandler
{
    public static readonly Refusal Refusal = new("server.unavailable", "The store does not answer at the moment. Try again soon.");

    private static readonly Refusal Failed = new("server.error", "Something went wrong on the server. It was recorded.");

    public static bool Is(Exception cause) => cause switch
    {
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" } => true,
        PostgresException => false,
        NpgsqlException or BlobStoreAwayException => true,
        // The connection broke in the middle of a statement, and its transaction with it.
        ObjectDisposedException { ObjectName: var name } when name.StartsWith("Npgsql", StringComparison.Ordinal) => true,
        _ => cause.InnerException is { } inner && (inner is SocketException || Is(inner)),
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var away = Is(exception);
        httpContext.Response.Headers.RetryAfter = away ? "2" : default;
        var status = away ? StatusCodes.Status503ServiceUnavailable : BadRequestStatus(exception) ?? StatusCodes.Status500InternalServerError;
        if (!away && BadRequestStatus(exception) is not null)
        {
            // The request's own fault; it gets its body where all such refusals do.
            httpContext.Response.StatusCode = status;
            return true;
        }

        if (away)
        {
            log.LogWarning("{Method} {Endpoint} was refused because the store is away: {Reason}", httpContext.Request.Method, EndpointOf(httpContext), exception.Message);
        }
        else
        {
            log.LogError(exception, "{Method} {Endpoint} failed", httpContext.Request.Method, EndpointOf(httpContext));
        }

        await ProblemAnswers.Of(status, away ? Refusal : Failed).ExecuteAsync(httpContext);
        return true;
    }

    // A chunk whose size overflows is the one malformed body that the web server tells by another exception.
    private static int? BadRequestStatus(Exception exception) => exception switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        IOException { InnerException: OverflowException } => StatusCodes.Status400BadRequest,
        _ => null,
    };

    // The pattern and not the address, which may hold what is personal. The handler keeps the endpoint aside while it answers.
    private static string? EndpointOf(HttpContext context) =>
        (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint())?.DisplayName;
}
