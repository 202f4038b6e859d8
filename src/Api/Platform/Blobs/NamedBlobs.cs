using Jarvis.Api.Accounts;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Who may read a blob: whoever may read the content of an event that names it.</summary>
public sealed class NamedBlobs(ViewReader views, ViewProgress progress, ReadPoints points)
{
    private sealed record Named(string Hash, long Size, string Type);

    /// <summary>The blob as an event names it that the caller may read; null for none.</summary>
    public async Task<BlobReference?> Find(Caller caller, string hash, CancellationToken cancel)
    {
        if (await Look(caller, hash, cancel) is { } named)
        {
            return named;
        }

        // Its event may have been stored a moment ago: whoever was just told of it finds it.
        await progress.Reach(RunsView.Name, await points.Head(cancel), ReadPoints.Patience, cancel);
        return await Look(caller, hash, cancel);
    }

    // An administrator's policy shows every row; content is its owner's alone.
    private async Task<BlobReference?> Look(Caller caller, string hash, CancellationToken cancel) =>
        await views.Rows<Named>(
            caller, $"select {RowMapper<Named>.Columns} from {ViewTables.Schema}.run_blobs where owner_id = $1 and hash = $2 limit 1", [caller.AccountId, hash], cancel)
            is [var found] ? new BlobReference(found.Hash, found.Size, found.Type) : null;
}
