using System.Threading.Channels;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>
/// The hot path: whatever waits when the last commit ends is the next commit; beside it a second one begins only when so much waits that
/// it is worth one, so that one is prepared while the other is flushed. A run is in one of them at a time. Each batch is judged alone; a commit
/// that fails is tried again batch by batch, so that one never fails its neighbours. Full, it says so at once.
/// </summary>
public sealed class ExecutionIngest(SubmissionSealing sealing, ExecutionCommit commit, KnownRuns known, IngestNews news, ILogger<ExecutionIngest> log)
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

    /// <summary>Events that must wait for a second commit of the same kind to begin beside the first: fewer are cheaper in the next.</summary>
    private const int MinEventsBeside = 64;

    private const int Attempts = 3;

    private readonly Channel<Waiting> waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, AllowSynchronousContinuations = true });
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
            if (await sealing.Seal(submission, cancellation) is not { } ready)
            {
                return Refused(BatchRefusals.Unavailable);
            }

            entry = new Waiting(
                ready, [.. ready.Events.Select(@event => @event.RunId)], ready.Events.Any(@event => ExecutionMilestone.Of(@event.Data, @event.Sequence) is not null),
                new TaskCompletionSource<SubmissionAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
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
        var commits = new Dictionary<Task, Batch>();
        var busy = new HashSet<Guid>();
        Task<bool>? more = null;
        var telling = news.Tell(stoppingToken);
        try
        {
            while (true)
            {
                while (queue.Count < MaxWaiting && waiting.Reader.TryRead(out var next))
                {
                    queue.Add(next);
                }

                while (commits.Count < MaxCommits && Take(queue, busy, commits.Values) is { } batch)
                {
                    // It comes back here as soon as it waits for the database, so that this loop goes on to what comes meanwhile.
                    commits.Add(Commit(batch.Entries, stoppingToken), batch);
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
                    ended.Entries.ForEach(entry => busy.ExceptWith(entry.Runs));
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
    /// The next commit: in order what waits, without runs that are being committed and what comes behind those. Batches that go on with what is
    /// known are one round trip and do not wait for those that begin runs or tell their conversations something. Null where nothing is worth a commit now.
    /// </summary>
    private Batch? Take(List<Waiting> queue, HashSet<Guid> busy, IReadOnlyCollection<Batch> beside)
    {
        Batch? batch = null;
        var events = 0;
        List<Waiting> left = [];
        HashSet<Guid> held = [.. busy];
        var isMuch = queue.Sum(waits => waits.Submission.Events.Count) >= MinEventsBeside;
        foreach (var entry in queue)
        {
            if (held.Overlaps(entry.Runs) || (batch?.Entries.Count > 0 && events + entry.Submission.Events.Count > MaxEventsPerCommit) || !IsWorthIt(entry))
            {
                held.UnionWith(entry.Runs);
                left.Add(entry);
                continue;
            }

            batch ??= new Batch(GoesOn(entry), []);
            batch.Entries.Add(entry);
            events += entry.Submission.Events.Count;
        }

        if (batch is null)
        {
            return null;
        }

        queue.Clear();
        queue.AddRange(left);
        batch.Entries.ForEach(entry => busy.UnionWith(entry.Runs));
        Interlocked.Add(ref waitingEvents, -events);
        return batch;

        bool GoesOn(Waiting entry) => known.Continues(entry.Submission) && (!entry.HasMilestones || known.Notes(entry.Submission));

        bool IsWorthIt(Waiting entry) => batch is null
            ? !beside.Any(other => other.GoesOn == GoesOn(entry)) || isMuch
            : batch.GoesOn == GoesOn(entry);
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
        var answers = await commit.Write([.. batch.Select(entry => entry.Submission)], cancellation);
        IngestMetrics.Committed(began, batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (answers[i].Refusal is { } refused)
            {
                IngestMetrics.Refuse(refused.Refusal.Code);
            }

            batch[i].Answer.TrySetResult(answers[i]);
        }
    }

    private static SubmissionAnswer Refused(Refusal refusal)
    {
        IngestMetrics.Refuse(refusal.Code);
        return new SubmissionAnswer(new Dictionary<Guid, long>(), new BatchRefusal(refusal, RunnerBatch.NoRuns));
    }

    /// <param name="GoesOn">Each of its batches begins where the last one of its runs ended, and nothing of it needs a message.</param>
    private sealed record Batch(bool GoesOn, List<Waiting> Entries);

    private sealed record Waiting(Submission Submission, HashSet<Guid> Runs, bool HasMilestones, TaskCompletionSource<SubmissionAnswer> Answer);
}
