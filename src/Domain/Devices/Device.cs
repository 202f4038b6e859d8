using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Devices;

/// <summary>How a device is seen: in touch, missing its heartbeats, or gone past its lease.</summary>
public enum DevicePresenceState { Offline, Online, Stale }

/// <summary>A PC that runs workflows for its owner.</summary>
public sealed record Device
{
    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required Content Name { get; init; }

    public bool IsRevoked { get; init; }

    /// <summary>How often it said hello; only events sent under the latest count are taken.</summary>
    public long Epoch { get; init; }

    public DevicePresenceState State { get; init; }

    /// <summary>Everything on it was paused, and nothing new starts.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Runs that it is given at once; null where nobody said.</summary>
    public int? AtOnce { get; init; }

    /// <summary>What its owner lets it do.</summary>
    public IReadOnlyList<DeviceScope> Scopes { get; init; } = DeviceScopes.All;

    /// <summary>What the PC can do; null while its runner has not told.</summary>
    public DeviceCapabilities? Capabilities { get; init; }

    /// <summary>The PC's clock minus the server's, as last told.</summary>
    public ClockOffset Clock { get; init; }

    public required string Os { get; init; }

    public required string Version { get; init; }

    public Decision Rename(Content name, Guid by, Content? reason, DateTimeOffset now) =>
        IsRevoked ? DeviceRefusals.Revoked : Decision.Of(new DeviceRenamed(name, by, now, reason));

    public Decision Revoke(Guid by, Content? reason, DateTimeOffset now) =>
        IsRevoked ? DeviceRefusals.Revoked : Decision.Of(new DeviceRevoked(by, now, reason));

    /// <summary>Nothing where it is paused already.</summary>
    public Decision Pause(Guid by, Content? reason, DateTimeOffset now) =>
        IsRevoked ? DeviceRefusals.Revoked : IsPaused ? Decision.Of() : Decision.Of(new DevicePaused(by, now, reason));

    /// <summary>Nothing where it is not paused.</summary>
    public Decision Resume(Guid by, Content? reason, DateTimeOffset now) =>
        IsRevoked ? DeviceRefusals.Revoked : IsPaused ? Decision.Of(new DeviceResumed(by, now, reason)) : Decision.Of();

    public Decision Limit(int? atOnce, Guid by, Content? reason, DateTimeOffset now) =>
        IsRevoked ? DeviceRefusals.Revoked : AtOnce == atOnce ? Decision.Of() : Decision.Of(new DeviceLimitChanged(atOnce, by, now, reason));

    /// <summary>Says what it may do; nothing where that was said already.</summary>
    public Decision Allow(IReadOnlyList<DeviceScope> scopes, Guid by, Content? reason, DateTimeOffset now) =>
        IsRevoked ? DeviceRefusals.Revoked
        : Scopes.SequenceEqual(DeviceScopes.Of(scopes)) ? Decision.Of()
        : Decision.Of(new DeviceScopesChanged(DeviceScopes.Of(scopes), by, now, reason));

    /// <summary>A hello: the next epoch, and what the PC can do where that is news.</summary>
    public Decision Connect(string os, string version, Content? address, ClockOffset clock, DeviceCapabilities? capabilities, DateTimeOffset now)
    {
        if (IsRevoked)
        {
            return DeviceRefusals.Revoked;
        }

        var connected = new DeviceConnected(Epoch + 1, os, version, address, clock.Milliseconds, now, clock.UncertaintyMilliseconds);
        return capabilities?.IsNewsAfter(Capabilities) == true
            ? Decision.Of(connected, new DeviceCapabilitiesReported(Epoch + 1, capabilities, now))
            : Decision.Of(connected);
    }

    /// <summary>A heartbeat that tells something new, or from a device thought stale.</summary>
    /// <param name="clock">Null where the heartbeat tells no time.</param>
    /// <param name="capabilities">Null where it does not tell them.</param>
    public Decision Hear(
        long epoch, string os, string version, bool addressChanged, Content? address, DateTimeOffset now, ClockOffset? clock = null, DeviceCapabilities? capabilities = null)
    {
        if (IsRevoked)
        {
            return DeviceRefusals.Revoked;
        }

        if (epoch != Epoch)
        {
            return DeviceRefusals.EpochFenced;
        }

        var events = new List<object>();
        if (State != DevicePresenceState.Online)
        {
            events.Add(new DeviceReturned(epoch, now));
        }

        if (os != Os || version != Version || addressChanged)
        {
            events.Add(new DeviceChanged(epoch, os, version, address, now));
        }

        if (clock is { } measured && measured.IsNewsAfter(Clock))
        {
            events.Add(new DeviceClockMeasured(epoch, measured.Milliseconds, measured.UncertaintyMilliseconds, now));
        }

        if (capabilities?.IsNewsAfter(Capabilities) == true)
        {
            events.Add(new DeviceCapabilitiesReported(epoch, capabilities, now));
        }

        return new Decision(events, null);
    }

    public Decision BecomeStale(long epoch, DateTimeOffset lastSeenAt, DateTimeOffset now) =>
        epoch == Epoch && State == DevicePresenceState.Online ? Decision.Of(new DeviceBecameStale(epoch, lastSeenAt, now)) : Decision.Of();

    public Decision GoOffline(long epoch, DateTimeOffset lastSeenAt, DateTimeOffset now) =>
        epoch == Epoch && State != DevicePresenceState.Offline ? Decision.Of(new DeviceWentOffline(epoch, lastSeenAt, now)) : Decision.Of();

    public static Device? Evolve(Device? device, object @event) => @event switch
    {
        DevicePaired e => new Device { OwnerId = e.OwnerId, Name = e.Name, Os = e.Os, Version = e.Version, Scopes = DeviceScopes.Of(e.Scopes) },
        _ when device is null => null,
        DeviceRenamed e => device with { Name = e.Name },
        DeviceRevoked => device with { IsRevoked = true, State = DevicePresenceState.Offline },
        DevicePaused => device with { IsPaused = true },
        DeviceResumed => device with { IsPaused = false },
        DeviceLimitChanged e => device with { AtOnce = e.AtOnce },
        DeviceScopesChanged e => device with { Scopes = DeviceScopes.Of(e.Scopes) },
        DeviceConnected e => device with
        {
            Epoch = e.Epoch, Os = e.Os, Version = e.Version, State = DevicePresenceState.Online,
            Clock = new ClockOffset(e.ClockOffsetMilliseconds, e.ClockUncertaintyMilliseconds),
        },
        DeviceCapabilitiesReported e => device with { Capabilities = e.Capabilities },
        DeviceClockMeasured e => device with { Clock = new ClockOffset(e.OffsetMilliseconds, e.UncertaintyMilliseconds) },
        DeviceChanged e => device with { Os = e.Os, Version = e.Version },
        DeviceReturned => device with { State = DevicePresenceState.Online },
        DeviceBecameStale => device with { State = DevicePresenceState.Stale },
        DeviceWentOffline => device with { State = DevicePresenceState.Offline },
        _ => device,
    };
}

/// <summary>The device's own count of commands, which is its stream's version.</summary>
public sealed record DeviceCommands(Guid OwnerId, Guid DeviceId, long Number)
{
    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public static DeviceCommands? Evolve(DeviceCommands? commands, object @event) =>
        @event is DeviceCommandIssued e ? new DeviceCommands(e.OwnerId, e.DeviceId, (commands?.Number ?? 0) + 1) : commands;
}
