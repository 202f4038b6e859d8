using System.Text;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>A runner said hello.</summary>
/// <param name="Address">Where the connection comes from; kept sealed.</param>
/// <param name="Clock">Its clock minus ours.</param>
/// <param name="LastCommand">The last command number it has.</param>
/// <param name="Capabilities">What the PC can do; null where it does not tell.</param>
public sealed record ConnectDevice(
    Guid DeviceId, string Os, string Version, string? Address, ClockOffset Clock, long LastCommand, DeviceCapabilities? Capabilities = null)
{
    /// <summary>What logs may say: an address is personal.</summary>
    public override string ToString() => $"{nameof(ConnectDevice)} {DeviceId}";
}

/// <param name="Epoch">The device's new epoch; 0 where it is refused.</param>
public sealed record DeviceConnection(long Epoch, Refusal? Refusal);

public static class ConnectDeviceHandler
{
    public static async Task<DeviceConnection> Handle(
        ConnectDevice hello, IDocumentSession session, IMessageContext bus, Vault vault, MasterKey keys, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(hello.DeviceId, cancellation);
        if (stream.Aggregate is not { } device)
        {
            return new DeviceConnection(0, DeviceRefusals.NotFound);
        }

        var now = clock.GetUtcNow();
        var address = await vault.SealText(device.OwnerId, hello.Address, cancellation);
        var decision = device.Connect(hello.Os, hello.Version, address, hello.Clock, hello.Capabilities, now);
        if (decision.Refusal is { } refusal)
        {
            return new DeviceConnection(0, refusal);
        }

        stream.AppendMany(decision.Events);
        var epoch = decision.Events.OfType<DeviceConnected>().Single().Epoch;
        session.Store(new DevicePresence
        {
            Id = hello.DeviceId,
            OwnerId = device.OwnerId,
            Epoch = epoch,
            LastSeenAt = now,
            IsOnline = true,
            LastReceived = hello.LastCommand,
            AddressKey = AddressKey(keys, hello.Address),
        });
        session.KeepAbility(hello.DeviceId, device.OwnerId, decision.Events);
        await bus.ScheduleAsync(new CheckLease(hello.DeviceId, epoch), now.AddSeconds(Lease.StaleSeconds));
        await bus.PublishAsync(new CapacityChanged(device.OwnerId));
        return new DeviceConnection(epoch, null);
    }

    /// <summary>Where dispatch asks for it, together with the event that tells.</summary>
    internal static void KeepAbility(this IDocumentSession session, Guid deviceId, Guid ownerId, IEnumerable<object> events)
    {
        if (events.OfType<DeviceCapabilitiesReported>().LastOrDefault() is { } reported)
        {
            session.Store(new DeviceAbility(deviceId, ownerId, reported.Capabilities.Functions));
        }
    }

    internal static string? AddressKey(MasterKey keys, string? address) =>
        address is null ? null : keys.Hash(HashPurpose.DeviceAddress, Encoding.UTF8.GetBytes(address));
}

/// <summary>A heartbeat.</summary>
/// <param name="Clock">Its clock minus ours; null where it tells no time.</param>
/// <param name="Capabilities">What the PC can do; null where it does not tell.</param>
public sealed record HearDevice(
    Guid DeviceId, long Epoch, string Os, string Version, string? Address, long LastReceived, ClockOffset? Clock = null, DeviceCapabilities? Capabilities = null)
{
    /// <summary>What logs may say: an address is personal.</summary>
    public override string ToString() => $"{nameof(HearDevice)} {DeviceId}";
}

public static class HearDeviceHandler
{
    /// <summary>Null when it may go on; why not otherwise.</summary>
    public static async Task<DeviceConnection> Handle(
        HearDevice beat, IDocumentSession session, IMessageContext bus, Vault vault, MasterKey keys, TimeProvider clock, CancellationToken cancellation)
    {
        // Presence is rewritten although nothing may be appended: the stream is held, so that no hello and no revocation comes between.
        var stream = await session.Events.FetchForExclusiveWriting<Device>(beat.DeviceId, cancellation);
        if (stream.Aggregate is not { } device || await session.LoadAsync<DevicePresence>(beat.DeviceId, cancellation) is not { } presence)
        {
            return new DeviceConnection(0, DeviceRefusals.NotFound);
        }

        var now = clock.GetUtcNow();
        var addressKey = ConnectDeviceHandler.AddressKey(keys, beat.Address);
        var moved = addressKey != presence.AddressKey;
        var decision = device.Hear(
            beat.Epoch, beat.Os, beat.Version, moved, moved ? await vault.SealText(presence.OwnerId, beat.Address, cancellation) : null, now,
            beat.Clock, beat.Capabilities);
        if (decision.Refusal is { } refusal)
        {
            return new DeviceConnection(0, refusal);
        }

        stream.AppendMany(decision.Events);
        session.Store(presence with { LastSeenAt = now, IsOnline = true, AddressKey = addressKey, LastReceived = Math.Max(presence.LastReceived, beat.LastReceived) });
        session.KeepAbility(beat.DeviceId, presence.OwnerId, decision.Events);
        if (!presence.IsOnline)
        {
            await bus.ScheduleAsync(new CheckLease(beat.DeviceId, beat.Epoch), now.AddSeconds(Lease.StaleSeconds));
        }

        if (!presence.IsOnline || decision.Events.OfType<DeviceCapabilitiesReported>().Any())
        {
            await bus.PublishAsync(new CapacityChanged(presence.OwnerId));
        }

        return new DeviceConnection(beat.Epoch, null);
    }
}
