using System.Globalization;
using System.IO.Compression;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Runs;

/// <summary><c>POST /runner/v1/events</c>: a runner hands over what happened. Transport only; the judging is <see cref="ExecutionIngest"/>'s.</summary>
public static class RunnerEvents
{
    private const string BatchType = "application/cloudevents-batch+json";
    private const string LinesType = "application/x-ndjson";
    private const int RetryAfterSeconds = 1;

    private static readonly Refusal NotARunner = new("auth.not_a_runner", "Only a paired runner may do that.");
    private static readonly Refusal WrongType = new("batch.type_unknown", $"Send {BatchType} or {LinesType}, gzip or plain.");

    public static void MapRunnerEvents(this IEndpointRouteBuilder routes) => routes.MapPost("/runner/v1/events", Post).RequireAuthorization();

    private static async Task<IResult> Post(HttpContext context, ExecutionIngest ingest, BodyBudget bodies, MasterKey keys)
    {
        if (context.Caller() is not { DeviceId: { } deviceId } caller)
        {
            return ProblemAnswers.Of(StatusCodes.Status403Forbidden, NotARunner);
        }

        var type = context.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
        var encoding = context.Request.Headers.ContentEncoding.ToString().ToLowerInvariant();
        if (type is not (BatchType or LinesType) || encoding is not ("" or "identity" or "gzip"))
        {
            return ProblemAnswers.Of(StatusCodes.Status415UnsupportedMediaType, WrongType);
        }

        IReadOnlyList<RunnerEvent> events;
        BatchRefusal? refusal;
        try
        {
            using var body = await Read(context.Request, encoding == "gzip", bodies, caller.AccountId, context.RequestAborted);
            (events, refusal) = RunnerBatch.Parse(body.Memory, type == LinesType, keys);
        }
        catch (BodyTooLargeException)
        {
            return Refuse(context, new BatchRefusal(BatchRefusals.TooLarge, RunnerBatch.NoRuns));
        }
        catch (InvalidDataException)
        {
            return Refuse(context, new BatchRefusal(BatchRefusals.Invalid("The body is not gzip, whole and of one member."), RunnerBatch.NoRuns));
        }
        catch (Exception e) when (e is BodyBudgetException or BodyTooSlowException)
        {
            return Refuse(context, new BatchRefusal(BatchRefusals.TooFast, RunnerBatch.NoRuns));
        }

        if (refusal is not null)
        {
            return Refuse(context, refusal);
        }

        var answer = await ingest.Submit(new Submission(deviceId, caller.AccountId, events), context.RequestAborted);
        return answer.Refusal is { } refused
            ? Refuse(context, refused)
            : Results.Ok(new { accepted = events.Count, cursors = answer.Cursors });
    }

    private static async Task<HeldBody> Read(HttpRequest request, bool isGzip, BodyBudget bodies, Guid account, CancellationToken cancellation)
    {
        if (request.ContentLength > RunnerBatch.MaxBytes)
        {
            throw new BodyTooLargeException();
        }

        if (!isGzip)
        {
            return await bodies.Read(request.Body, RunnerBatch.MaxBytes, account, cancellation, inTurn: false, said: request.ContentLength);
        }

        await using var packed = new GzipTrailerStream(request.Body);
        await using var plain = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        var held = await bodies.Read(plain, RunnerBatch.MaxBytes, account, cancellation, inTurn: false);
        if (packed.PlainBytes != held.Length)
        {
            held.Dispose();
            throw new InvalidDataException("The gzip ends before its end.");
        }

        return held;
    }

    private static IResult Refuse(HttpContext context, BatchRefusal refused)
    {
        var status = refused.Refusal.Code switch
        {
            "run.sequence_gap" => StatusCodes.Status409Conflict,
            "device.epoch_fenced" => StatusCodes.Status410Gone,
            "batch.too_large" => StatusCodes.Status413PayloadTooLarge,
            "runner.too_fast" => StatusCodes.Status429TooManyRequests,
            "server.unavailable" => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return ProblemAnswers.Of(status, refused.Refusal, new Dictionary<string, object?> { ["runs"] = refused.Runs });
    }
}
