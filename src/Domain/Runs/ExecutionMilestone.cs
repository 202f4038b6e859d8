using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Runs;

/// <summary>What the PC tells that the run itself must know: how it goes on and what became of a control.</summary>
public enum MilestoneKind { Started, Suspended, Resumed, Completed, Failed, Cancelled, ControlAcknowledged, ControlEffective }

/// <summary>One such event of the <c>Execution</c> stream, as it travels to the run.</summary>
/// <param name="Sequence">The runner's number of it; a run takes each once and only forward.</param>
/// <param name="At">The PC's clock.</param>
/// <param name="Outcome">Of an effective control: null when it took effect, else the code of what stood in its way.</param>
/// <param name="Error">Of a failure; its text sealed.</param>
public sealed record ExecutionMilestone(
    long Sequence, MilestoneKind Kind, DateTimeOffset At, Guid? ControlId = null, string? Outcome = null, FaultError? Error = null)
{
    /// <summary>The milestone that an event is; null for the many that are none.</summary>
    public static ExecutionMilestone? Of(IExecutionEvent @event, long sequence) => @event switch
    {
        ExecutionStarted e => new(sequence, MilestoneKind.Started, e.StartedAt),
        ExecutionSuspended e => new(sequence, MilestoneKind.Suspended, e.SuspendedAt),
        ExecutionResumed e => new(sequence, MilestoneKind.Resumed, e.ResumedAt),
        ExecutionCompleted e => new(sequence, MilestoneKind.Completed, e.CompletedAt),
        ExecutionFaulted e => new(sequence, MilestoneKind.Failed, e.FaultedAt, Error: e.Error),
        ExecutionCancelled e => new(sequence, MilestoneKind.Cancelled, e.CancelledAt),
        ExecutionControlAcknowledged e => new(sequence, MilestoneKind.ControlAcknowledged, e.At, e.ControlId),
        ExecutionControlTookEffect e => new(sequence, MilestoneKind.ControlEffective, e.At, e.ControlId, e.Outcome),
        _ => null,
    };
}
