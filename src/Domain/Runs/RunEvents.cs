using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Runs;

/// <summary>What people and the server decide about one run: the events of its <c>Run</c> stream, whose id is the run's.</summary>
public interface IRunEvent;

/// <summary>How a run came to be.</summary>
public enum RunTrigger { Manual, Api, Retry, Local }

/// <summary>Where a retry begins: at the start, or at the task that failed.</summary>
public enum RetryStart { Start, FailedTask }

/// <summary>Which revision a retry runs: the one its parent ran, or the newest at that moment.</summary>
public enum RetryRevision { Original, Newest }

/// <summary>Why a pending run waits.</summary>
public enum RunWaitReason
{
    /// <summary>No device of the owner's could take it.</summary>
    NoDevice,

    DeviceOffline,

    /// <summary>The device has as many runs as it is given at once.</summary>
    DeviceBusy,

    /// <summary>Runs of a higher priority, or requested earlier, are to have the free places.</summary>
    BehindOthers,

    /// <summary>A person paused everything on the device.</summary>
    DevicePaused,

    /// <summary>As many runs of the workflow are under way as are allowed at once.</summary>
    WorkflowBusy,

    /// <summary>Its owner does not let the device take runs.</summary>
    DeviceNotAllowed,

    /// <summary>The device cannot do a function that the workflow is sure to call.</summary>
    DeviceUnable,
}

/// <summary>Which of the waiting runs goes first; of equals the one requested first.</summary>
public enum RunPriority { Low, Normal, High }

/// <summary>The run this one continues or repeats. The parent itself is never changed.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="Instance">The failed task instance it goes on from; null when it begins at the start.</param>
/// <param name="DoneOutput">The output a person gave for that instance instead of running it again; null otherwise.</param>
/// <param name="DoneBy">Who marked it done.</param>
/// <param name="TaskInput">The corrected input that a person gave for that instance; null where it gets what it got.</param>
public sealed record RunContinuation(Guid ParentRunId, RetryStart From, string? Instance, Content? DoneOutput, Guid? DoneBy, Content? TaskInput = null);

/// <summary>A person or the API asked for a run. Everything that was settled at that moment is pinned here.</summary>
/// <param name="OwnerId">The account whose run it is; every right is decided by it.</param>
/// <param name="WorkflowId">Null for a run of a file whose very text was never published (trigger local).</param>
/// <param name="Revision">The revision that runs, whatever is published later; null as above.</param>
/// <param name="DefinitionHash">SHA-256 of the source text, lower-case hex.</param>
/// <param name="AskedDeviceId">The device asked for; null for any of the owner's.</param>
/// <param name="DispatchDeadline">When it fails if no device took it by then; null for a run that began on a PC.</param>
/// <param name="Priority">Null reads as normal.</param>
/// <param name="Needs">Functions that the workflow is sure to call: a device that lacks one is not given the run. Null where nobody looked.</param>
[EventName("ai.jarvis.run.requested.v1")]
public sealed record RunRequested(
    Guid OwnerId, Guid? WorkflowId, int? Revision, string DefinitionHash, string Namespace, string WorkflowName, RunTrigger Trigger,
    Guid? AskedDeviceId, Guid RequestedBy, DateTimeOffset RequestedAt, Content? Input, RunContinuation? Continues,
    DateTimeOffset? DispatchDeadline, Content? Reason, RunPriority? Priority = null,
    IReadOnlyList<string>? Needs = null) : IRunEvent;

/// <summary>The run waits, and why. Written when the reason changes, not while it stays.</summary>
/// <param name="DeviceId">The device it waits for; null while none is chosen.</param>
/// <param name="Limit">Where it waits for a limit: how many runs that allows at once.</param>
/// <param name="Lacking">Where the device is unable: the functions that it lacks.</param>
[EventName("ai.jarvis.run.waiting.v1")]
public sealed record RunWaiting(
    RunWaitReason Reason, Guid? DeviceId, DateTimeOffset Since, int? Limit = null, IReadOnlyList<string>? Lacking = null) : IRunEvent;

/// <summary>A device was chosen and the order to start stands in its command stream under that number.</summary>
[EventName("ai.jarvis.run.dispatched.v1")]
public sealed record RunDispatched(Guid DeviceId, long CommandNumber, DateTimeOffset DispatchedAt) : IRunEvent;

/// <summary>The chosen device did not take the run: it is dispatched anew.</summary>
/// <param name="Reason">A code, such as <c>device.revoked</c>.</param>
[EventName("ai.jarvis.run.withdrawn.v1")]
public sealed record RunWithdrawn(Guid DeviceId, string Reason, DateTimeOffset WithdrawnAt) : IRunEvent;

/// <summary>The device claimed the run and has it for good: a granted run never moves.</summary>
[EventName("ai.jarvis.run.granted.v1")]
public sealed record RunGranted(Guid DeviceId, long Epoch, DateTimeOffset GrantedAt) : IRunEvent;

/// <summary>The run began on the PC itself and was submitted from there; it is that device's from its first event.</summary>
[EventName("ai.jarvis.run.began-on-device.v1")]
public sealed record RunBeganOnDevice(Guid DeviceId, DateTimeOffset BeganAt) : IRunEvent;

/// <summary>The PC began to execute it.</summary>
/// <param name="StartedAt">The PC's clock.</param>
/// <param name="Sequence">The runner's event that says so.</param>
[EventName("ai.jarvis.run.started.v1")]
public sealed record RunStarted(DateTimeOffset StartedAt, long Sequence) : IRunEvent;

/// <summary>The PC says that no further task begins.</summary>
[EventName("ai.jarvis.run.paused.v1")]
public sealed record RunPaused(DateTimeOffset PausedAt, long Sequence) : IRunEvent;

/// <summary>The PC says that it goes on.</summary>
[EventName("ai.jarvis.run.resumed.v1")]
public sealed record RunResumed(DateTimeOffset ResumedAt, long Sequence) : IRunEvent;

/// <summary>It came to its end on the PC.</summary>
[EventName("ai.jarvis.run.completed.v1")]
public sealed record RunCompleted(DateTimeOffset CompletedAt, long Sequence) : IRunEvent;

/// <summary>It ended by an error, on the PC or because it could not get there.</summary>
/// <param name="Sequence">The runner's event that says so; null where the server ended it (deadline, revoked device).</param>
[EventName("ai.jarvis.run.failed.v1")]
public sealed record RunFailed(DateTimeOffset FailedAt, long? Sequence, FaultError Error) : IRunEvent;

/// <summary>It was ended because somebody asked for it.</summary>
/// <param name="Sequence">The runner's event that says so; null where it never started.</param>
/// <param name="By">Who cancelled it; null where the run cancelled itself on the PC.</param>
[EventName("ai.jarvis.run.cancelled.v1")]
public sealed record RunCancelled(DateTimeOffset CancelledAt, long? Sequence, Guid? By, Guid? ControlId, Content? Reason) : IRunEvent;

/// <summary>A person asked the PC to pause, resume or cancel the run: the first phase of a control.</summary>
/// <param name="GraceSeconds">Of a cancel: how long the process tree may take to end by itself; 0 kills it at once.</param>
/// <param name="Deadline">When the control expires unless it took effect.</param>
/// <param name="CommandNumber">Its place in the device's command stream.</param>
[EventName("ai.jarvis.run.control-requested.v1")]
public sealed record RunControlRequested(
    Guid ControlId, ControlKind Kind, Guid By, Content? Reason, int? GraceSeconds, DateTimeOffset RequestedAt, DateTimeOffset Deadline,
    Guid DeviceId, long CommandNumber) : IRunEvent;

/// <summary>The PC has the control: the second phase.</summary>
[EventName("ai.jarvis.run.control-acknowledged.v1")]
public sealed record RunControlAcknowledged(Guid ControlId, DateTimeOffset AcknowledgedAt, long Sequence) : IRunEvent;

/// <summary>The run is as the control asked: the last phase.</summary>
[EventName("ai.jarvis.run.control-took-effect.v1")]
public sealed record RunControlTookEffect(Guid ControlId, DateTimeOffset At, long Sequence) : IRunEvent;

/// <summary>The PC could not do what was asked: the last phase, too.</summary>
/// <param name="Code">Why the PC could not do it, such as <c>run.ended</c>.</param>
[EventName("ai.jarvis.run.control-refused.v1")]
public sealed record RunControlRefused(Guid ControlId, string Code, DateTimeOffset At, long? Sequence) : IRunEvent;

/// <summary>A person looked at what was wrong with it: from here on it needs nobody.</summary>
[EventName("ai.jarvis.run.looked-at.v1")]
public sealed record RunLookedAt(Guid By, DateTimeOffset LookedAt) : IRunEvent;

/// <summary>While it waited, a person gave it another priority: it stands elsewhere among the waiting runs from here on.</summary>
[EventName("ai.jarvis.run.priority-changed.v1")]
public sealed record RunPriorityChanged(RunPriority Priority, Guid By, DateTimeOffset ChangedAt, Content? Reason) : IRunEvent;

/// <summary>Its deadline passed before it took effect.</summary>
/// <param name="DeviceWasOnline">Whether the device could be reached at that moment, which is what the person sees as the cause.</param>
[EventName("ai.jarvis.run.control-expired.v1")]
public sealed record RunControlExpired(Guid ControlId, DateTimeOffset ExpiredAt, bool DeviceWasOnline) : IRunEvent;
