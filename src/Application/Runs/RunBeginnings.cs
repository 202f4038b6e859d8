using Jarvis.Domain.Runs;

namespace Jarvis.Application.Runs;

/// <summary>Runs that began on their PC, and of which the server first hears by their events.</summary>
internal static class RunBeginnings
{
    /// <summary>Reads only the workflows whose names are taken: a file that is run as it lies there has none.</summary>
    public static async Task<PublishedDefinitions> Published(
        ExecutionTransaction transaction, ExecutionJudge judge, IEnumerable<ExecutionAppend> begun, CancellationToken cancellation)
    {
        var named = begun.Select(append => (append.OwnerId, Started: (ExecutionStarted)append.Events[0].Data)).Where(run => judge.IsNamed(run.OwnerId, run.Started)).ToList();
        if (named.Count == 0)
        {
            return PublishedDefinitions.None;
        }

        await using var session = transaction.Reading();
        return await PublishedDefinitions.Of(session, named, cancellation);
    }

    /// <summary>
    /// Makes a run that began on its PC. Nobody else knows of it yet, so that what its first batch tells is noted at once and needs no message of
    /// its own; one that has ended already needs no conversation either: it took nobody's place.
    /// </summary>
    public static ExecutionAppend Begin(
        ExecutionAppend append, Submission from, PublishedDefinitions published, DateTimeOffset now, ref List<ExecutionMilestone> milestones)
    {
        var started = (ExecutionStarted)append.Events[0].Data;
        // Asked for on the PC when it began there; its server may hear of it days later.
        var requestedAt = started.StartedAt < now ? started.StartedAt : now;
        var (workflow, revision) = published.Find(from.OwnerId, started);
        List<object> beginning =
        [
            new RunRequested(
                from.OwnerId, workflow, revision, started.Local!.DefinitionHash, started.Definition.Namespace, started.Definition.Name, RunTrigger.Local,
                from.DeviceId, from.OwnerId, requestedAt, started.Input, null, null, null),
            new RunBeganOnDevice(from.DeviceId, started.StartedAt),
        ];
        var run = beginning.Aggregate((Run?)null, Run.Evolve)!;
        var noted = run.Report(milestones).Events;
        beginning.AddRange(noted);
        milestones = [];
        var begun = noted.Aggregate(run, (state, @event) => Run.Evolve(state, @event)!);
        return append with
        {
            Beginning = beginning,
            Grant = new RunGrant(append.RunId, from.OwnerId, from.DeviceId),
            Dispatch = begun.HasEnded ? null : new RunDispatch { Id = append.RunId, OwnerId = from.OwnerId, DeviceId = from.DeviceId },
            Noted = NotedRun.Of(begun, beginning.Count),
        };
    }
}
