using Jarvis.Domain.Devices;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>
/// Looks whether a device is still heard; scheduled anew while it is, so that one message per device is under way, which
/// survives a restart. An expired lease only shows the device offline.
/// </summary>
public sealed record CheckLease(Guid DeviceId, long Epoch);

public static class CheckLeaseHandler
{
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(Lease.StaleSeconds);

    public static async Task Handle(CheckLease check, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        // Most are heard, which is seen without their stream.
        var (presence, silence) = await Look(check, session, now, cancellation);
        IEventStream<Device>? stream = null;
        if (silence >= Stale)
        {
            // Presence is rewritten although nothing may be appended: the stream is held, so that no hello and no revocation comes between.
            stream = await session.Events.FetchForExclusiveWriting<Device>(check.DeviceId, cancellation);
            (presence, silence) = await Look(check, session, now, cancellation);
        }

        if (presence is null)
        {
            return;
        }

        if (stream?.Aggregate is not { } device || silence < Stale)
        {
            await bus.ScheduleAsync(check, presence.LastSeenAt + Stale);
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

    /// <summary>None where the device was revoked or said hello again, which has a look of its own.</summary>
    private static async Task<(DevicePresence? Presence, TimeSpan Silence)> Look(
        CheckLease check, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        await session.LoadAsync<DevicePresence>(check.DeviceId, cancellation) is { IsRevoked: false } presence && presence.Epoch == check.Epoch
            ? (presence, now - presence.LastSeenAt)
            : default;
}

/// <summary>The socket closed: the device is stale at once, and offline when its lease ends unless it returns.</summary>
public sealed record LoseDevice(Guid DeviceId, long Epoch);

public static class LoseDeviceHandler
{
    public static async Task Handle(LoseDevice lost, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        // Held as above: a runner that was cut off says hello again at once.
        var stream = await session.Events.FetchForExclusiveWriting<Device>(lost.DeviceId, cancellation);
        var presence = await session.LoadAsync<DevicePresence>(lost.DeviceId, cancellation);
        if (stream.Aggregate is not { } device || presence is null || presence.Epoch != lost.Epoch || !presence.IsOnline)
        {
            return;
        }

        stream.AppendMany(device.BecomeStale(lost.Epoch, presence.LastSeenAt, clock.GetUtcNow()).Events);
        session.Store(presence with { IsOnline = false });
        await bus.ScheduleAsync(new CheckLease(lost.DeviceId, lost.Epoch), presence.LastSeenAt.AddSeconds(Lease.Seconds));
    }
}
