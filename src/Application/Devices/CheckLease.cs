using Jarvis.Domain.Devices;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>
/// Looks whether a device is still heard; scheduled anew while it is, so that one message per device is under way, which
/// survives a restart. An expired lease only shows the device offline.
/// </summary>
public sealed record CheckLease(Guid DeviceId, long Epoch);

public static class CheckLeaseHandler
{
    public static async Task Handle(CheckLease check, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var presence = await session.LoadAsync<DevicePresence>(check.DeviceId, cancellation);
        if (presence is null || presence.Epoch != check.Epoch || presence.IsRevoked)
        {
            return;
        }

        var now = clock.GetUtcNow();
        var silence = now - presence.LastSeenAt;
        if (silence < TimeSpan.FromSeconds(Lease.StaleSeconds))
        {
            await bus.ScheduleAsync(check, presence.LastSeenAt.AddSeconds(Lease.StaleSeconds));
            return;
        }

        var stream = await session.Events.FetchForWriting<Device>(check.DeviceId, cancellation);
        if (stream.Aggregate is not { } device)
        {
            return;
        }

        var isGone = silence >= TimeSpan.FromSeconds(Lease.Seconds);
        stream.AppendMany((isGone
            ? device.GoOffline(check.Epoch, presence.LastSeenAt, now)
            : device.BecomeStale(check.Epoch, presence.LastSeenAt, now)).Events);
        if (presence.IsOnline)
        {
            session.Store(presence with { IsOnline = false });
        }

        if (!isGone)
        {
            await bus.ScheduleAsync(check, presence.LastSeenAt.AddSeconds(Lease.Seconds));
        }
    }
}

/// <summary>The socket closed: the device is stale at once, and offline when its lease ends unless it returns.</summary>
public sealed record LoseDevice(Guid DeviceId, long Epoch);

public static class LoseDeviceHandler
{
    public static async Task Handle(LoseDevice lost, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var presence = await session.LoadAsync<DevicePresence>(lost.DeviceId, cancellation);
        if (presence is null || presence.Epoch != lost.Epoch || !presence.IsOnline)
        {
            return;
        }

        var stream = await session.Events.FetchForWriting<Device>(lost.DeviceId, cancellation);
        if (stream.Aggregate is not { } device)
        {
            return;
        }

        stream.AppendMany(device.BecomeStale(lost.Epoch, presence.LastSeenAt, clock.GetUtcNow()).Events);
        session.Store(presence with { IsOnline = false });
        await bus.ScheduleAsync(new CheckLease(lost.DeviceId, lost.Epoch), presence.LastSeenAt.AddSeconds(Lease.Seconds));
    }
}
