using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Devices;

/// <summary>A PC that runs workflows for its owner: the events of its <c>Device</c> stream. Heartbeats are not among them; only what changed.</summary>
public interface IDeviceEvent;

/// <summary>A signed-in person approved the pairing code that the runner showed.</summary>
/// <param name="Name">A JSON string: what the person calls the device.</param>
/// <param name="Os">Operating system and its version as the runner says, such as <c>Debian GNU/Linux 12</c>.</param>
/// <param name="Version">The runner's own version.</param>
/// <param name="Scopes">What it may do; null for everything.</param>
[EventName("ai.jarvis.device.paired.v1")]
public sealed record DevicePaired(
    Guid OwnerId, Content Name, string Os, string Version, Guid ApprovedBy, DateTimeOffset PairedAt, Content? Reason,
    IReadOnlyList<DeviceScope>? Scopes = null) : IDeviceEvent;

/// <summary>Its owner changed what it may do. What it does already goes on.</summary>
/// <param name="Scopes">All that it may do from now on.</param>
[EventName("ai.jarvis.device.scopes-changed.v1")]
public sealed record DeviceScopesChanged(IReadOnlyList<DeviceScope> Scopes, Guid By, DateTimeOffset ChangedAt, Content? Reason) : IDeviceEvent;

/// <summary>The runner told what the PC can do, and it is not what was known.</summary>
[EventName("ai.jarvis.device.capabilities-reported.v1")]
public sealed record DeviceCapabilitiesReported(long Epoch, DeviceCapabilities Capabilities, DateTimeOffset ReportedAt) : IDeviceEvent;

/// <summary>The PC's clock was set, or went off, while it was connected.</summary>
/// <param name="OffsetMilliseconds">The PC's clock minus the server's.</param>
/// <param name="UncertaintyMilliseconds">The true offset is at most so far from it.</param>
[EventName("ai.jarvis.device.clock-measured.v1")]
public sealed record DeviceClockMeasured(long Epoch, long OffsetMilliseconds, long? UncertaintyMilliseconds, DateTimeOffset MeasuredAt) : IDeviceEvent;

/// <summary>A person calls it otherwise.</summary>
[EventName("ai.jarvis.device.renamed.v1")]
public sealed record DeviceRenamed(Content Name, Guid By, DateTimeOffset RenamedAt, Content? Reason) : IDeviceEvent;

/// <summary>The device may no longer sign in; its socket is closed and what it has not started is withdrawn.</summary>
[EventName("ai.jarvis.device.revoked.v1")]
public sealed record DeviceRevoked(Guid By, DateTimeOffset RevokedAt, Content? Reason) : IDeviceEvent;

/// <summary>The runner said hello and got a new epoch, which fences every earlier one.</summary>
/// <param name="Address">A JSON string: where the connection came from.</param>
/// <param name="ClockOffsetMilliseconds">The PC's clock minus the server's, as seen at the hello.</param>
/// <param name="ClockUncertaintyMilliseconds">The true offset is at most so far from it; null where the round trip is not known.</param>
[EventName("ai.jarvis.device.connected.v1")]
public sealed record DeviceConnected(
    long Epoch, string Os, string Version, Content? Address, long ClockOffsetMilliseconds, DateTimeOffset ConnectedAt,
    long? ClockUncertaintyMilliseconds = null) : IDeviceEvent;

/// <summary>System, version or address changed while connected.</summary>
[EventName("ai.jarvis.device.changed.v1")]
public sealed record DeviceChanged(long Epoch, string Os, string Version, Content? Address, DateTimeOffset ChangedAt) : IDeviceEvent;

/// <summary>Heartbeats stopped or the socket closed; it may come back within its lease.</summary>
[EventName("ai.jarvis.device.became-stale.v1")]
public sealed record DeviceBecameStale(long Epoch, DateTimeOffset LastSeenAt, DateTimeOffset StaleAt) : IDeviceEvent;

/// <summary>A stale device was heard again under the same epoch.</summary>
[EventName("ai.jarvis.device.returned.v1")]
public sealed record DeviceReturned(long Epoch, DateTimeOffset ReturnedAt) : IDeviceEvent;

/// <summary>The lease ran out, or the runner said good-bye.</summary>
[EventName("ai.jarvis.device.went-offline.v1")]
public sealed record DeviceWentOffline(long Epoch, DateTimeOffset LastSeenAt, DateTimeOffset OfflineAt) : IDeviceEvent;

/// <summary>A person paused everything on it: its runs are asked to pause and nothing new starts.</summary>
[EventName("ai.jarvis.device.paused.v1")]
public sealed record DevicePaused(Guid By, DateTimeOffset PausedAt, Content? Reason) : IDeviceEvent;

/// <summary>It may start runs again, and those that are paused are asked to go on.</summary>
[EventName("ai.jarvis.device.resumed.v1")]
public sealed record DeviceResumed(Guid By, DateTimeOffset ResumedAt, Content? Reason) : IDeviceEvent;

/// <summary>A person settled how much it is given.</summary>
/// <param name="AtOnce">How many runs it is given at once; null for what Jarvis takes for good.</param>
[EventName("ai.jarvis.device.limit-changed.v1")]
public sealed record DeviceLimitChanged(int? AtOnce, Guid By, DateTimeOffset ChangedAt, Content? Reason) : IDeviceEvent;
