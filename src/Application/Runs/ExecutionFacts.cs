using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Runs;

/// <summary>What batches are judged by: what the database has of their runs and devices, locked, or what this process remembers of them.</summary>
internal sealed class ExecutionFacts
{
    private const string LockStreamsSql = $"select id, version from {EventStoreSetup.Schema}.mt_streams where id = any($1) order by id for update";

    private const string TakenSql = $"select id from {EventStoreSetup.Schema}.mt_streams where id = any($1)";

    private const string GrantsSql =
        $"select id, (data ->> 'ownerId')::uuid, (data ->> 'deviceId')::uuid from {EventStoreSetup.Schema}.mt_doc_rungrant where id = any($1)";

    /// <summary>Of a device whose owner does not let it hand in runs that began there.</summary>
    internal const string IsSilencedSql = "data -> 'scopes' is not null and not data -> 'scopes' ? 'handInRuns'";

    private const string SilencedSql = $"select id from {EventStoreSetup.Schema}.mt_doc_devicerule where id = any($1) and {IsSilencedSql}";

    private const string HashesSql = $"""
        select e.stream_id, e.version, e.headers ->> '{ExecutionHeaders.Hash}'
        from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as asked(stream_id, first, last)
        join {EventStoreSetup.Schema}.mt_events e on e.stream_id = asked.stream_id and e.version between asked.first and asked.last
        """;

    // Whether any run that begins may be of a workflow that its owner published.
    private const string NamesSql = $"select id from {EventStoreSetup.Schema}.mt_doc_workflowname where id = any($1)";

    private readonly Dictionary<Guid, long> stored;
    private readonly Dictionary<Guid, RunGrant> grants;
    private readonly Dictionary<(Guid RunId, long Sequence), string> hashes = [];
    private readonly HashSet<Guid> taken = [];
    private readonly HashSet<Guid> silenced = [];
    private readonly HashSet<string> names = [];

    private ExecutionFacts(Dictionary<Guid, RunGrant> grants, Dictionary<Guid, long> stored) => (this.grants, this.stored) = (grants, stored);

    /// <summary>How many events of each run are stored; none for one that has none.</summary>
    public IReadOnlyDictionary<Guid, long> Stored => stored;

    /// <summary>Whose the runs are that there are.</summary>
    public IReadOnlyDictionary<Guid, RunGrant> Grants => grants;

    /// <summary>Hashes of the stored events that these batches repeat.</summary>
    public IReadOnlyDictionary<(Guid RunId, long Sequence), string> Hashes => hashes;

    /// <summary>Ids under which no run can begin on a PC: they mean something already.</summary>
    public IReadOnlySet<Guid> Taken => taken;

    /// <summary>Devices whose owner does not let them hand in runs that began there.</summary>
    public IReadOnlySet<Guid> Silenced => silenced;

    /// <summary>Which of the workflows that beginning runs name are published (<see cref="PublishedDefinitions.NameOf"/>).</summary>
    public IReadOnlySet<string> Names => names;

    /// <summary>The epochs that devices have; none for one that is revoked or not known.</summary>
    public IReadOnlyDictionary<Guid, long> Epochs { get; private set; } = new Dictionary<Guid, long>();

    /// <summary>What was remembered, for the database to say whether it still holds; null where the database was asked.</summary>
    public Assumption? Assumption { get; private init; }

    /// <summary>What is remembered; null where a batch does not go on where the last one ended, so that it takes more to judge it.</summary>
    public static ExecutionFacts? OfKnown(IReadOnlyList<Submission> submissions, KnownRuns known)
    {
        if (!submissions.All(known.Continues))
        {
            return null;
        }

        var grants = new Dictionary<Guid, RunGrant>();
        var versions = new Dictionary<Guid, long>();
        var epochs = new Dictionary<Guid, long>();
        foreach (var submission in submissions)
        {
            foreach (var @event in submission.Events)
            {
                if (!known.TryGetEpoch(submission.DeviceId, out var epoch))
                {
                    return null;
                }

                epochs[submission.DeviceId] = epoch;
                if (known.TryGet(@event.RunId, out var grant, out var version))
                {
                    (grants[@event.RunId], versions[@event.RunId]) = (grant, version);
                }
            }
        }

        var assumption = new Assumption(epochs, versions.ToDictionary(run => StreamIds.Execution(run.Key), run => run.Value));
        return new ExecutionFacts(grants, versions) { Assumption = assumption, Epochs = epochs };
    }

    /// <summary>Locks and reads all that judging these batches needs. The connection's transaction must have begun.</summary>
    public static async Task<ExecutionFacts> Lock(
        NpgsqlConnection connection, IReadOnlyList<Submission> submissions, KnownRuns known, CancellationToken cancellation)
    {
        var runs = new HashSet<Guid>();
        foreach (var submission in submissions)
        {
            foreach (var @event in submission.Events)
            {
                runs.Add(@event.RunId);
            }
        }

        var grants = new Dictionary<Guid, RunGrant>();
        foreach (var run in runs)
        {
            if (known.TryGet(run, out var grant, out _))
            {
                grants[run] = grant;
            }
        }

        var facts = new ExecutionFacts(grants, []);
        await facts.Lock(connection, submissions, [.. runs], cancellation);
        await facts.ReadHashes(connection, submissions, cancellation);
        return facts;
    }

    /// <summary>
    /// Devices, then streams, in the order of their ids; of runs that are not known yet whose they are, and whether the id means something else
    /// already. One round trip.
    /// </summary>
    private async Task Lock(NpgsqlConnection connection, IReadOnlyList<Submission> submissions, Guid[] runs, CancellationToken cancellation)
    {
        Guid[] devices = [.. submissions.Select(submission => submission.DeviceId).Distinct().Order()];
        var unknown = runs.Where(id => !grants.ContainsKey(id)).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(DeviceEpochs.Lock(devices));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockStreamsSql) { Parameters = { new() { Value = runs.Select(StreamIds.Execution).ToArray() } } });
        if (unknown.Length > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(GrantsSql) { Parameters = { new() { Value = unknown } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TakenSql) { Parameters = { new() { Value = unknown.Concat(unknown.Select(StreamIds.Execution)).ToArray() } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SilencedSql) { Parameters = { new() { Value = devices } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(NamesSql) { Parameters = { new() { Value = RunBeginnings.Names(submissions).ToArray() } } });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        Epochs = await DeviceEpochs.Read(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var runId = StreamIds.RunOf(reader.GetGuid(0));
            stored[runId] = reader.GetInt64(1);
        }

        await reader.NextResultAsync(cancellation);
        while (unknown.Length > 0 && await reader.ReadAsync(cancellation))
        {
            grants[reader.GetGuid(0)] = new RunGrant(reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2));
        }

        await reader.NextResultAsync(cancellation);
        while (unknown.Length > 0 && await reader.ReadAsync(cancellation))
        {
            // A run on a PC cannot begin under these.
            taken.Add(StreamIds.RunOf(reader.GetGuid(0)));
        }

        await reader.NextResultAsync(cancellation);
        while (unknown.Length > 0 && await reader.ReadAsync(cancellation))
        {
            silenced.Add(reader.GetGuid(0));
        }

        await reader.NextResultAsync(cancellation);
        while (unknown.Length > 0 && await reader.ReadAsync(cancellation))
        {
            names.Add(reader.GetString(0));
        }
    }

    /// <summary>Only of sequences that these batches repeat, in one question.</summary>
    private async Task ReadHashes(NpgsqlConnection connection, IReadOnlyList<Submission> submissions, CancellationToken cancellation)
    {
        var repeats = submissions.SelectMany(s => s.Events)
            .Where(e => e.Sequence <= stored.GetValueOrDefault(e.RunId))
            .GroupBy(e => e.RunId)
            .Select(g => (Stream: StreamIds.Execution(g.Key), First: g.Min(e => e.Sequence), Last: g.Max(e => e.Sequence)))
            .ToList();
        if (repeats.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(HashesSql, connection)
        {
            Parameters =
            {
                new() { Value = repeats.Select(r => r.Stream).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = repeats.Select(r => r.First).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = repeats.Select(r => r.Last).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            hashes[(StreamIds.RunOf(reader.GetGuid(0)), reader.GetInt64(1))] = reader.GetString(2);
        }
    }
}
