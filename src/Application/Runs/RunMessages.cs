using Jarvis.Domain.Runs;
using Wolverine.Persistence.Sagas;

namespace Jarvis.Application.Runs;

/// <summary>
/// A message of the runs' conversation. They are durable and handled one after the other per owner, so that places are given
/// in order. None carries anything personal in the clear.
/// </summary>
public interface IRunMessage
{
    Guid OwnerId { get; }
}

/// <summary>A run was requested: find it a device.</summary>
public sealed record DispatchRun(Guid OwnerId, [property: SagaIdentity] Guid RunId, Guid? AskedDeviceId, DateTimeOffset RequestedAt, DateTimeOffset Deadline, Guid? WorkflowId = null,
    RunPriority? Priority = null, IReadOnlyList<string>? Needs = null) : IRunMessage;

/// <summary>A place may be free: try again.</summary>
public sealed record RetryDispatch(Guid OwnerId, [property: SagaIdentity] Guid RunId) : IRunMessage;

/// <summary>The dispatch deadline came.</summary>
public sealed record DispatchDeadlineCame(Guid OwnerId, [property: SagaIdentity] Guid RunId) : IRunMessage;

/// <summary>A device has it for good.</summary>
public sealed record RunWasClaimed(Guid OwnerId, [property: SagaIdentity] Guid RunId, Guid DeviceId) : IRunMessage;

/// <summary>It was taken back from a device that had not begun it.</summary>
public sealed record RunWasWithdrawn(Guid OwnerId, [property: SagaIdentity] Guid RunId) : IRunMessage;

/// <summary>It was cancelled before any device had it.</summary>
public sealed record RunWasCancelled(Guid OwnerId, [property: SagaIdentity] Guid RunId) : IRunMessage;

/// <summary>The PC told how it goes on.</summary>
public sealed record ExecutionReported(Guid OwnerId, [property: SagaIdentity] Guid RunId, Guid DeviceId, IReadOnlyList<ExecutionMilestone> Milestones) : IRunMessage;

/// <summary>The deadline of a control came.</summary>
public sealed record ControlDeadlineCame(Guid OwnerId, [property: SagaIdentity] Guid RunId, Guid ControlId) : IRunMessage;

/// <summary>Its device was revoked.</summary>
public sealed record RunLostDevice(Guid OwnerId, [property: SagaIdentity] Guid RunId, Guid DeviceId) : IRunMessage;

/// <summary>Its PC, which had begun it, asked for it as if for the first time: it has no record of it.</summary>
public sealed record RunWasForgotten(Guid OwnerId, [property: SagaIdentity] Guid RunId, Guid DeviceId) : IRunMessage;

/// <summary>A device of the owner came, went free or left: look at what waits.</summary>
public sealed record CapacityChanged(Guid OwnerId) : IRunMessage;

/// <summary>A device was revoked: its runs learn of it.</summary>
public sealed record DeviceWasRevoked(Guid OwnerId, Guid DeviceId) : IRunMessage;
