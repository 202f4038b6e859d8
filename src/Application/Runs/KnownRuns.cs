using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
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

    private readonly ConcurrentDictionary<Guid, KnownRun> runs = new();
    private readonly ConcurrentDictionary<Guid, long> epochs = new();

    /// <param name="grant">Whose the run is; that never changes.</param>
    /// <param name="version">How many of its events were stored.</param>
    public bool TryGet(Guid runId, [MaybeNullWhen(false)] out RunGrant grant, out long version)
    {
        var isKnown = runs.TryGetValue(runId, out var run);
        (grant, version) = (run?.Grant, run?.Version ?? 0);
        return isKnown;
    }

    public bool TryGetEpoch(Guid deviceId, out long epoch) => epochs.TryGetValue(deviceId, out epoch);

    /// <summary>Whether each event goes on where the last stored one of its run ended.</summary>
    public bool Continues(Submission submission)
    {
        var next = new Dictionary<Guid, long>();
        foreach (var @event in submission.Events)
        {
            if (!next.TryGetValue(@event.RunId, out var expected))
            {
                if (!runs.TryGetValue(@event.RunId, out var run))
                {
                    return false;
                }

                expected = run.Version + 1;
            }

            if (@event.Sequence != expected)
            {
                return false;
            }

            next[@event.RunId] = expected + 1;
        }

        return epochs.ContainsKey(submission.DeviceId);
    }

    public void Remember(IEnumerable<ExecutionAppend> appends, IReadOnlyDictionary<Guid, long> deviceEpochs)
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
            runs[append.RunId] = new KnownRun(new RunGrant(append.RunId, append.OwnerId, append.DeviceId), append.Version + append.Events.Count);
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

    private sealed record KnownRun(RunGrant Grant, long Version);
}

/// <summary>What a batch was judged by without asking the database.</summary>
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

    /// <summary>Fails (it divides by zero) where the database knows otherwise.</summary>
    public NpgsqlBatchCommand Check() => new(Sql)
    {
        Parameters =
        {
            new() { Value = Epochs.Keys.ToArray() },
            new() { Value = Epochs.Values.ToArray() },
            new() { Value = Versions.Keys.Select(StreamIds.Execution).ToArray() },
            new() { Value = Versions.Values.ToArray() },
        },
    };
}
