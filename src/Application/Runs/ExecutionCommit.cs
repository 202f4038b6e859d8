using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.Marten;

namespace Jarvis.Application.Runs;

/// <summary>One commit of the hot path: batches judged, their rows and what goes with them written, and who is to hear of it told.</summary>
public sealed class ExecutionCommit(
    IDocumentStore store, [FromKeyedServices(ApplicationSetup.IngestConnections)] NpgsqlDataSource database, IServiceScopeFactory scopes, IExecutionWriter writer, KnownRuns known,
    RecentEvents recent, IngestNews news, TimeProvider clock)
{
    /// <summary>How often a commit is judged from memory before the database is asked: what the first attempt was refused for is known to the second.</summary>
    private const int AttemptsFromMemory = 2;

    /// <summary>Judged by what is known here; where the database knows otherwise, or something would have to be refused, it is asked.</summary>
    /// <returns>What became of each batch, in their order.</returns>
    /// <exception cref="NpgsqlException">Nothing was stored, or it is not known whether anything was.</exception>
    public async Task<IReadOnlyList<SubmissionAnswer>> Write(IReadOnlyList<Submission> submissions, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= AttemptsFromMemory && ExecutionJudge.OfKnown(submissions, known) is var (sure, passed); attempt++)
        {
            try
            {
                await using var assuming = await ExecutionTransaction.Begin(store, database, cancellation);
                await Write(assuming, sure, cancellation);
                return passed;
            }
            catch (PostgresException outdated) when (outdated.SqlState is PostgresErrorCodes.DivisionByZero or PostgresErrorCodes.UniqueViolation)
            {
                IngestMetrics.Outdated(submissions.Count);
                if (RunEnds.Refused(outdated))
                {
                    // Whose runs wait is told by message; the others' ends still need none.
                    known.Hear(await RunEnds.Waiting(database, submissions.Select(submission => submission.OwnerId), cancellation));
                }
                else if (RunBeginnings.Refused(outdated))
                {
                    known.Ask(RunBeginnings.Names(submissions));
                }
                else
                {
                    Forget(submissions);
                }
            }
            catch
            {
                Forget(submissions);
                throw;
            }
        }

        try
        {
            await using var transaction = await ExecutionTransaction.Begin(store, database, cancellation);
            var judge = await ExecutionJudge.Open(transaction.Connection, submissions, known, cancellation);
            List<SubmissionAnswer> answers = [.. submissions.Select(judge.Judge)];
            await Write(transaction, judge, cancellation);
            return answers;
        }
        catch
        {
            // It may be stored all the same.
            Forget(submissions);
            throw;
        }
    }

    private async Task Write(ExecutionTransaction transaction, ExecutionJudge judge, CancellationToken cancellation)
    {
        var appends = judge.Appends.ToList();
        if (appends.Count == 0)
        {
            return;
        }

        var reports = new List<ExecutionReported>();
        var begun = judge.Begun.ToDictionary(run => run.RunId, run => run.From);
        var published = await RunBeginnings.Published(transaction, judge, appends.Where(append => begun.ContainsKey(append.RunId)), cancellation);
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            var milestones = append.Events
                .Select(@event => ExecutionMilestone.Of(@event.Data, @event.Sequence)).OfType<ExecutionMilestone>().ToList();
            if (begun.TryGetValue(append.RunId, out var from))
            {
                appends[i] = append = RunBeginnings.Begin(append, from, published, clock.GetUtcNow(), ref milestones);
            }
            else if (milestones.Count > 0 && judge.Assumption is not null && known.Noted(append.RunId) is { } noted)
            {
                appends[i] = RunNotes.Note(append, noted, milestones);
                milestones = [];
            }

            if (milestones.Count > 0)
            {
                reports.Add(new ExecutionReported(append.OwnerId, append.RunId, append.DeviceId, milestones));
            }
        }

        if (judge.Assumption is { } assumed)
        {
            transaction.Check(assumed.With(RunNotes.Versions(appends)).Check(), RunBeginnings.NothingKnown(judge));
            transaction.Check(RunEnds.Of(appends)?.Checks() ?? []);
        }

        // A session that has something to add joins before the rows are written.
        var session = reports.Count > 0 ? transaction.Session : null;
        var written = await writer.Append(transaction, appends, cancellation);
        await Commit(transaction, session, reports, cancellation);
        recent.Add(written);
        news.Committed();
        known.Remember(appends, judge.Epochs, reports.Select(report => report.RunId).ToHashSet());
        IngestMetrics.Stored(appends.Sum(append => append.Events.Count));
    }

    private void Forget(IReadOnlyList<Submission> submissions)
    {
        foreach (var submission in submissions)
        {
            known.Forget(submission);
        }
    }

    /// <summary>With the messages of what the runs' conversation must hear of.</summary>
    private async Task Commit(
        ExecutionTransaction transaction, IDocumentSession? session, List<ExecutionReported> reports, CancellationToken cancellation)
    {
        if (session is null)
        {
            await transaction.Commit(cancellation);
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var outbox = scope.ServiceProvider.GetRequiredService<IMartenOutbox>();
        outbox.Enroll(session);
        foreach (var report in reports)
        {
            await outbox.PublishAsync(report);
        }

        await transaction.Commit(cancellation);
    }
}
