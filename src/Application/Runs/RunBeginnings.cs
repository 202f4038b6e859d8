using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>Runs that began on their PC, and of which the server first hears by their events.</summary>
internal static class RunBeginnings
{
    // What the judge asks of runs that begin.
    private const string NothingKnownSql = $"""
        select 1 / (
            not exists (select 1 from {EventStoreSetup.Schema}.mt_streams where id = any($1))
            and not exists (select 1 from {EventStoreSetup.Schema}.mt_doc_devicerule where id = any($2) and {ExecutionFacts.IsSilencedSql})
            and not exists (select 1 from {EventStoreSetup.Schema}.mt_doc_workflowname where id = any($3))
            )::int
        """;

    /// <summary>The workflows that these runs name.</summary>
    public static IEnumerable<string> Names(IEnumerable<Submission> submissions) => submissions
        .SelectMany(submission => submission.Events.Select(@event => @event.Data).OfType<ExecutionStarted>().Select(started => PublishedDefinitions.NameOf(submission.OwnerId, started)))
        .Distinct();

    /// <summary>
    /// To be sent before anything of a commit that was judged from memory: fails (it divides by zero) where the id of one of these runs means something already, its
    /// device may not hand in runs, or its workflow may be a published one. Null where none begins.
    /// </summary>
    public static NpgsqlBatchCommand? NothingKnown(ExecutionJudge judge)
    {
        if (judge.Begun.Count == 0)
        {
            return null;
        }

        return new NpgsqlBatchCommand(NothingKnownSql)
        {
            Parameters =
            {
                new() { Value = judge.Begun.SelectMany(run => (Guid[])[run.RunId, StreamIds.Execution(run.RunId)]).ToArray() },
                new() { Value = judge.Begun.Select(run => run.From.DeviceId).Distinct().ToArray() },
                new() { Value = Names(judge.Begun.Select(run => run.From).Distinct()).ToArray() },
            },
        };
    }

    /// <summary>Whether a commit failed because something is known of a run that begins.</summary>
    public static bool Refused(PostgresException failed) => failed.BatchCommand?.CommandText == NothingKnownSql;

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
