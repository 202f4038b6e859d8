using System.Net.Sockets;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// What is told while the database is away or comes back, instead of "something went wrong": it is nobody's mistake, and trying again helps. Any
/// other exception is told without a word of it.
/// </summary>
public sealed class StoreAway : IExceptionHandler
{
    public static readonly Refusal Refusal = new("server.unavailable", "The store does not answer at the moment. Try again soon.");

    private static readonly Refusal Failed = new("server.error", "Something went wrong on the server. It was recorded.");

    public static bool Is(Exception cause) => cause switch
    {
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" or "53300" } => true,
        PostgresException => false,
        NpgsqlException => true,
        _ => cause.InnerException is { } inner && (inner is SocketException || Is(inner)),
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var away = Is(exception);
        httpContext.Response.Headers.RetryAfter = away ? "2" : default;
        var status = away ? StatusCodes.Status503ServiceUnavailable : (exception as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError;
        if (exception is BadHttpRequestException)
        {
            httpContext.Response.StatusCode = status;
            return true;
        }

        await ProblemAnswers.Of(status, away ? Refusal : Failed).ExecuteAsync(httpContext);
        return true;
    }
}
