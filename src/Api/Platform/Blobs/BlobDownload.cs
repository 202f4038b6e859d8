using Jarvis.Api.Accounts;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Platform;
using Microsoft.Net.Http.Headers;

namespace Jarvis.Api.Platform.Blobs;

/// <summary><c>GET /blobs/sha256/{hash}</c>: the content, whole or a range, for whoever may read an event that names it.</summary>
public static class BlobDownload
{
    /// <summary>Nothing in it may run, load or be framed, whatever it is.</summary>
    private const string ContentPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";

    private const int RetryAfterSeconds = 5;

    public static async Task<IResult> Get(string hash, HttpContext context, Application.Platform.Blobs.Blobs blobs, NamedBlobs named, ILogger<Application.Platform.Blobs.Blobs> log)
    {
        var cancel = context.RequestAborted;
        Guard(context.Response.Headers);
        if (context.Caller() is not { DeviceId: null } caller)
        {
            // A device brings content and asks how far it came; reading is for people.
            return ProblemAnswers.Of(StatusCodes.Status403Forbidden, AuthRefusals.Forbidden);
        }

        if (!BlobReference.IsHash(hash) || await named.Find(caller, hash, cancel) is not { } reference)
        {
            return ProblemAnswers.Of(StatusCodes.Status404NotFound, BlobRefusals.NotFound);
        }

        return await Send(context, blobs, new BlobKey(caller.AccountId, hash), reference, log);
    }

    /// <summary>Before anything is known of what is asked for.</summary>
    public static void Guard(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.CacheControl = "no-store";
    }

    /// <summary>The content of a blob that the caller may read.</summary>
    public static async Task<IResult> Send(HttpContext context, Application.Platform.Blobs.Blobs blobs, BlobKey key, BlobReference reference, ILogger<Application.Platform.Blobs.Blobs> log)
    {
        var cancel = context.RequestAborted;
        var headers = context.Response.Headers;
        switch (await blobs.Find(key, cancel))
        {
            case null:
                headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return ProblemAnswers.Of(StatusCodes.Status404NotFound, BlobRefusals.Pending);
            case { IsRemoved: true }:
                return ProblemAnswers.Of(StatusCodes.Status410Gone, BlobRefusals.Removed);
        }

        SealedBlobStream? content = null;
        try
        {
            content = await blobs.Read(key, cancel);
            if (content is null)
            {
                return ProblemAnswers.Of(StatusCodes.Status410Gone, BlobRefusals.Erased);
            }

            await content.Prepare(cancel);
        }
        catch (BlobDamagedException damage)
        {
            log.LogError(damage, "Blob {Hash} of {Owner} is damaged", key.Hash, key.OwnerId);
            content?.Dispose();
            return ProblemAnswers.Of(StatusCodes.Status500InternalServerError, BlobRefusals.Damaged);
        }

        // The address names the content, so it can never change.
        headers.CacheControl = "private, max-age=31536000, immutable";
        headers.ContentDisposition = BlobTypes.Disposition(reference.Type, key.Hash);
        return Results.Stream(content, BlobTypes.ServedAs(reference.Type), entityTag: new EntityTagHeaderValue($"\"{key.Hash}\""), enableRangeProcessing: true);
    }
}
