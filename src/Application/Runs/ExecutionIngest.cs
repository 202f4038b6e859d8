using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine.Marten;

namespace Jarvis.Application.Runs;

/// <summary>
/// The hot path: whatever waits when the last commit ends is the next commit; beside it a second one begins only when so much waits that
/// it is worth one, so that one is prepared while the other is flushed. A run is in one of them at a time. Each batch is judged alone; a commit
/// that fails is tried again batch by batch, so that one never fails its neighbours. Full, it says so at once.
/// </summary>
public sealed class ExecutionIngest(
    IDocumentStore store, [FromKeyedServices(ApplicationSetup.IngestConnections)] NpgsqlDataSource database, IServiceScopeFactory scopes, Vault vault, IExecutionWriter writer, RecentEvents recent, TimeProvider clock, ILogger<ExecutionIngest> log)
    : BackgroundService
{
    /// <summary>Batches that may wait.</summary>
    private const int MaxWaiting = 512;

    /// <summary>Events that may wait, over all batches.</summary>
    private const int MaxWaitingEvents = 50_000;

    /// <summary>Events that one commit takes; a larger batch is a commit of its own.</summary>
    private const int MaxEventsPerCommit = 5_000;

    /// <summary>Commits at the same time.</summary>
    private const int MaxCommits = 2;

    /// <summary>Events that must wait for a second commit to begin beside the first: fewer are cheaper in the next.</summary>
    private const int MinEventsBeside = 64;

    private const int MaxKnownGrants = 100_000;

    private const int Attempts = 3;

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly ConcurrentDictionary<Guid, RunGrant> known = new();
    private readonly SemaphoreSlim news = new(0, 1);
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

            entry = new Waiting(
                ready, [.. ready.Events.Select(@event => @event.RunId)], new TaskCompletionSource<SubmissionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
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
        var queue = new List<Waiting>();
        var commits = new Dictionary<Task, List<Waiting>>();
        var busy = new HashSet<Guid>();
        Task<bool>? more = null;
        var telling = Tell(stoppingToken);
        try
        {
            while (true)
            {
                while (queue.Count < MaxWaiting && waiting.Reader.TryRead(out var next))
                {
                    queue.Add(next);
                }

                while (commits.Count < MaxCommits && Take(queue, busy, isBeside: commits.Count > 0) is { Count: > 0 } batch)
                {
                    // It comes back here as soon as it waits for the database, so that this loop goes on to what comes meanwhile.
                    commits.Add(Commit(batch, stoppingToken), batch);
                }

                if (queue.Count < MaxWaiting)
                {
                    more ??= waiting.Reader.WaitToReadAsync(stoppingToken).AsTask();
                }

                var done = await Task.WhenAny(more is null ? commits.Keys : commits.Keys.Append(more));
                if (done == more)
                {
                    more = null;
                }
                else if (commits.Remove(done, out var ended))
                {
                    ended.ForEach(entry => busy.ExceptWith(entry.Runs));
                }

                await done;
            }
        }
        finally
        {
            waiting.Writer.TryComplete();
            while (waiting.Reader.TryRead(out var next))
            {
                queue.Add(next);
            }

            queue.ForEach(entry => entry.Answer.TrySetResult(Refused(BatchRefusals.Unavailable)));
            await Task.WhenAll(commits.Keys.Append(telling)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Tells every process of what was committed, right behind it: told within it, one commit at a time could be flushed in the whole database,
    /// because PostgreSQL puts notifications in the order of commits. What is not told when this process ends is found by the daemon's own look.
    /// </summary>
    private async Task Tell(CancellationToken cancellation)
    {
        while (true)
        {
            await news.WaitAsync(cancellation);
            try
            {
                await using var notify = database.CreateCommand($"notify {EventFeed.Channel}");
                await notify.ExecuteNonQueryAsync(cancellation);
            }
            catch (NpgsqlException exception)
            {
                log.LogWarning("What was committed cannot be told of at the moment: {Reason}", exception.Message);
            }
        }
    }

    private void HaveNews()
    {
        try
        {
            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to be told.
        }
    }

    public override void Dispose()
    {
        news.Dispose();
        base.Dispose();
    }

    /// <summary>The next commit: in order what waits, without runs that are being committed and what comes behind those.</summary>
    private List<Waiting> Take(List<Waiting> queue, HashSet<Guid> busy, bool isBeside)
    {
        var batch = new List<Waiting>();
        if (isBeside && queue.Sum(entry => entry.Submission.Events.Count) < MinEventsBeside)
        {
            return batch;
        }

        var events = 0;
        var left = new List<Waiting>();
        var held = new HashSet<Guid>();
        foreach (var entry in queue)
        {
            var isHeld = entry.Runs.Overlaps(busy) || entry.Runs.Overlaps(held);
            if (isHeld || (batch.Count > 0 && events + entry.Submission.Events.Count > MaxEventsPerCommit))
            {
                held.UnionWith(entry.Runs);
                left.Add(entry);
                continue;
            }

            batch.Add(entry);
            events += entry.Submission.Events.Count;
        }

        queue.Clear();
        queue.AddRange(left);
        batch.ForEach(entry => busy.UnionWith(entry.Runs));
        Interlocked.Add(ref waitingEvents, -events);
        return batch;
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
                if (attempt < Attempts && exception is not NpgsqlException { InnerException: System.Net.Sockets.SocketException })
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
        await using var transaction = await ExecutionTransaction.Begin(store, database, cancellation);
        var judge = await ExecutionJudge.Open(transaction.Connection, [.. batch.Select(entry => entry.Submission)], known, cancellation);
        var answers = batch.Select(entry => judge.Judge(entry.Submission)).ToList();
        var appends = judge.Appends.ToList();
        if (appends.Count > 0)
        {
            var reports = new List<ExecutionReported>();
            var begun = judge.Begun.ToDictionary(run => run.RunId, run => run.From);
            var published = await PublishedDefinitions.Of(
                transaction.Session, [.. appends.Where(append => begun.ContainsKey(append.RunId)).Select(append => (append.OwnerId, (ExecutionStarted)append.Events[0].Data))], cancellation);
            for (var i = 0; i < appends.Count; i++)
            {
                var append = appends[i];
                var milestones = append.Events
                    .Select(@event => ExecutionMilestone.Of(@event.Data, @event.Sequence)).OfType<ExecutionMilestone>().ToList();
                if (begun.TryGetValue(append.RunId, out var from))
                {
                    appends[i] = append = Begin(transaction.Session, append, from, published, ref milestones);
                }

                if (milestones.Count > 0)
                {
                    reports.Add(new ExecutionReported(append.OwnerId, append.RunId, append.DeviceId, milestones));
                }
            }

            // A session that has something to add joins before the rows are written.
            var session = reports.Count > 0 ? transaction.Session : null;
            var written = await writer.Append(transaction, appends, cancellation);
            await Commit(transaction, session, reports, cancellation);
            recent.Add(written);
            HaveNews();
            Remember(appends);
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

    /// <summary>The same batch with its contents sealed for its owner; null where the owner's key cannot be read at the moment.</summary>
    private async Task<Submission?> Seal(Submission submission, CancellationToken cancellation)
    {
        try
        {
            using var sealer = await vault.SealerOf(submission.OwnerId, cancellation);
            var serializer = store.Options.Serializer();
            var buffer = new ArrayBufferWriter<byte>(1024);
            var events = new RunnerEvent[submission.Events.Count];
            for (var i = 0; i < events.Length; i++)
            {
                var data = (IExecutionEvent)sealer.SealEvent(submission.Events[i].Data);
                buffer.ResetWrittenCount();
                serializer.WriteTo(buffer, data);
                events[i] = submission.Events[i] with { Data = data, Stored = buffer.WrittenSpan.ToArray() };
            }

            return submission with { Events = events };
        }
        catch (NpgsqlException exception)
        {
            log.LogWarning(exception, "The key of owner {Owner} cannot be read", submission.OwnerId);
            return null;
        }
    }

    /// <summary>
    /// Makes a run that began on its PC. Nobody else knows of it yet, so that what its first batch tells is noted at once and needs no message of
    /// its own; one that has ended already needs no conversation either: it took nobody's place.
    /// </summary>
    private ExecutionAppend Begin(IDocumentSession session, ExecutionAppend append, Submission from, PublishedDefinitions published, ref List<ExecutionMilestone> milestones)
    {
        var started = (ExecutionStarted)append.Events[0].Data;
        var now = clock.GetUtcNow();
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
        session.Insert(new RunGrant(append.RunId, from.OwnerId, from.DeviceId));
        var run = beginning.Aggregate((Run?)null, Run.Evolve)!;
        var noted = run.Report(milestones).Events;
        beginning.AddRange(noted);
        milestones = [];
        if (noted.Aggregate(run, (state, @event) => Run.Evolve(state, @event)!) is { HasEnded: false })
        {
            session.Insert(new RunDispatch { Id = append.RunId, OwnerId = from.OwnerId, DeviceId = from.DeviceId });
        }

        return append with { Beginning = beginning };
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

    private sealed record Waiting(Submission Submission, HashSet<Guid> Runs, TaskCompletionSource<SubmissionAnswer> Answer);
}
