using System.Collections.Immutable;
using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Runs;

namespace Jarvis.Api.Runs;

/// <summary>A change of a run's status, who caused it, and when by which clock.</summary>
/// <param name="At">When it occurred (the PC's clock where the PC did it).</param>
public sealed record RunStatusChange(RunStatus Status, DateTimeOffset At, DateTimeOffset RecordedAt, Position Position, Guid? ActorId, string? Reason);

/// <summary>A control as a conversation.</summary>
/// <param name="Code">Why it was refused, or how it expired.</param>
/// <param name="DeviceWasOnline">Of an expired one: whether the device could be reached.</param>
[Name("RunControl")]
public sealed record RunControlNode(
    Guid Id, ControlKind Kind, ControlPhase Phase, DateTimeOffset RequestedAt, AccountReference RequestedBy, string? Reason, int? GraceSeconds, DateTimeOffset Deadline,
    DateTimeOffset? AcknowledgedAt, DateTimeOffset? EndedAt, string? Code, bool? DeviceWasOnline, Position Position);

/// <summary>What people and the server decided about one run, told from its short stream.</summary>
public sealed class RunHistory(IReadOnlyList<RecordedEvent> events)
{
    public RunRequested? Requested => events.Select(e => e.Data).OfType<RunRequested>().FirstOrDefault();

    public FaultError? Error => events.Select(e => e.Data).OfType<RunFailed>().LastOrDefault()?.Error;

    /// <summary>The sequence of the runner's event that completed it.</summary>
    public long? CompletedSequence => events.Select(e => e.Data).OfType<RunCompleted>().LastOrDefault()?.Sequence;

    public IEnumerable<RunStatusChange> Statuses => events.Select(e => e.Data switch
    {
        RunRequested r => Change(e, RunStatus.Pending, r.RequestedAt, r.RequestedBy, Revealed.Text(r.Reason)),
        RunStarted s => Change(e, RunStatus.Running, s.StartedAt, null, null),
        RunPaused p => Change(e, RunStatus.Paused, p.PausedAt, LastAsker(e, ControlKind.Pause)?.By, Revealed.Text(LastAsker(e, ControlKind.Pause)?.Reason)),
        RunResumed r => Change(e, RunStatus.Running, r.ResumedAt, LastAsker(e, ControlKind.Resume)?.By, Revealed.Text(LastAsker(e, ControlKind.Resume)?.Reason)),
        RunCompleted c => Change(e, RunStatus.Completed, c.CompletedAt, null, null),
        RunFailed f => Change(e, RunStatus.Failed, f.FailedAt, null, null),
        RunCancelled c => Change(e, RunStatus.Cancelled, c.CancelledAt, c.By, Revealed.Text(c.Reason)),
        _ => null,
    }).OfType<RunStatusChange>();

    public IEnumerable<RunControlNode> Controls => events.Aggregate(ImmutableList<RunControlNode>.Empty, static (all, e) => e.Data switch
    {
        RunControlRequested r => all.Add(new RunControlNode(
            r.ControlId, r.Kind, ControlPhase.Requested, r.RequestedAt, new AccountReference(r.By), Revealed.Text(r.Reason), r.GraceSeconds, r.Deadline, null, null, null, null,
            new Position(e.Position))),
        RunControlAcknowledged a => Turn(all, a.ControlId, c => c with { Phase = ControlPhase.Acknowledged, AcknowledgedAt = a.AcknowledgedAt, Position = new(e.Position) }),
        RunControlTookEffect t => Turn(all, t.ControlId, c => c with { Phase = ControlPhase.Effective, EndedAt = t.At, Position = new(e.Position) }),
        RunControlRefused r => Turn(all, r.ControlId, c => c with { Phase = ControlPhase.Refused, EndedAt = r.At, Code = r.Code, Position = new(e.Position) }),
        RunControlExpired x => Turn(all, x.ControlId, c => c with
        {
            Phase = ControlPhase.Expired, EndedAt = x.ExpiredAt, DeviceWasOnline = x.DeviceWasOnline, Code = x.DeviceWasOnline ? "control.unanswered" : "device.offline",
            Position = new(e.Position),
        }),
        _ => all,
    });

    private RunControlRequested? LastAsker(RecordedEvent until, ControlKind kind) =>
        events.TakeWhile(e => e != until).Select(e => e.Data).OfType<RunControlRequested>().LastOrDefault(control => control.Kind == kind);

    private static RunStatusChange Change(RecordedEvent e, RunStatus status, DateTimeOffset at, Guid? by, string? reason) =>
        new(status, at, e.RecordedAt, new Position(e.Position), by ?? e.Actor, reason);

    private static ImmutableList<RunControlNode> Turn(ImmutableList<RunControlNode> all, Guid id, Func<RunControlNode, RunControlNode> change) =>
        all.FindIndex(control => control.Id == id) is var index and >= 0 ? all.SetItem(index, change(all[index])) : all;
}
