using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>A batch on its way in.</summary>
public sealed record Submission(Guid DeviceId, Guid OwnerId, IReadOnlyList<RunnerEvent> Events);

/// <param name="Cursors">For each run of the batch the highest sequence stored.</param>
public sealed record SubmissionAnswer(IReadOnlyDictionary<Guid, long> Cursors, BatchRefusal? Refusal);

/// <summary>
/// Judges batches against what is stored (<see cref="ExecutionFacts"/>): each batch alone, in turn, whole or not at all; what an earlier one of the
/// same commit brought counts as stored. Order of checks: a repeat, then the epoch, then the gap.
/// </summary>
public sealed class ExecutionJudge
{
    private readonly ExecutionFacts facts;
    private readonly Dictionary<Guid, long> versions;
    private readonly Dictionary<Guid, RunGrant> grants;
    private readonly Dictionary<(Guid RunId, long Sequence), string> hashes;
    private readonly Dictionary<Guid, List<RunnerEvent>> accepted = [];
    private readonly List<(Guid RunId, Submission From)> begun = [];

    private ExecutionJudge(ExecutionFacts facts)
    {
        this.facts = facts;
        (versions, grants, hashes) = (new(facts.Stored), new(facts.Grants), new(facts.Hashes));
    }

    /// <summary>Runs that began on their PC with an accepted batch, and must be made.</summary>
    public IReadOnlyList<(Guid RunId, Submission From)> Begun => begun;

    /// <summary>Whether the owner of a run that begins has a workflow of its name.</summary>
    public bool IsNamed(Guid ownerId, ExecutionStarted started) => facts.Names.Contains(PublishedDefinitions.NameOf(ownerId, started));

    /// <summary>Accepted events per run, in order.</summary>
    public IEnumerable<ExecutionAppend> Appends =>
        accepted.Select(pair => new ExecutionAppend(pair.Key, grants[pair.Key].OwnerId, grants[pair.Key].DeviceId, facts.Stored.GetValueOrDefault(pair.Key), pair.Value));

    /// <summary>What was judged by without asking; null where the database was asked.</summary>
    public Assumption? Assumption => facts.Assumption;

    /// <summary>The epochs that devices have; none for one that is revoked or not known.</summary>
    public IReadOnlyDictionary<Guid, long> Epochs => facts.Epochs;

    /// <summary>
    /// Judges by what is known here alone; null unless that lets every batch pass. Nothing may be refused, nor a repeat answered, by what may be outdated.
    /// </summary>
    public static (ExecutionJudge Judge, List<SubmissionAnswer> Answers)? OfKnown(IReadOnlyList<Submission> submissions, KnownRuns known)
    {
        if (ExecutionFacts.OfKnown(submissions, known) is not { } facts)
        {
            return null;
        }

        var judge = new ExecutionJudge(facts);
        var answers = submissions.Select(judge.Judge).ToList();
        return answers.TrueForAll(answer => answer.Refusal is null) ? (judge, answers) : null;
    }

    /// <summary>Judges by what the database says, which is locked for it. The connection's transaction must have begun.</summary>
    public static async Task<ExecutionJudge> Open(
        NpgsqlConnection connection, IReadOnlyList<Submission> submissions, KnownRuns known, CancellationToken cancellation) =>
        new(await ExecutionFacts.Lock(connection, submissions, known, cancellation));

    /// <summary>What becomes of one batch: the cursors of its runs, or a refusal by which nothing of it is stored.</summary>
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

        if (!facts.Epochs.TryGetValue(submission.DeviceId, out var epoch) || epoch != @event.Epoch)
        {
            return (BatchRefusals.Fenced, null);
        }

        if (!isOwn)
        {
            if (grant is not null || facts.Taken.Contains(runId) || @event is not { Sequence: 1, Data: ExecutionStarted { Local: not null } })
            {
                return (BatchRefusals.NotFound, null);
            }

            if (facts.Silenced.Contains(submission.DeviceId))
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
}
