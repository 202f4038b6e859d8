using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>
/// What this process knows of runs and devices since it last stored events of theirs. Most batches go on where the last one ended, and are judged by
/// it alone. It may be outdated: what was judged by it is written only together with <see cref="Assumption"/>, which has the database say whether it still holds.
/// </summary>
public sealed class KnownRuns
{
    /// <summary>Runs remembered at most.</summary>
    private const int MaxRuns = 100_000;

    /// <summary>Devices remembered at most.</summary>
    private const int MaxDevices = 10_000;

    /// <summary>For how long an owner's runs end by message after one could not be ended without.</summary>
    private static readonly TimeSpan HeardFor = TimeSpan.FromSeconds(15);

    /// <summary>For how long the database is asked first about runs of one workflow that begin, after one could not begin without.</summary>
    private static readonly TimeSpan AskedFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, KnownRun> runs = new();
    private readonly ConcurrentDictionary<Guid, long> epochs = new();
    private readonly ConcurrentDictionary<Guid, long> heard = new();
    private readonly ConcurrentDictionary<string, long> asked = new();

    /// <param name="grant">Whose the run is; that never changes.</param>
    /// <param name="version">How many of its events were stored.</param>
    public bool TryGet(Guid runId, [MaybeNullWhen(false)] out RunGrant grant, out long version)
    {
        var isKnown = runs.TryGetValue(runId, out var run);
        (grant, version) = (run?.Grant, run?.Version ?? 0);
        return isKnown;
    }

    public bool TryGetEpoch(Guid deviceId, out long epoch) => epochs.TryGetValue(deviceId, out epoch);

    /// <summary>Whether each event goes on where the last stored one of its run ended, or begins a run that nobody has told of.</summary>
    public bool Continues(Submission submission)
    {
        var next = new Dictionary<Guid, long>();
        foreach (var @event in submission.Events)
        {
            if (!next.TryGetValue(@event.RunId, out var expected))
            {
                if (runs.TryGetValue(@event.RunId, out var run))
                {
                    expected = run.Version + 1;
                }
                else if (MayBegin(submission.OwnerId, @event))
                {
                    expected = 1;
                }
                else
                {
                    return false;
                }
            }

            if (@event.Sequence != expected)
            {
                return false;
            }

            next[@event.RunId] = expected + 1;
        }

        return epochs.ContainsKey(submission.DeviceId);
    }

    /// <summary>Whether the runs of this batch can take note of what it tells by what is remembered of them.</summary>
    public bool Notes(Submission submission) =>
        !IsHeard(submission.OwnerId) && submission.Events.All(@event => !runs.TryGetValue(@event.RunId, out var run) || run.Noted is not null);

    /// <summary>A run's own stream as this process left it; null where it is not known, or somebody waits for a place of its owner's.</summary>
    public NotedRun? Noted(Guid runId) => runs.TryGetValue(runId, out var run) && !IsHeard(run.Grant.OwnerId) ? run.Noted : null;

    /// <summary>The database is asked for a while before runs of these workflows begin (<see cref="PublishedDefinitions.NameOf"/>).</summary>
    public void Ask(IEnumerable<string> names)
    {
        if (asked.Count > MaxRuns)
        {
            asked.Clear();
        }

        foreach (var name in names)
        {
            asked[name] = Environment.TickCount64 + (long)AskedFor.TotalMilliseconds;
        }
    }

    /// <summary>Ends of these owners' runs are told to their conversations for a while: one of them waits for a place, or is being given one.</summary>
    public void Hear(IEnumerable<Guid> owners)
    {
        if (heard.Count > MaxDevices)
        {
            heard.Clear();
        }

        foreach (var owner in owners)
        {
            heard[owner] = Environment.TickCount64 + (long)HeardFor.TotalMilliseconds;
        }
    }

    /// <param name="told">Runs whose conversations were told something, and go on by themselves.</param>
    public void Remember(IEnumerable<ExecutionAppend> appends, IReadOnlyDictionary<Guid, long> deviceEpochs, IReadOnlySet<Guid> told)
    {
        if (runs.Count > MaxRuns)
        {
            runs.Clear();
        }

        if (epochs.Count > MaxDevices)
        {
            epochs.Clear();
        }

        foreach (var append in appends)
        {
            // Only as long as nobody else stored anything of the run in between: that may have told its conversation.
            var noted = append.Noted ?? (!told.Contains(append.RunId) && runs.TryGetValue(append.RunId, out var before) && before.Version == append.Version ? before.Noted : null);
            runs[append.RunId] = new KnownRun(
                new RunGrant(append.RunId, append.OwnerId, append.DeviceId), append.Version + append.Events.Count, noted is { Run.HasEnded: true } ? null : noted);
        }

        foreach (var (device, epoch) in deviceEpochs)
        {
            epochs[device] = epoch;
        }
    }

    public void Forget(Submission submission)
    {
        epochs.TryRemove(submission.DeviceId, out _);
        foreach (var @event in submission.Events)
        {
            runs.TryRemove(@event.RunId, out _);
        }
    }

    private bool MayBegin(Guid ownerId, RunnerEvent @event) =>
        @event is { Sequence: 1, Data: ExecutionStarted { Local: not null } started }
        && !(asked.TryGetValue(PublishedDefinitions.NameOf(ownerId, started), out var until) && Environment.TickCount64 < until);

    private bool IsHeard(Guid ownerId) => heard.TryGetValue(ownerId, out var until) && Environment.TickCount64 < until;

    private sealed record KnownRun(RunGrant Grant, long Version, NotedRun? Noted);
}

/// <summary>A run's own stream as this process left it.</summary>
/// <param name="Run">As folded, without its input, which nothing is decided by.</param>
/// <param name="Version">The stream's.</param>
public sealed record NotedRun(Run Run, long Version)
{
    public static NotedRun Of(Run run, long version) => new(run with { Requested = run.Requested with { Input = null } }, version);
}

/// <summary>What a batch was judged by without asking the database.</summary>
/// <param name="Epochs">By device.</param>
/// <param name="Versions">By stream.</param>
public sealed record Assumption(IReadOnlyDictionary<Guid, long> Epochs, IReadOnlyDictionary<Guid, long> Versions)
{
    // Holds each device's epoch until the transaction ends, as the judge does that asks. The streams are locked by the statement that appends, right
    // behind: one that another process lengthens in between meets it at the unique (stream, version).
    private const string Sql = $"""
        select 1 / (
            (select count(*) from (
                select 1 from unnest($1::uuid[], $2::bigint[]) as known(id, epoch)
                join {EventStoreSetup.Schema}.mt_doc_devicepresence d on d.id = known.id
                where (d.data ->> 'epoch')::bigint = known.epoch and not (d.data ->> 'isRevoked')::boolean
                order by d.id for share of d) as held) = cardinality($1)
            and (select count(*) from unnest($3::uuid[], $4::bigint[]) as known(id, version)
                join {EventStoreSetup.Schema}.mt_streams s on s.id = known.id and s.version = known.version) = cardinality($3)
            )::int
        """;

    /// <summary>The same, and that these further streams are as long as that.</summary>
    public Assumption With(IEnumerable<KeyValuePair<Guid, long>> further) => this with { Versions = new Dictionary<Guid, long>([.. Versions, .. further]) };

    /// <summary>Fails (it divides by zero) where the database knows otherwise.</summary>
    public NpgsqlBatchCommand Check() => new(Sql)
    {
        Parameters =
        {
            new() { Value = Epochs.Keys.ToArray() },
            new() { Value = Epochs.Values.ToArray() },
            new() { Value = Versions.Keys.ToArray() },
            new() { Value = Versions.Values.ToArray() },
        },
    };
}
