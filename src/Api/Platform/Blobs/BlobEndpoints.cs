using System.Globalization;
using Jarvis.Api.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Platform;
using Microsoft.AspNetCore.Http.Features;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>
/// <c>/blobs/sha256/{hash}</c>: content named by its hash, per owner. <c>PUT</c> brings it whole; <c>HEAD</c> says how far an upload came and
/// <c>PATCH</c> goes on from there. Offsets and headers follow "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload).
/// </summary>
public static class BlobEndpoints
{
    public const string UploadOffset = "Upload-Offset";
    public const string UploadLength = "Upload-Length";
    public const string UploadComplete = "Upload-Complete";

    /// <summary>The media type of the whole, where the request's own says that it is a part.</summary>
    public const string UploadType = "Upload-Type";

    private const int RetryAfterSeconds = 1;

    private static readonly string[] PartTypes = ["application/partial-upload", "application/offset+octet-stream"];

    public static void MapBlobs(this WebApplication app)
    {
        var blobs = app.MapGroup("/blobs/sha256").WithTags("Blobs");
        blobs.MapGet("/{hash}", BlobDownload.Get).WithSummary("Content that a readable event names, whole or a range").Produces(200, contentType: BlobTypes.Bytes).ProducesProblem(404).ProducesProblem(410);
        blobs.MapPut("/{hash}", Put).WithSummary("Bring content of one's own").Produces(201).ProducesProblem(413).ProducesProblem(422).ProducesProblem(507);
        blobs.MapPatch("/{hash}", Patch).WithSummary("Go on with an upload").Produces(201).Produces(204).ProducesProblem(409).ProducesProblem(422);
        blobs.MapMethods("/{hash}", [HttpMethods.Head], Head).WithSummary("How far an upload of one's own came").Produces(200).Produces(404);
    }

    private static async Task<IResult> Head(string hash, HttpContext context, Application.Platform.Blobs.Blobs blobs)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!BlobReference.IsHash(hash))
        {
            return Results.NotFound();
        }

        var key = KeyOf(context, hash);
        if (await blobs.Find(key, context.RequestAborted) is { IsRemoved: false } kept)
        {
            Say(context, kept.Size, kept.Size);
            return Results.Ok();
        }

        using var turn = await blobs.Uploads.Take(key, takeOver: true, context.RequestAborted);
        if (turn is null)
        {
            return Busy(context);
        }

        using var upload = await Held(() => blobs.Uploads.Find(turn, context.RequestAborted));
        if (upload is null)
        {
            context.Response.Headers[UploadOffset] = "0";
            return Results.NotFound();
        }

        // Whatever came of it: it is complete once it is recorded, and whoever hears that forgets the original. An upload whose last part came and that
        // was not recorded (a kill, a store that was away) is finished by one more PATCH, of nothing.
        Say(context, upload.Offset, upload.Header.Length, isKept: false);
        return Results.Ok();
    }

    private static async Task<IResult> Put(string hash, HttpContext context, Application.Platform.Blobs.Blobs blobs)
    {
        var headers = context.Request.Headers;
        // "?0": this is the beginning of it, more follows by PATCH.
        var isPart = headers[UploadComplete] == "?0";
        var length = Number(headers[UploadLength]) ?? (isPart ? null : context.Request.ContentLength);
        return length is not { } whole ? ProblemAnswers.Of(StatusCodes.Status411LengthRequired, BlobRefusals.LengthRequired)
            : await Receive(context, blobs, hash, new Part(0, whole, context.Request.ContentType, StartsAnew: true));
    }

    private static async Task<IResult> Patch(string hash, HttpContext context, Application.Platform.Blobs.Blobs blobs)
    {
        var headers = context.Request.Headers;
        if (Number(headers[UploadOffset]) is not { } offset)
        {
            return ProblemAnswers.Of(StatusCodes.Status422UnprocessableEntity, BlobRefusals.OffsetRequired);
        }

        var type = headers[UploadType].ToString() is { Length: > 0 } named ? named : context.Request.ContentType;
        return await Receive(context, blobs, hash, new Part(offset, Number(headers[UploadLength]), type, StartsAnew: false));
    }

    /// <param name="Length">Of the whole; null where the upload knows it.</param>
    private sealed record Part(long Offset, long? Length, string? ContentType, bool StartsAnew)
    {
        public string Type =>
            ContentType?.Split(';')[0].Trim().ToLowerInvariant() is { } type && BlobReference.IsType(type) && !PartTypes.Contains(type) ? type : BlobReference.UnknownType;
    }

    private static async Task<IResult> Receive(HttpContext context, Application.Platform.Blobs.Blobs blobs, string hash, Part part)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!BlobReference.IsHash(hash))
        {
            return ProblemAnswers.Of(StatusCodes.Status422UnprocessableEntity, BlobRefusals.HashInvalid);
        }

        var key = KeyOf(context, hash);
        if (await blobs.Find(key, context.RequestAborted) is { IsRemoved: false } kept)
        {
            // It is there already; what comes is neither needed nor looked at.
            Say(context, kept.Size, kept.Size);
            return Results.Ok();
        }

        using var turn = await blobs.Uploads.Take(key, takeOver: false, context.RequestAborted);
        if (turn is null)
        {
            return Busy(context);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, turn.Stopped);
        try
        {
            return await Receive(context, blobs, turn, part, ended.Token);
        }
        catch (OperationCanceledException) when (turn.Stopped.IsCancellationRequested)
        {
            return Busy(context);
        }
    }

    private static async Task<IResult> Receive(HttpContext context, Application.Platform.Blobs.Blobs blobs, BlobTurn turn, Part part, CancellationToken cancel)
    {
        var upload = part.StartsAnew ? null : await Held(() => blobs.Uploads.Find(turn, cancel));
        try
        {
            if ((upload?.Offset ?? 0) is var stands && stands != part.Offset)
            {
                Say(context, stands, upload?.Header.Length, isKept: false);
                return ProblemAnswers.Of(
                    StatusCodes.Status409Conflict, BlobRefusals.OffsetDiffers, new Dictionary<string, object?> { ["expected-offset"] = stands, ["provided-offset"] = part.Offset });
            }

            if (upload is not null && part.Length is { } said && said != upload.Header.Length)
            {
                return ProblemAnswers.Of(StatusCodes.Status422UnprocessableEntity, BlobRefusals.LengthDiffers);
            }

            if ((upload?.Header.Length ?? part.Length) is not { } length)
            {
                return ProblemAnswers.Of(StatusCodes.Status411LengthRequired, BlobRefusals.LengthRequired);
            }

            if (context.Request.ContentLength > length - part.Offset)
            {
                return ProblemAnswers.Of(StatusCodes.Status422UnprocessableEntity, BlobRefusals.LengthDiffers);
            }

            if (upload is null)
            {
                if (await blobs.MayBegin(turn, length, cancel) is { } refusal)
                {
                    return Refuse(refusal);
                }

                upload = await Held(() => blobs.Uploads.Begin(turn, length, part.Type, cancel));
                if (upload is null)
                {
                    return Refuse(BlobRefusals.Erased);
                }
            }

            return await Append(context, blobs, turn, upload, cancel);
        }
        finally
        {
            upload?.Dispose();
        }
    }

    private static async Task<IResult> Append(HttpContext context, Application.Platform.Blobs.Blobs blobs, BlobTurn turn, BlobUpload upload, CancellationToken cancel)
    {
        // Bounded by what the upload announced, not by what other requests may be.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        try
        {
            await upload.Append(context.Request.Body, cancel);
        }
        catch (BlobLongerException)
        {
            upload.Dispose();
            blobs.Uploads.Discard(turn);
            return Refuse(BlobRefusals.LengthDiffers);
        }

        var (offset, length) = (upload.Offset, upload.Header.Length);
        if (!upload.IsComplete)
        {
            Say(context, offset, length);
            return Results.NoContent();
        }

        var caller = context.Caller()!;
        var envelope = new Envelope(Guid.CreateVersion7(), caller.AccountId, Device: caller.DeviceId);
        // All of it is here: that its sender goes away now must not leave it half recorded.
        if (await blobs.Finish(turn, upload, envelope, CancellationToken.None) is { } refusal)
        {
            return Refuse(refusal);
        }

        Say(context, length, length);
        return Results.Created($"/blobs/sha256/{turn.Key.Hash}", null);
    }

    private static async Task<BlobUpload?> Held(Func<Task<BlobUpload?>> open)
    {
        try
        {
            return await open();
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            throw new BadHttpRequestException("Another process works on this upload.", StatusCodes.Status409Conflict, e);
        }
    }

    private static BlobKey KeyOf(HttpContext context, string hash) => new(context.Caller()!.AccountId, hash);

    private static void Say(HttpContext context, long offset, long? length, bool isKept = true)
    {
        var headers = context.Response.Headers;
        headers[UploadOffset] = offset.ToString(CultureInfo.InvariantCulture);
        if (length is { } whole)
        {
            headers[UploadLength] = whole.ToString(CultureInfo.InvariantCulture);
            headers[UploadComplete] = isKept && offset == whole ? "?1" : "?0";
        }
    }

    private static IResult Busy(HttpContext context)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return ProblemAnswers.Of(StatusCodes.Status409Conflict, BlobRefusals.Busy);
    }

    private static IResult Refuse(Refusal refusal) => ProblemAnswers.Of(
        refusal.Code switch
        {
            "blob.quota" => StatusCodes.Status507InsufficientStorage,
            "blob.too_large" => StatusCodes.Status413PayloadTooLarge,
            "blob.too_many_uploads" => StatusCodes.Status429TooManyRequests,
            "blob.erased" => StatusCodes.Status410Gone,
            _ => StatusCodes.Status422UnprocessableEntity,
        },
        refusal);

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
