using Jarvis.Application.Devices;
using Jarvis.Domain.Runs;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>Which device a waiting run goes to: the one asked for, or the owner's least busy one in touch; or why it waits.</summary>
public static class DeviceChoice
{
    public static async Task<(Guid? Device, RunWaitReason? Reason)> Choose(IDocumentSession session, RunDispatch run, CancellationToken cancellation)
    {
        var devices = (await session.Query<DevicePresence>().Where(device => device.OwnerId == run.OwnerId).ToListAsync(cancellation))
            .Where(device => !device.IsRevoked && (run.AskedDeviceId is null || device.Id == run.AskedDeviceId))
            .ToList();
        if (devices.Count == 0)
        {
            return (run.AskedDeviceId, RunWaitReason.NoDevice);
        }

        var online = devices.Where(device => device.IsOnline).ToList();
        if (online.Count == 0)
        {
            return (run.AskedDeviceId, RunWaitReason.DeviceOffline);
        }

        var open = await session.Query<RunDispatch>().Where(other => other.OwnerId == run.OwnerId).ToListAsync(cancellation);
        var least = online
            .Select(device => (device.Id, Load: open.Count(other => !other.IsWaiting && other.DeviceId == device.Id && other.Id != run.Id)))
            .OrderBy(pair => pair.Load).ThenBy(pair => pair.Id)
            .First();
        if (least.Load >= RunLimits.AtOncePerDevice)
        {
            return (least.Id, RunWaitReason.DeviceBusy);
        }

        var ahead = open.Count(other => other.IsWaiting && other.Id != run.Id
            && (other.RequestedAt, other.Id).CompareTo((run.RequestedAt, run.Id)) < 0
            && (other.AskedDeviceId is null || other.AskedDeviceId == least.Id));
        return ahead > 0 && least.Load + ahead >= RunLimits.AtOncePerDevice ? (least.Id, RunWaitReason.BehindOthers) : (least.Id, null);
    }
}

/// <summary>Looks at what waits, oldest first.</summary>
public static class CapacityChangedHandler
{
    public static async Task Handle(CapacityChanged changed, IDocumentSession session, Wolverine.IMessageContext bus, CancellationToken cancellation)
    {
        var waiting = await session.Query<RunDispatch>()
            .Where(run => run.OwnerId == changed.OwnerId && run.IsWaiting)
            .OrderBy(run => run.RequestedAt).Take(RunLimits.MaxWaitingLookedAt)
            .ToListAsync(cancellation);
        foreach (var run in waiting)
        {
            await bus.PublishAsync(new RetryDispatch(run.OwnerId, run.Id));
        }
    }
}

/// <summary>Tells every open run that a revoked device had or was asked for.</summary>
public static class DeviceWasRevokedHandler
{
    public static async Task Handle(DeviceWasRevoked revoked, IDocumentSession session, Wolverine.IMessageContext bus, CancellationToken cancellation)
    {
        var runs = await session.Query<RunDispatch>().Where(run => run.OwnerId == revoked.OwnerId).ToListAsync(cancellation);
        foreach (var run in runs.Where(run => (run.DeviceId ?? run.AskedDeviceId) == revoked.DeviceId))
        {
            await bus.PublishAsync(new RunLostDevice(run.OwnerId, run.Id, revoked.DeviceId));
        }
    }
}
