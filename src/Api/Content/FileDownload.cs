using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.Blobs;
using Jarvis.Application.Documents;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Documents;
using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Api.Documents;

/// <summary><c>GET /files/{id}</c>: a file's content, whole or a range, for its owner; a picture of a person for whoever is shown the account.</summary>
public static class FileDownload
{
    public static void MapFiles(this WebApplication app) =>
        app.MapGet("/files/{id:guid}", Get).WithTags("Files").WithSummary("A file's content, whole or a range").Produces(200, contentType: BlobTypes.Bytes).ProducesProblem(404).ProducesProblem(410);

    private static async Task<IResult> Get(Guid id, HttpContext context, IDocumentStore store, Blobs blobs, ILogger<Blobs> log)
    {
        BlobDownload.Guard(context.Response.Headers);
        await using var session = store.QuerySession();
        // What one may not see is not there.
        return await session.LoadAsync<KeptFile>(id, context.RequestAborted) is { } file && context.Caller() is { } caller && FileRights.MayRead(caller, file)
            ? await BlobDownload.Send(context, blobs, new BlobKey(file.OwnerId, file.Hash), new BlobReference(file.Hash, file.Size, file.Type), log)
            : ProblemAnswers.Of(StatusCodes.Status404NotFound, FileRefusals.NotFound);
    }
}
