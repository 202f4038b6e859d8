using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Brings a run's events into the journal in one order: what the interpreter records, log lines in batches, progress thinned.
/// What need not be durable waits for the next event that must be, or for a moment.
/// </summary>
internal sealed partial class RunRecorder : IAsyncDisposable
{
    private readonly Journal journal;
    private readonly JournalPlace place;
    private readonly LargeValues large;
    private readonly RunProgress progress;
    private readonly TimeProvider clock;
    private readonly Action<LogLine, string>? onLine;
    private readonly CancellationToken cancelled;
    private readonly SemaphoreSlim order = new(1);
    private readonly ExecutionEventWriter writer = new();
    private readonly RunLog log = new();
    private readonly Lock timerGate = new();
    private readonly ITimer timer;
    private readonly List<ControlReply> early = [];
    private List<PendingEvent> waiting = [];
    private long? lastLog;
    private Exception? failure;
    private bool timerSet;
    private bool begun;
    private bool ended;
    private bool closed;

    /// <param name="cancelled">The run is being cancelled: what cannot be kept is not waited for any more.</param>
    public RunRecorder(
        Journal journal, JournalPlace place, LargeValues large, RunProgress progress, TimeProvider clock, Action<LogLine, string>? onLine, CancellationToken cancelled)
    {
        this.journal = journal;
        this.place = place;
        this.large = large;
        this.progress = progress;
        this.clock = clock;
        this.onLine = onLine;
        this.cancelled = cancelled;
        begun = place.LastSequence > 0;
        timer = clock.CreateTimer(_ => _ = FlushLater(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called within the order when the run's end is recorded: the answers to controls that belong behind it.</summary>
    public Func<IExecutionEvent, ControlReply?>? AtEnd { get; set; }

    /// <summary>Records entries in order. Durable ones are on disk when this returns.</summary>
    /// <exception cref="OperationCanceledException">
    /// The run is being cancelled and its disk does not take a large value: what began or failed is recorded without it, a result is not.
    /// Or the run is over.
    /// </exception>
    public async ValueTask Record(IReadOnlyList<JournalEntry> entries, bool durable, StatusChange? status = null, CancellationToken cancellation = default)
    {
        // Before they have their place in the order: a value that cannot be kept leaves nothing half recorded, and keeps no answer to a control from the journal.
        var (items, written, isCut) = await Prepare(entries, cancellation);
        Task? flushed = null;
        await order.WaitAsync(cancellation);
        try
        {
            ThrowIfFailed();
            if (durable)
            {
                // Lines that a task wrote stand before its end.
                TakeDue();
            }

            var controls = new List<ControlProgress>();
            for (var i = 0; i < items.Count; i++)
            {
                var item = items[i];
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
                if (!begun)
                {
                    begun = true;
                    foreach (var answer in early)
                    {
                        waiting.AddRange(answer.Events.Select(told => Pending(told, null)));
                        controls.AddRange(answer.Controls);
                    }
                }

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

        if (isCut && entries[^1].Event is not (ExecutionFaulted or ExecutionTaskFaulted))
        {
            // What was about to begin does not, and what has no result was cancelled.
            throw new OperationCanceledException(cancelled);
        }
    }

    /// <summary>
    /// Records answers to controls, durably. What they are is decided in the order of events: nothing where it gives null. Before the run's
    /// first event, which is what its server knows it by, they only wait for that: the controls stay open in the journal until then.
    /// </summary>
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

            if (!begun)
            {
                early.Add(answer);
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

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync();
        await order.WaitAsync();
        closed = true;
        writer.Dispose();

        // Whoever still waits for the order is told, as whoever comes later.
        order.Release();
    }

    private static StatusChange? EndStatus(IExecutionEvent item) => item switch
    {
        ExecutionCompleted e => new StatusChange(JournaledStatus.Completed, e.CompletedAt),
        ExecutionFaulted e => new StatusChange(JournaledStatus.Faulted, e.FaultedAt),
        ExecutionCancelled e => new StatusChange(JournaledStatus.Cancelled, e.CancelledAt),
        _ => null,
    };

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

    private void ThrowIfFailed()
    {
        if (failure is not null)
        {
            throw new JournalException(failure.Message, failure);
        }

        if (closed)
        {
            throw new OperationCanceledException("The run is over.");
        }
    }
}

/// <summary>What is answered to controls, and what becomes of the run's status with it.</summary>
internal sealed record ControlReply(IReadOnlyList<IExecutionEvent> Events, IReadOnlyList<ControlProgress> Controls, StatusChange? Status = null);
