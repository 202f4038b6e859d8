using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Application.Platform.Blobs;
using Blobs = Jarvis.Application.Platform.Blobs.Blobs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>What a blob is to its task: a value of it, a picture that was taken, a file.</summary>
public enum BlobUse { Value, Screenshot, File }

/// <summary>Content that stands beside the events.</summary>
[Name("Blob")]
public sealed class BlobNode(RunBlobRow row, KeptBlob? kept)
{
    /// <summary>SHA-256, lower-case hex.</summary>
    public string Hash => row.Hash;

    /// <summary>In bytes.</summary>
    public double Size => row.Size;

    /// <summary>Media type, as its task gave it.</summary>
    public string Type => row.Type;

    /// <summary>Where it is read with a token, or by a ticket for that path; null while it is pending and once it was removed.</summary>
    public string? Address => kept is { IsRemoved: false } ? $"/blobs/sha256/{row.Hash}" : null;

    /// <summary>Whether its PC has not sent it yet.</summary>
    public bool Pending => kept is null;

    /// <summary>By the PC's clock.</summary>
    public DateTimeOffset TakenAt => row.TakenAt;

    /// <summary>The task instance that it belongs to; null where it is the run's.</summary>
    public string? Instance => row.Instance.Length == 0 ? null : row.Instance;

    public BlobUse Use => Enum.Parse<BlobUse>(row.Purpose, ignoreCase: true);
}

/// <summary>The blobs that runs' events name.</summary>
public sealed class RunBlobs(ViewReader views, Blobs blobs)
{
    /// <summary>Blobs shown of one run or task; a loop of thousands has its others at the tasks themselves.</summary>
    private const int Most = 500;

    public async Task<IDictionary<(Guid Run, string Instance), List<BlobNode>>> OfTasks(
        Caller caller, IReadOnlyList<(Guid Run, string Instance)> tasks, ReadPoint point, CancellationToken cancel)
    {
        var rows = await Rows(
            caller, "(run_id, instance) in (select * from unnest($2::uuid[], $3::text[]))", point,
            [tasks.Select(task => task.Run).ToArray(), tasks.Select(task => task.Instance).ToArray()], cancel);
        return rows.GroupBy(row => (row.Row.RunId, row.Row.Instance)).ToDictionary(group => group.Key, Nodes);
    }

    public async Task<IDictionary<Guid, List<BlobNode>>> Screenshots(Caller caller, IReadOnlyList<Guid> runs, ReadPoint point, CancellationToken cancel)
    {
        var rows = await Rows(caller, "run_id = any($2) and (purpose = 'screenshot' or type like 'image/%')", point, [runs.ToArray()], cancel);
        // A picture that a task gave and that was attached to it as well is one picture.
        return rows.GroupBy(row => row.Row.RunId).ToDictionary(group => group.Key, group => Nodes(group.DistinctBy(row => (row.Row.Hash, row.Row.Instance))));
    }

    private static List<BlobNode> Nodes(IEnumerable<(RunBlobRow Row, KeptBlob? Kept)> rows) => [.. rows.Take(Most).Select(row => new BlobNode(row.Row, row.Kept))];

    private async Task<IReadOnlyList<(RunBlobRow Row, KeptBlob? Kept)>> Rows(Caller caller, string condition, ReadPoint point, object[] values, CancellationToken cancel)
    {
        var rows = await views.Rows<RunBlobRow>(
            caller,
            $"select {RowMapper<RunBlobRow>.Columns} from {ViewTables.Schema}.run_blobs where position <= $1 and {condition} order by position, purpose desc limit {Most * 20}",
            [point.Position ?? long.MaxValue, .. values], cancel);
        if (rows.Count == 0)
        {
            return [];
        }

        var kept = await blobs.FindMany(rows.Select(row => new BlobKey(row.OwnerId, row.Hash)), cancel);
        return [.. rows.Select(row => (row, kept.GetValueOrDefault(new BlobKey(row.OwnerId, row.Hash).Path)))];
    }
}
