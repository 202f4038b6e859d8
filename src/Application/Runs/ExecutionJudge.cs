using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Application.Runs;

/// <summary>A batch on its way in.</summary>
public sealed record Submission(Guid DeviceId, Guid OwnerId, IReadOnlyList<RunnerEvent> Events);

/// <param name="Cursors">For each run of the batch the highest sequence stored.</param>
public sealed record SubmissionAnswer(IReadOnlyDictionary<Guid, long> Cursors, BatchRefusal? Refusal);

/// <summary>
/// Judges batches against what is stored, within one transaction that has the streams and devices locked: each batch alone, in
/// turn, whole or not at all; what an earlier one of the same commit brought counts as stored.
/// Order of checks: a repeat, then the epoch, then the gap.
/// </summary>
public sealed class ExecutionJudge
{
    private const string LockStreamsSql =
        $"select id, version from {Platform.EventStoreSetup.Schema}.mt_streams where id = any($1) order by id for update";

    private const string TakenSql = $"select id from {Platform.EventStoreSetup.Schema}.mt_streams where id = any($1)";

    private const string GrantsSql =
        $"select id, (data ->> 'ownerId')::uuid, (data ->> 'deviceId')::uuid from {Platform.EventStoreSetup.Schema}.mt_doc_rungrant where id = any($1)";

    /// <summary>Of a device whose owner does not let it hand in runs that began there.</summary>
    internal const string IsSilencedSql = "data -> 'scopes' is not null and not data -> 'scopes' ? 'handInRuns'";

    private const string SilencedSql = $"select id from {Platform.EventStoreSetup.Schema}.mt_doc_devicerule where id = any($1) and {IsSilencedSql}";

    private const string HashesSql = $"""
        select e.stream_id, e.version, e.headers ->> '{ExecutionHeaders.Hash}'
        from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as asked(stream_id, first, last)
        join {Platform.EventStoreSetup.Schema}.mt_events e on e.stream_id = asked.stream_id and e.version between asked.first and asked.last
        """;

    // Whether any run that begins may be of a workflow that its owner published.
    private const string NamesSql = $"select id from {Platform.EventStoreSetup.Schema}.mt_doc_workflowname where id = any($1)";

    private readonly Dictionary<Guid, long> stored = [];
    private readonly Dictionary<Guid, long> versions = [];
    private readonly Dictionary<Guid, RunGrant> grants;
    private readonly Dictionary<(Guid RunId, long Sequence), string> hashes = [];
    private readonly Dictionary<Guid, List<RunnerEvent>> accepted = [];
    private readonly List<(Guid RunId, Submission From)> begun = [];
    private readonly HashSet<Guid> taken = [];
    private readonly HashSet<Guid> silenced = [];
    private readonly HashSet<string> names = [];
    private Dictionary<Guid, long> epochs = [];

    private ExecutionJudge(Dictionary<Guid, RunGrant> grants) => this.grants = grants;

    /// <summary>Runs that began on their PC with an accepted batch, and must be made.</summary>
    public IReadOnlyList<(Guid RunId, Submission From)> Begun => begun;

    /// <summary>Whether the owner of a run that begins has a workflow of its name.</summary>
    public bool IsNamed(Guid ownerId, ExecutionStarted started) => names.Contains(PublishedDefinitions.NameOf(ownerId, started));

    /// <summary>Accepted events per run, in order.</summary>
    public IEnumerable<ExecutionAppend> Appends =>
        accepted.Select(pair => new ExecutionAppend(pair.Key, grants[pair.Key].OwnerId, grants[pair.Key].DeviceId, stored.GetValueOrDefault(pair.Key), pair.Value));

    /// <summary>What was judged by without asking; null where the database was asked.</summary>
    public Assumption? Assumption { get; private init; }

    /// <summary>The epochs that devices have; none for one that is revoked or not known.</summary>
    public IReadOnlyDictionary<Guid, long> Epochs => epochs;

    /// <summary>
    /// Judges by what is known here alone; null unless that lets every batch pass. Nothing may be refused, nor a repeat answered, by what may be outdated.
    /// </summary>
    public static (ExecutionJudge Judge, List<SubmissionAnswer> Answers)? OfKnown(IReadOnlyList<Submission> submissions, KnownRuns known)
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

        var judge = new ExecutionJudge(grants) { Assumption = new Assumption(epochs, versions.ToDictionary(run => StreamIds.Execution(run.Key), run => run.Value)), epochs = epochs };
        foreach (var (runId, version) in versions)
        {
            judge.stored[runId] = judge.versions[runId] = version;
        }

        var answers = submissions.Select(judge.Judge).ToList();
        return answers.TrueForAll(answer => answer.Refusal is null) ? (judge, answers) : null;
    }

    /// <summary>Locks and reads all that judging these batches needs. The connection's transaction must have begun.</summary>
    public static async Task<ExecutionJudge> Open(
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

        var judge = new ExecutionJudge(grants);
        await judge.Lock(connection, submissions, [.. runs], cancellation);
        await judge.ReadHashes(connection, submissions, cancellation);
        return judge;
    }

    public SubmissionAnswer Judge(Submission submission)
    {
        var refused = new Dictionary<Guid, RunRefusal>();
        Refusal? first = null;
        var fresh = new Dictionary<Guid, List<RunnerEvent>>();
        var begins = new List<Guid>();
        foreach (var @event in submission.Events)
        {
            if (refused.ContainsKey(@event.RunId))
            {
                continue;
            }

            var pending = fresh.GetValueOrDefault(@event.RunId);
            var (refusal, expected) = JudgeOne(submission, @event, pending, begins);
            if (refusal is not null)
            {
                first ??= refusal;
                refused[@event.RunId] = new RunRefusal(refusal.Code, expected);
            }
            else if (expected is null)
            {
                (pending ?? (fresh[@event.RunId] = [])).Add(@event);
            }
        }

        if (first is not null)
        {
            return new SubmissionAnswer(RunnerBatchCursors([]), new BatchRefusal(first, refused));
        }

        Take(submission, fresh, begins);
        return new SubmissionAnswer(RunnerBatchCursors(submission.Events.Select(e => e.RunId).Distinct()), null);
    }

    private Dictionary<Guid, long> RunnerBatchCursors(IEnumerable<Guid> runs) => runs.ToDictionary(id => id, id => versions.GetValueOrDefault(id));

    /// <summary>A refusal with what is expected; or (null, the known sequence) for a repeat; or (null, null) for an event to take.</summary>
    private (Refusal? Refusal, long? Expected) JudgeOne(Submission submission, RunnerEvent @event, List<RunnerEvent>? pending, List<Guid> begins)
    {
        var runId = @event.RunId;
        var isOwn = grants.TryGetValue(runId, out var grant)
            ? grant.DeviceId == submission.DeviceId && grant.OwnerId == submission.OwnerId
            : begins.Contains(runId);
        var version = versions.GetValueOrDefault(runId);
        var next = version + (pending?.Count ?? 0) + 1;
        if (isOwn && @event.Sequence < next)
        {
            var hash = @event.Sequence > version ? pending![(int)(@event.Sequence - version - 1)].Hash : hashes.GetValueOrDefault((runId, @event.Sequence));
            return hash == @event.Hash ? (null, @event.Sequence) : (BatchRefusals.Differs, next);
        }

        if (!epochs.TryGetValue(submission.DeviceId, out var epoch) || epoch != @event.Epoch)
        {
            return (BatchRefusals.Fenced, null);
        }

        if (!isOwn)
        {
            if (grant is not null || taken.Contains(runId) || @event is not { Sequence: 1, Data: ExecutionStarted { Local: not null } })
            {
                return (BatchRefusals.NotFound, null);
            }

            if (silenced.Contains(submission.DeviceId))
            {
                return (DeviceRefusals.NotAllowed, null);
            }

            begins.Add(runId);
        }

        return @event.Sequence == next ? (null, null) : (BatchRefusals.Gap, next);
    }

    private void Take(Submission submission, Dictionary<Guid, List<RunnerEvent>> fresh, List<Guid> begins)
    {
        foreach (var runId in begins)
        {
            grants[runId] = new RunGrant(runId, submission.OwnerId, submission.DeviceId);
            begun.Add((runId, submission));
        }

        foreach (var (runId, events) in fresh)
        {
            if (!accepted.TryGetValue(runId, out var list))
            {
                accepted[runId] = list = [];
            }

            foreach (var @event in events)
            {
                list.Add(@event);
                hashes[(runId, @event.Sequence)] = @event.Hash;
            }

            versions[runId] = versions.GetValueOrDefault(runId) + events.Count;
        }
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
        epochs = await DeviceEpochs.Read(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var runId = StreamIds.RunOf(reader.GetGuid(0));
            stored[runId] = versions[runId] = reader.GetInt64(1);
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
