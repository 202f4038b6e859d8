namespace Jarvis.Domain.Platform;

/// <summary>What administrators do to the system itself: one stream for each act or process, owned by who began it.</summary>
public interface IOperationEvent;

/// <summary>Messages that could not be handled were put back, to be handled again.</summary>
[EventName("ai.jarvis.operation.dead-letters-replayed.v1")]
public sealed record DeadLettersReplayed(Guid OwnerId, IReadOnlyList<Guid> MessageIds, Guid By, DateTimeOffset ReplayedAt, Content? Reason) : IOperationEvent;

/// <summary>Messages that could not be handled were thrown away for good.</summary>
[EventName("ai.jarvis.operation.dead-letters-discarded.v1")]
public sealed record DeadLettersDiscarded(Guid OwnerId, IReadOnlyList<Guid> MessageIds, Guid By, DateTimeOffset DiscardedAt, Content? Reason) : IOperationEvent;

/// <summary>A restored copy may act outward from here on.</summary>
[EventName("ai.jarvis.operation.server-released.v1")]
public sealed record ServerReleased(Guid OwnerId, Guid By, DateTimeOffset ReleasedAt, Content? Reason) : IOperationEvent;

/// <summary>A view is being made anew beside the one that is read.</summary>
[EventName("ai.jarvis.operation.view-rebuild-started.v1")]
public sealed record ViewRebuildStarted(Guid OwnerId, string View, Guid By, DateTimeOffset StartedAt, Content? Reason) : IOperationEvent;

/// <summary>The new one is read from here on; the old one is gone.</summary>
[EventName("ai.jarvis.operation.view-rebuild-switched.v1")]
public sealed record ViewRebuildSwitched(Guid By, DateTimeOffset SwitchedAt, Content? Reason) : IOperationEvent;

/// <summary>The new one was thrown away; the old one is read on.</summary>
[EventName("ai.jarvis.operation.view-rebuild-discarded.v1")]
public sealed record ViewRebuildDiscarded(Guid By, DateTimeOffset DiscardedAt, Content? Reason) : IOperationEvent;
