using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Brings a run's events into the journal in one order: what the interpreter records, log lines in batches, progress thinned.
/// What need not be durable waits for the next event that must be, or for a moment.
/// </summary>
internal sealed class RunRecorder : IAsyncDisposable
{
    private readonly Journal journal;
    private readonly JournalPlace place;
    private readonly LargeValues large;
    private readonly RunProgress progress;
    private readonly TimeProvider clock;
    private readonly Action<LogLine, string>? onLine;
    private readonly SemaphoreSlim order = new(1);
    private readonly ExecutionEventWriter writer = new();
    private readonly RunLog log = new();
    private readonly Lock timerGate = new();
    private readonly ITimer timer;
    private List<PendingEvent> waiting = [];
    private long? lastLog;
    private Exception? failure;
    private bool timerSet;
    private bool ended;

    public RunRecorder(Journal journal, JournalPlace place, LargeValues large, RunProgress progress, TimeProvider clock, Action<LogLine, string>? onLine)
    {
        this.journal = journal;
        this.place = place;
        this.large = large;
        this.progress = progress;
        this.clock = clock;
        this.onLine = onLine;
        timer = clock.CreateTimer(_ => _ = FlushLater(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called within the order when the run's end is recorded: the answers to controls that belong behind it.</summary>
    public Func<IExecutionEvent, ControlReply?>? AtEnd { get; set; }

    /// <summary>Records entries in order. Durable ones are on disk when this returns.</summary>
    public async ValueTask Record(IReadOnlyList<JournalEntry> entries, bool durable, StatusChange? status = null, CancellationToken cancellation = default)
    {
        Task? flushed = null;
        await order.WaitAsync(cancellation);
        try
        {
            ThrowIfFailed();

            // Before anything of them has its place: a value that cannot be kept leaves nothing half recorded.
            var written = await journal.WithFiles(() => entries.Select(entry => Pending(entry.Event, entry.Private?.ToUtf8Bytes())).ToList(), cancellation);
            if (durable)
            {
                // Lines that a task wrote stand before its end.
                TakeDue();
            }

            var controls = new List<ControlProgress>();
            for (var i = 0; i < entries.Count; i++)
            {
                var item = entries[i].Event;
                if (EndStatus(item) is { } end)
                {
                    log.Close();
                    TakeLog(all: true);
                    ended = true;
                    status = end;
                    durable = true;
                }

                progress.Observe(item);
                waiting.Add(written[i]);
                if (ended && AtEnd?.Invoke(item) is { } answers)
                {
                    waiting.AddRange(answers.Events.Select(answer => Pending(answer, null)));
                    controls.AddRange(answers.Controls);
                }
            }

            if (durable)
            {
                flushed = await Send(status, controls, cancellation);
            }
            else
            {
                SetTimer(RunLog.Interval);
            }
        }
        finally
        {
            order.Release();
        }

        if (flushed is not null)
        {
            await flushed;
        }
    }

    /// <summary>Records answers to controls, durably. What they are is decided in the order of events: nothing where it gives null.</summary>
    public async Task Answer(Func<ControlReply?> decide, CancellationToken cancellation)
    {
        Task flushed;
        await order.WaitAsync(cancellation);
        try
        {
            ThrowIfFailed();
            if (decide() is not { } answer)
            {
                return;
            }

            foreach (var item in answer.Events)
            {
                waiting.Add(Pending(item, null));
            }

            flushed = await Send(answer.Status, answer.Controls, cancellation);
        }
        finally
        {
            order.Release();
        }

        await flushed;
    }

    /// <summary>A line for the log, secrets masked already.</summary>
    public void Log(LogSeverity severity, string text, string? instance)
    {
        var line = new LogLine(clock.GetUtcNow(), severity, instance);
        if (log.Add(line, text))
        {
            onLine?.Invoke(line, text);
            SetTimer(RunLog.Interval);
        }
    }

    /// <summary>Returns once the log takes more lines: who writes faster than the journal is slowed here.</summary>
    public ValueTask LogRoom(CancellationToken cancellation) => log.Room(cancellation);

    /// <summary>Flushes what waits.</summary>
    public async Task Flush()
    {
        Task flushed;
        await order.WaitAsync();
        try
        {
            TakeLog(all: true);
            flushed = await Send(null, [], CancellationToken.None);
        }
        finally
        {
            order.Release();
        }

        await flushed;
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        await order.WaitAsync();
        writer.Dispose();
        order.Dispose();
    }

    private static StatusChange? EndStatus(IExecutionEvent item) => item switch
    {
        ExecutionCompleted e => new StatusChange(JournaledStatus.Completed, e.CompletedAt),
        ExecutionFaulted e => new StatusChange(JournaledStatus.Faulted, e.FaultedAt),
        ExecutionCancelled e => new StatusChange(JournaledStatus.Cancelled, e.CancelledAt),
        _ => null,
    };

    private PendingEvent Pending(IExecutionEvent item, byte[]? secret)
    {
        var data = writer.Write(item);
        byte[]? whole = null;
        if (data.Length > LargeValues.MaxInlineBytes && item is not ExecutionLogged)
        {
            whole = data;
            data = writer.Write(large.Trim(item));
        }

        return new PendingEvent(EventNames.Of(item.GetType()), ExecutionEventWriter.OccurredAt(item), data, secret, whole, BlobsOf(item, data));
    }

    private static IReadOnlyList<BlobReference> BlobsOf(IExecutionEvent item, byte[] data) =>
        item is ExecutionBlobAttached attached ? [attached.Blob] : BlobNames.In(data);

    private async ValueTask<Task> Send(StatusChange? status, IReadOnlyList<ControlProgress> controls, CancellationToken cancellation)
    {
        if (waiting.Count == 0 && status is null)
        {
            return Task.CompletedTask;
        }

        var events = waiting;
        waiting = [];
        return await journal.Enqueue(place, events, status, controls, cancellation);
    }

    /// <summary>Takes log lines and progress that are due.</summary>
    private void TakeDue()
    {
        if (lastLog is not { } last || clock.GetElapsedTime(last) >= RunLog.Interval)
        {
            TakeLog(all: false);
        }

        if (!ended && progress.Left is { } left)
        {
            if (left <= TimeSpan.Zero)
            {
                waiting.Add(Pending(progress.Tell(), null));
            }
            else
            {
                SetTimer(left);
            }
        }
    }

    private void TakeLog(bool all)
    {
        while (log.Take() is { } batch)
        {
            waiting.Add(Pending(batch, null));
            lastLog = clock.GetTimestamp();
            if (!all)
            {
                return;
            }
        }
    }

    private void SetTimer(TimeSpan due)
    {
        lock (timerGate)
        {
            if (!timerSet)
            {
                timerSet = true;
                timer.Change(due, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private async Task FlushLater()
    {
        try
        {
            Task flushed;
            await order.WaitAsync();
            try
            {
                lock (timerGate)
                {
                    timerSet = false;
                }

                TakeDue();
                if (!log.IsEmpty)
                {
                    SetTimer(RunLog.Interval);
                }

                flushed = await Send(null, [], CancellationToken.None);
            }
            finally
            {
                order.Release();
            }

            await flushed;
        }
        catch (ObjectDisposedException)
        {
            // The run ended while the timer was under way.
        }
        catch (Exception exception) when (exception is JournalException or SqliteException)
        {
            // Nobody waits here; the run's next record ends with it.
            failure = exception;
        }
    }

    private void ThrowIfFailed()
    {
        if (failure is not null)
        {
            throw new JournalException(failure.Message, failure);
        }
    }
}

/// <summary>What is answered to controls, and what becomes of the run's status with it.</summary>
internal sealed record ControlReply(IReadOnlyList<IExecutionEvent> Events, IReadOnlyList<ControlProgress> Controls, StatusChange? Status = null);
