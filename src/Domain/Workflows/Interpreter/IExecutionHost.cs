using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// Everything impure that an execution needs. Branches of a <c>fork</c> call it concurrently.
/// An exception of <see cref="Perform"/> or <see cref="RunWorkflow"/> becomes the task's fault; one of any other member
/// ends the interpretation as it is (the journal could not be written: nothing may go on).
/// </summary>
public interface IExecutionHost
{
    /// <summary>The PC's clock.</summary>
    DateTimeOffset Now { get; }

    /// <summary>How long the run stood paused since then, the pause that may be under way included. No time-out counts it.</summary>
    TimeSpan PausedSince(DateTimeOffset instant) => TimeSpan.Zero;

    /// <summary>A new unique text, for idempotency keys; what it gave is recorded.</summary>
    string NewId();

    /// <summary>Returns when the next task may start: at once, or after a pause ends.</summary>
    ValueTask Gate(string task, string instance, CancellationToken cancellation);

    /// <summary>Appends to the journal in this order. Durable: on disk before it returns.</summary>
    ValueTask Record(IReadOnlyList<JournalEntry> entries, bool durable, CancellationToken cancellation);

    /// <summary>Performs an activity and gives its raw output; throws <see cref="WorkflowFaultException"/> for a fault.</summary>
    Task<Json> Perform(Activity activity, CancellationToken cancellation);

    /// <summary>
    /// Returns at that time (at once where it has passed), or later where the run is paused. Used by wait, back-off and time-outs. Where the
    /// clock is put back meanwhile, it returns after the time that was left when it was asked.
    /// </summary>
    Task Until(DateTimeOffset due, string task, string instance, CancellationToken cancellation);

    /// <summary>
    /// Runs another workflow and gives its output. It must be idempotent by instance: after a crash it is asked for again,
    /// and then finds the child that it began before.
    /// </summary>
    Task<Json> RunWorkflow(WorkflowReference reference, Json input, string task, string instance, CancellationToken cancellation);

    /// <summary>Hands an event that the workflow emits to whoever listens. After a crash the same event may be handed over again, under the same id.</summary>
    /// <param name="cloudEvent">A CloudEvent in its JSON form, secrets as they are.</param>
    ValueTask Publish(Json cloudEvent, string task, string instance, CancellationToken cancellation);

    /// <summary>Opens the events that are published from now on, by any run.</summary>
    IEventFeed Listen(string task, string instance);

    /// <summary>A line for the run's log, secrets masked.</summary>
    void Log(LogSeverity severity, string text, string? instance);
}

/// <summary>One event as it goes into the journal.</summary>
/// <param name="Event">As it leaves the PC: secrets masked.</param>
/// <param name="Private">
/// What a resume needs and the event does not say (unmasked results, idempotency keys, due times); null for nothing.
/// It never leaves the PC. It is handed back unchanged to <see cref="RecordedExecution.From"/>.
/// </param>
public sealed record JournalEntry(IExecutionEvent Event, Json? Private);

/// <summary>Published events, in order.</summary>
public interface IEventFeed : IDisposable
{
    /// <summary>The next one, once there is one; not while the run is paused.</summary>
    Task<Json> Next(CancellationToken cancellation);
}
