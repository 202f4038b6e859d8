using System.Collections.Concurrent;
using System.Threading.Channels;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine.Marten;

namespace Jarvis.Application.Runs;

/// <summary>
/// The hot path: whatever waits when the last commit ends is the next commit. Each batch is judged alone; a commit that fails is
/// tried again batch by batch, so that one never fails its neighbours. Full, it says so at once.
/// </summary>
public sealed class ExecutionIngest(
    IDocumentStore store, IServiceScopeFactory scopes, Vault vault, IExecutionWriter writer, EventFeed feed, TimeProvider clock, ILogger<ExecutionIngest> log) : BackgroundService
{
    /// <summary>Batches that may wait.</summary>
    private const int MaxWaiting = 512;

    /// <summary>Events that may wait, over all batches.</summary>
    private const int MaxWaitingEvents = 50_000;

    /// <summary>Events that one commit takes; a larger batch is a commit of its own.</summary>
    private const int MaxEventsPerCommit = 5_000;

    private const int MaxKnownGrants = 100_000;

    private const int Attempts = 3;

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, RunGrant> known = new();
    private int waitingEvents;

    /// <summary>Answers once the batch is durable, or why it is not.</summary>
    public async Task<SubmissionAnswer> Submit(Submission submission, CancellationToken cancellation)
    {
        if (submission.Events.Count == 0)
        {
            return new SubmissionAnswer(new Dictionary<Guid, long>(), null);
        }

        if (Interlocked.Add(ref waitingEvents, submission.Events.Count) > MaxWaitingEvents && submission.Events.Count < MaxWaitingEvents)
        {
            Interlocked.Add(ref waitingEvents, -submission.Events.Count);
            return Refused(BatchRefusals.TooFast);
        }

        // Sealed here, by as many requests at once as there are, and not while the one commit at a time holds its locks.
        var isWaiting = false;
        Waiting entry;
        try
        {
            if (await Seal(submission, cancellation) is not { } ready)
            {
                return Refused(BatchRefusals.Unavailable);
            }

            entry = new Waiting(ready, new TaskCompletionSource<SubmissionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
            isWaiting = waiting.Writer.TryWrite(entry);
            if (!isWaiting)
            {
                return Refused(BatchRefusals.TooFast);
            }
        }
        finally
        {
            // Also where the runner went away meanwhile: what never waits must not be counted for good.
            if (!isWaiting)
            {
                Interlocked.Add(ref waitingEvents, -submission.Events.Count);
            }
        }

        return await entry.Answer.Task.WaitAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Waiting? next = null;
        try
        {
            while (next is not null || await waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                var batch = new List<Waiting>();
                var events = 0;
                while (next is not null || waiting.Reader.TryRead(out next))
                {
                    if (batch.Count > 0 && events + next.Submission.Events.Count > MaxEventsPerCommit)
                    {
                        break;
                    }

                    batch.Add(next);
                    events += next.Submission.Events.Count;
                    next = null;
                }

                Interlocked.Add(ref waitingEvents, -events);
                await Commit(batch, stoppingToken);
            }
        }
        finally
        {
            waiting.Writer.TryComplete();
            while (next is not null || waiting.Reader.TryRead(out next))
            {
                next.Answer.TrySetResult(Refused(BatchRefusals.Unavailable));
                next = null;
            }
        }
    }

    private async Task Commit(List<Waiting> batch, CancellationToken cancellation)
    {
        try
        {
            await Write(batch, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            log.LogWarning(exception, "A commit of {Batches} batches failed; each is tried alone", batch.Count);
            foreach (var entry in batch)
            {
                await CommitAlone(entry, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            batch.ForEach(entry => entry.Answer.TrySetResult(Refused(BatchRefusals.Unavailable)));
            throw;
        }
    }

    private async Task CommitAlone(Waiting entry, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Write([entry], cancellation);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                if (attempt < Attempts && exception is not Npgsql.NpgsqlException { InnerException: System.Net.Sockets.SocketException })
                {
                    continue;
                }

                log.LogError(exception, "A batch of {Events} events of device {Device} could not be stored", entry.Submission.Events.Count, entry.Submission.DeviceId);
                entry.Answer.TrySetResult(Refused(BatchRefusals.Unavailable));
                return;
            }
            catch (OperationCanceledException)
            {
                entry.Answer.TrySetResult(Refused(BatchRefusals.Unavailable));
                throw;
            }
        }
    }

    private async Task Write(IReadOnlyList<Waiting> batch, CancellationToken cancellation)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        await using var session = store.LightweightSession();
        var outbox = scope.ServiceProvider.GetRequiredService<IMartenOutbox>();
        outbox.Enroll(session);
        await session.BeginTransactionAsync(cancellation);
        var judge = await ExecutionJudge.Open(session, [.. batch.Select(entry => entry.Submission)], known, cancellation);
        var answers = batch.Select(entry => judge.Judge(entry.Submission)).ToList();
        var appends = judge.Appends.ToList();
        if (appends.Count > 0)
        {
            Begin(session, judge, appends);
            var untold = await writer.Append(session, appends, cancellation);
            foreach (var append in appends)
            {
                var milestones = append.Events
                    .Select(@event => ExecutionMilestone.Of(@event.Data, @event.Sequence)).OfType<ExecutionMilestone>().ToList();
                if (milestones.Count > 0)
                {
                    await outbox.PublishAsync(new ExecutionReported(append.OwnerId, append.RunId, append.DeviceId, milestones));
                }
            }

            await session.SaveChangesAsync(cancellation);
            Remember(appends);
            if (untold.Count > 0)
            {
                feed.Tell(untold);
            }
        }

        IngestMetrics.Committed(began, batch.Count, appends.Sum(append => append.Events.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            if (answers[i].Refusal is { } refused)
            {
                IngestMetrics.Refuse(refused.Refusal.Code);
            }

            batch[i].Answer.TrySetResult(answers[i]);
        }
    }

    /// <summary>The same batch with its contents sealed for its owner; null where the owner's key cannot be read at the moment.</summary>
    private async Task<Submission?> Seal(Submission submission, CancellationToken cancellation)
    {
        try
        {
            using var sealer = await vault.SealerOf(submission.OwnerId, cancellation);
            return submission with
            {
                Events = [.. submission.Events.Select(@event => @event with { Data = (IExecutionEvent)sealer.SealEvent(@event.Data) })],
            };
        }
        catch (Npgsql.NpgsqlException exception)
        {
            log.LogWarning(exception, "The key of owner {Owner} cannot be read", submission.OwnerId);
            return null;
        }
    }

    /// <summary>Makes the runs that began on their PC.</summary>
    private void Begin(IDocumentSession session, ExecutionJudge judge, List<ExecutionAppend> appends)
    {
        foreach (var (runId, from) in judge.Begun)
        {
            var started = (ExecutionStarted)appends.First(append => append.RunId == runId).Events[0].Data;
            session.Insert(new RunGrant(runId, from.OwnerId, from.DeviceId));
            session.Events.StartStream<Run>(
                runId,
                new RunRequested(
                    from.OwnerId, null, null, started.Local!.DefinitionHash, started.Definition.Namespace, started.Definition.Name, RunTrigger.Local,
                    from.DeviceId, from.OwnerId, clock.GetUtcNow(), started.Input, null, null, null),
                new RunBeganOnDevice(from.DeviceId, started.StartedAt));
        }
    }

    private void Remember(List<ExecutionAppend> appends)
    {
        if (known.Count > MaxKnownGrants)
        {
            known.Clear();
        }

        foreach (var append in appends)
        {
            known[append.RunId] = new RunGrant(append.RunId, append.OwnerId, append.DeviceId);
        }
    }

    private static SubmissionAnswer Refused(Refusal refusal)
    {
        IngestMetrics.Refuse(refusal.Code);
        return new SubmissionAnswer(new Dictionary<Guid, long>(), new BatchRefusal(refusal, RunnerBatch.NoRuns));
    }

    private sealed record Waiting(Submission Submission, TaskCompletionSource<SubmissionAnswer> Answer);
}
