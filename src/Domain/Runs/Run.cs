using System.Collections.Immutable;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Interpreter;

namespace Jarvis.Domain.Runs;

public enum RunStatus { Pending, Running, Paused, Completed, Failed, Cancelled }

/// <summary>Where a control stands: a conversation between a person and a PC, not a flag.</summary>
public enum ControlPhase { Requested, Acknowledged, Effective, Expired, Refused }

/// <summary>A control as its run knows it.</summary>
public sealed record RunControl(Guid Id, ControlKind Kind, Guid By, Content? Reason, DateTimeOffset Deadline, ControlPhase Phase)
{
    public bool IsOpen => Phase is ControlPhase.Requested or ControlPhase.Acknowledged;
}

/// <summary>One run as people and the server decide it. What the PC did is its <c>Execution</c>.</summary>
public sealed record Run
{
    /// <summary>The error type of a run that no device took in time.</summary>
    public const string NotDispatchedError = "https://jarvis.ai/errors/not-dispatched";

    /// <summary>The error type of a run whose device was revoked while it had it.</summary>
    public const string DeviceRevokedError = "https://jarvis.ai/errors/device-revoked";

    /// <summary>Controls that a PC may be asked for before it answered any; cancels are counted apart, so that no pause stands in their way.</summary>
    public const int MaxOpenControls = 32;

    private const int TimeoutStatus = 408;
    private const int GoneStatus = 410;
    private const int InterruptedStatus = 500;

    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required RunRequested Requested { get; init; }

    public RunStatus Status { get; init; }

    /// <summary>The device it was dispatched to, or has it; null while none is chosen.</summary>
    public Guid? DeviceId { get; init; }

    public bool IsGranted { get; init; }

    public RunWaiting? Waiting { get; init; }

    /// <summary>Which of the waiting runs goes first; as requested until somebody changed it.</summary>
    public RunPriority Priority { get; init; }

    /// <summary>The highest sequence of the runner that the run has taken note of.</summary>
    public long Reported { get; init; }

    public FaultError? Error { get; init; }

    public ImmutableList<RunControl> Controls { get; init; } = [];

    /// <summary>It failed, or a control of it expired while it went on, and nobody has looked at it since.</summary>
    public bool NeedsLook { get; init; }

    public Guid OwnerId => Requested.OwnerId;

    public bool HasEnded => Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;

    /// <summary>Notes why it waits; nothing where that is known already.</summary>
    public Decision Wait(RunWaitReason reason, Guid? deviceId, DateTimeOffset now, int? limit = null, IReadOnlyList<string>? lacking = null) =>
        Status != RunStatus.Pending || DeviceId is not null
        || (Waiting is { } known && known.Reason == reason && known.DeviceId == deviceId && known.Limit == limit && (known.Lacking ?? []).SequenceEqual(lacking ?? []))
            ? Decision.Of()
            : Decision.Of(new RunWaiting(reason, deviceId, now, limit, lacking));

    /// <summary>Takes it back from a device that has not begun it and was paused; it waits again.</summary>
    public Decision Withdraw(Guid deviceId, string reason, DateTimeOffset now) =>
        HasEnded || IsGranted || DeviceId != deviceId ? Decision.Of() : Decision.Of(new RunWithdrawn(deviceId, reason, now));

    /// <summary>Gives it to a device as that device's command <paramref name="number"/>.</summary>
    public Decision Dispatch(Guid deviceId, long number, DateTimeOffset now) =>
        Status != RunStatus.Pending || DeviceId is not null ? Decision.Of() : Decision.Of(new RunDispatched(deviceId, number, now));

    /// <summary>
    /// The device asks whether it may start; it may if the run is still its own and has not begun. Asked again, it is told the same until then: a PC that
    /// asks for what it began has lost its record of it, and would do everything a second time.
    /// </summary>
    public Decision Claim(Guid deviceId, long epoch, DateTimeOffset now) =>
        DeviceId != deviceId || HasEnded || (IsGranted && Status != RunStatus.Pending) ? RunRefusals.Gone
        : IsGranted ? Decision.Of()
        : Decision.Of(new RunGranted(deviceId, epoch, now));

    /// <summary>Its PC has begun it and knows nothing of it any more: it goes on nowhere, so it has failed as interrupted.</summary>
    public Decision Forget(Guid deviceId, DateTimeOffset now) =>
        HasEnded || !IsGranted || DeviceId != deviceId ? Decision.Of() : Break(new FaultError(FaultTypes.Interrupted, InterruptedStatus, null, null), now);

    /// <summary>Cancels a run that no device has begun: at once, and it never starts.</summary>
    public Decision CancelPending(Guid by, Content? reason, DateTimeOffset now) =>
        HasEnded ? RunRefusals.Ended : Decision.Of(new RunCancelled(now, null, by, null, reason));

    /// <summary>Gives it another priority while it waits; nothing where it has that one.</summary>
    public Decision ChangePriority(RunPriority priority, Guid by, Content? reason, DateTimeOffset now) =>
        HasEnded ? RunRefusals.Ended
        : Status != RunStatus.Pending || DeviceId is not null ? RunRefusals.NotWaiting
        : Priority == priority ? Decision.Of()
        : Decision.Of(new RunPriorityChanged(priority, by, now, reason));

    /// <summary>Whether a control can be asked of the PC now.</summary>
    public Refusal? WhyNot(ControlKind kind) => this switch
    {
        { HasEnded: true } => RunRefusals.Ended,
        { IsGranted: false } => RunRefusals.NotStarted,
        _ when Controls.Count(c => c.IsOpen && c.Kind is ControlKind.Cancel == kind is ControlKind.Cancel) >= MaxOpenControls => RunRefusals.TooManyControls,
        _ when kind is ControlKind.Cancel => null,
        _ when AskedFor == kind => RunRefusals.ControlPending,
        { AskedFor: null } when kind is ControlKind.Pause && Status is RunStatus.Paused => RunRefusals.AlreadyPaused,
        { AskedFor: null } when kind is ControlKind.Resume && Status is not RunStatus.Paused => RunRefusals.NotPaused,
        _ => null,
    };

    /// <summary>Where the PC is on its way to: the last of pause and resume that it was asked for and has not answered.</summary>
    private ControlKind? AskedFor => Controls.FindLast(c => c is { IsOpen: true, Kind: not ControlKind.Cancel })?.Kind;

    /// <summary>Asks the PC; the answer comes as its own events.</summary>
    public Decision Ask(RunControlRequested control) => WhyNot(control.Kind) is { } refusal ? refusal : Decision.Of(control);

    /// <summary>Takes note of what the PC did. Late and repeated milestones change nothing.</summary>
    public Decision Report(IEnumerable<ExecutionMilestone> milestones)
    {
        var events = new List<object>();
        var run = this;
        foreach (var milestone in milestones.Where(m => m.Sequence > Reported).OrderBy(m => m.Sequence))
        {
            foreach (var @event in run.Note(milestone))
            {
                events.Add(@event);
                run = Evolve(run, @event)!;
            }
        }

        return new Decision(events, null);
    }

    /// <summary>The deadline of a control passed.</summary>
    public Decision ExpireControl(Guid controlId, bool deviceIsOnline, DateTimeOffset now) =>
        Controls.Find(c => c.Id == controlId) is { IsOpen: true } control && now >= control.Deadline
            ? Decision.Of(new RunControlExpired(controlId, now, deviceIsOnline))
            : Decision.Of();

    /// <summary>A person looked at what was wrong; nothing where nothing is, or somebody did already.</summary>
    public Decision LookAt(Guid by, DateTimeOffset now) => NeedsLook ? Decision.Of(new RunLookedAt(by, now)) : Decision.Of();

    /// <summary>No device took it in time.</summary>
    public Decision ExpireDispatch(DateTimeOffset now) =>
        Status == RunStatus.Pending && !IsGranted && Requested.DispatchDeadline <= now
            ? Decision.Of(new RunFailed(now, null, new FaultError(NotDispatchedError, TimeoutStatus, null, null)))
            : Decision.Of();

    /// <summary>Its device was revoked: what was not begun goes elsewhere unless that device was asked for; what was begun has failed.</summary>
    public Decision LoseDevice(Guid deviceId, DateTimeOffset now) =>
        HasEnded || (DeviceId ?? Requested.AskedDeviceId) != deviceId ? Decision.Of()
        : !IsGranted && Requested.AskedDeviceId is null ? Decision.Of(new RunWithdrawn(deviceId, "device.revoked", now))
        : Break(new FaultError(DeviceRevokedError, GoneStatus, null, null), now);

    /// <summary>Where a retry of this run goes on; refused while it runs, where no task failed, or elsewhere than where the finished tasks are.</summary>
    /// <param name="deviceId">The device asked for; null for none in particular.</param>
    public (string? Instance, Refusal? Refusal) RetryPoint(RetryStart from, Guid? deviceId = null) =>
        !HasEnded ? (null, RunRefusals.NotEnded)
        : from == RetryStart.Start ? (null, null)
        : deviceId is not null && deviceId != DeviceId ? (null, RunRefusals.JournalElsewhere)
        : Status == RunStatus.Failed && IsGranted && Error?.Instance is { } instance ? (instance, null)
        : (null, RunRefusals.NothingFailed);

    public static Run? Evolve(Run? run, object @event) => @event switch
    {
        RunRequested e => new Run { Requested = e, Priority = e.Priority ?? RunPriority.Normal },
        _ when run is null => null,
        RunWaiting e => run with { Waiting = e },
        RunPriorityChanged e => run with { Priority = e.Priority },
        RunDispatched e => run with { DeviceId = e.DeviceId, Waiting = null },
        RunWithdrawn => run with { DeviceId = null },
        RunGranted e => run with { DeviceId = e.DeviceId, IsGranted = true, Waiting = null },
        RunBeganOnDevice e => run with { DeviceId = e.DeviceId, IsGranted = true },
        RunStarted e => run with { Status = RunStatus.Running, Reported = e.Sequence },
        RunPaused e => run with { Status = RunStatus.Paused, Reported = e.Sequence },
        RunResumed e => run with { Status = RunStatus.Running, Reported = e.Sequence },
        RunCompleted e => run with { Status = RunStatus.Completed, Reported = e.Sequence, NeedsLook = false },
        RunFailed e => run with { Status = RunStatus.Failed, Error = e.Error, Reported = e.Sequence ?? run.Reported, NeedsLook = true },
        RunCancelled e => run with { Status = RunStatus.Cancelled, Reported = e.Sequence ?? run.Reported, NeedsLook = false },
        RunControlRequested e => run with { NeedsLook = false, Controls = run.Controls.Add(new RunControl(e.ControlId, e.Kind, e.By, e.Reason, e.Deadline, ControlPhase.Requested)) },
        RunControlAcknowledged e => run.Turn(e.ControlId, ControlPhase.Acknowledged, e.Sequence),
        RunControlTookEffect e => run.Turn(e.ControlId, ControlPhase.Effective, e.Sequence),
        RunControlRefused e => run.Turn(e.ControlId, ControlPhase.Refused, e.Sequence),
        RunControlExpired e => run.Turn(e.ControlId, ControlPhase.Expired, null) with { NeedsLook = run.NeedsLook || !run.HasEnded },
        RunLookedAt => run with { NeedsLook = false },
        _ => run,
    };

    /// <summary>It fails without a word of its PC, and nobody answers what is asked of it.</summary>
    private Decision Break(FaultError error, DateTimeOffset now) =>
        new([.. Controls.Where(c => c.IsOpen).Select(c => new RunControlRefused(c.Id, RunRefusals.Ended.Code, now, null)), new RunFailed(now, null, error)], null);

    private Run Turn(Guid controlId, ControlPhase phase, long? sequence) => this with
    {
        Controls = [.. Controls.Select(c => c.Id == controlId ? c with { Phase = phase } : c)],
        Reported = Math.Max(Reported, sequence ?? 0),
    };

    private IEnumerable<object> Note(ExecutionMilestone m) => m.Kind switch
    {
        MilestoneKind.ControlAcknowledged =>
            Controls.Find(c => c.Id == m.ControlId) is { Phase: ControlPhase.Requested } ? [new RunControlAcknowledged(m.ControlId!.Value, m.At, m.Sequence)] : [],
        MilestoneKind.ControlEffective =>
            Controls.Find(c => c.Id == m.ControlId) is not { IsOpen: true } ? []
            : m.Outcome is { } code ? [new RunControlRefused(m.ControlId!.Value, code, m.At, m.Sequence)]
            : [new RunControlTookEffect(m.ControlId!.Value, m.At, m.Sequence)],
        _ when HasEnded => [],
        MilestoneKind.Started => Status == RunStatus.Pending ? [new RunStarted(m.At, m.Sequence)] : [],
        MilestoneKind.Suspended => Status == RunStatus.Running ? [new RunPaused(m.At, m.Sequence)] : [],
        MilestoneKind.Resumed => Status == RunStatus.Paused ? [new RunResumed(m.At, m.Sequence)] : [],
        MilestoneKind.Completed => [.. Close(m, cancelled: false), new RunCompleted(m.At, m.Sequence)],
        MilestoneKind.Failed => [.. Close(m, cancelled: false), new RunFailed(m.At, m.Sequence, m.Error!)],
        MilestoneKind.Cancelled => [.. Close(m, cancelled: true), Cancelled(m)],
        _ => [],
    };

    /// <summary>An end closes what is still asked: a cancel took effect, anything else came too late.</summary>
    private IEnumerable<object> Close(ExecutionMilestone m, bool cancelled) =>
        Controls.Where(c => c.IsOpen).Select(c => cancelled && c.Kind == ControlKind.Cancel
            ? (object)new RunControlTookEffect(c.Id, m.At, m.Sequence)
            : new RunControlRefused(c.Id, RunRefusals.Ended.Code, m.At, m.Sequence));

    private RunCancelled Cancelled(ExecutionMilestone m)
    {
        var control = Controls.FindLast(c => c.Kind == ControlKind.Cancel && c.Phase != ControlPhase.Refused);
        return new RunCancelled(m.At, m.Sequence, control?.By, control?.Id, control?.Reason);
    }
}
