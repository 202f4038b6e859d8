using System.Text.Json.Serialization;
using JasperFx.Events;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Projections.Platform;

namespace Jarvis.Projections.Runs;

/// <summary>Why a run needs a person.</summary>
public enum RunAttention
{
    Failed,

    /// <summary>It stopped at a task of which nobody knows whether it had its effect.</summary>
    Interrupted,

    /// <summary>What was asked of its PC was not done in time, and the run goes on.</summary>
    ControlExpired,
}

/// <summary>A run as lists show it, from one position to the next change.</summary>
/// <param name="Revision">Null for a run of a file that was never published.</param>
/// <param name="ClockOffsetMs">The device's clock minus the server's when it started; <c>OccurredAt</c> is corrected by it.</param>
/// <param name="Attention">Why it needs a person who has not looked at it yet; that it was retried is told by its retries.</param>
/// <param name="Needs">Functions that its workflow is sure to call; null for none.</param>
/// <param name="WaitsForFunctions">Where it waits for a device that can do more: what is lacking.</param>
/// <param name="OccurredAt">When it began by the PC's clock, corrected; until then when it was requested. The day it counts for.</param>
public sealed record RunRow(
    Guid RunId, long FromPosition, long ToPosition, Guid OwnerId, long RequestedPosition, RunStatus Status, Guid? WorkflowId, string Namespace,
    string WorkflowName, int? Revision, string DefinitionHash, RunTrigger Trigger, Guid RequestedBy, Guid? AskedDeviceId, Guid? DeviceId,
    Guid? ParentRunId, RetryStart? RetryFrom, DateTimeOffset RequestedAt, DateTimeOffset? DispatchDeadline, RunWaitReason? WaitsFor,
    Guid? WaitsForDeviceId, int? WaitsForLimit, RunPriority Priority, bool Granted, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, long ClockOffsetMs, DateTimeOffset OccurredAt,
    string? ErrorType, int? ErrorStatus, string? ErrorInstance, int ControlsOpen, RunAttention? Attention, DateTimeOffset ChangedAt, Guid? ChangedBy, long StreamVersion,
    IReadOnlyList<string>? Needs = null, IReadOnlyList<string>? WaitsForFunctions = null)
    : IVersioned<RunRow>
{
    [JsonIgnore]
    public Guid Key => RunId;

    public RunRow Until(long position) => this with { ToPosition = position };

    /// <summary>The next version after an event of the run's stream; null where the event is of no run.</summary>
    public static RunRow? Evolve(RunRow? row, IEvent @event, Guid? actor, Func<Guid?, long> clockOffset)
    {
        var next = Fold(row, @event, clockOffset);
        return next is null ? null : next with
        {
            FromPosition = @event.Sequence,
            ToPosition = ViewTables.Open,
            ChangedAt = @event.Timestamp,
            ChangedBy = actor,
            StreamVersion = @event.Version,
        };
    }

    private static RunRow? Fold(RunRow? row, IEvent @event, Func<Guid?, long> clockOffset) => @event.Data switch
    {
        RunRequested e => new RunRow(
            @event.StreamId, 0, 0, e.OwnerId, @event.Sequence, RunStatus.Pending, e.WorkflowId, e.Namespace, e.WorkflowName, e.Revision, e.DefinitionHash,
            e.Trigger, e.RequestedBy, e.AskedDeviceId, null, e.Continues?.ParentRunId, e.Continues?.From, e.RequestedAt, e.DispatchDeadline, null,
            null, null, e.Priority ?? RunPriority.Normal, false, null, null, 0, e.RequestedAt, null, null, null, 0, null, default, null, 0, e.Needs),
        _ when row is null => null,
        RunWaiting e => row with { WaitsFor = e.Reason, WaitsForDeviceId = e.DeviceId, WaitsForLimit = e.Limit, WaitsForFunctions = e.Lacking },
        RunPriorityChanged e => row with { Priority = e.Priority },
        RunDispatched e => row with { DeviceId = e.DeviceId, WaitsFor = null, WaitsForDeviceId = null, WaitsForLimit = null, WaitsForFunctions = null },
        RunWithdrawn => row with { DeviceId = null },
        RunGranted e => row with { DeviceId = e.DeviceId, Granted = true, WaitsFor = null, WaitsForDeviceId = null, WaitsForLimit = null, WaitsForFunctions = null },
        RunBeganOnDevice e => row with { DeviceId = e.DeviceId, Granted = true },
        RunStarted e => row.Started(e, clockOffset(row.DeviceId)),
        RunPaused => row with { Status = RunStatus.Paused },
        RunResumed => row with { Status = RunStatus.Running },
        RunCompleted e => row with { Status = RunStatus.Completed, EndedAt = e.CompletedAt, Attention = null },
        RunFailed e => row with
        {
            Status = RunStatus.Failed, EndedAt = e.FailedAt, ErrorType = e.Error.Type, ErrorStatus = e.Error.Status, ErrorInstance = e.Error.Instance,
            Attention = e.Error.Type == FaultTypes.Interrupted ? RunAttention.Interrupted : RunAttention.Failed,
        },
        RunCancelled e => row with { Status = RunStatus.Cancelled, EndedAt = e.CancelledAt, Attention = null },
        RunControlRequested => row with { ControlsOpen = row.ControlsOpen + 1, Attention = null },
        RunControlTookEffect or RunControlRefused => row with { ControlsOpen = Math.Max(0, row.ControlsOpen - 1) },
        RunControlExpired => row with
        {
            ControlsOpen = Math.Max(0, row.ControlsOpen - 1), Attention = row.Attention ?? (row.EndedAt is null ? RunAttention.ControlExpired : null),
        },
        RunLookedAt => row with { Attention = null },
        _ => row,
    };

    private static readonly DateTimeOffset EarliestOccurred = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset LatestOccurred = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private RunRow Started(RunStarted e, long offset) => this with
    {
        Status = RunStatus.Running,
        StartedAt = e.StartedAt,
        ClockOffsetMs = offset,
        OccurredAt = Shifted(e.StartedAt, -offset),
    };

    /// <summary>A clock that is millennia off shifts no time beyond what can be told: the ends of .NET's own range are infinity to the database, which no list can be put in order by.</summary>
    private static DateTimeOffset Shifted(DateTimeOffset at, long milliseconds) =>
        new((long)Math.Clamp((decimal)at.UtcTicks + ((decimal)milliseconds * TimeSpan.TicksPerMillisecond), EarliestOccurred.UtcTicks, LatestOccurred.UtcTicks), TimeSpan.Zero);
}
