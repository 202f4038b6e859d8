using Jarvis.Application.Devices;
using Jarvis.Domain.Runs;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>
/// Which device a waiting run goes to: the one asked for, or the owner's least busy one in touch; or why it waits, and for which limit.
/// </summary>
public static class DeviceChoice
{
    public static async Task<(Guid? Device, RunWaitReason? Reason, int? Limit)> Choose(IDocumentSession session, RunDispatch run, CancellationToken cancellation)
    {
        var devices = (await session.Query<DevicePresence>().Where(device => device.OwnerId == run.OwnerId).ToListAsync(cancellation))
            .Where(device => !device.IsRevoked && (run.AskedDeviceId is null || device.Id == run.AskedDeviceId))
            .ToList();
        if (devices.Count == 0)
        {
            return (run.AskedDeviceId, RunWaitReason.NoDevice, null);
        }

        var online = devices.Where(device => device.IsOnline).ToList();
        if (online.Count == 0)
        {
            return (run.AskedDeviceId, RunWaitReason.DeviceOffline, null);
        }

        var rules = (await session.Query<DeviceRule>().Where(rule => rule.OwnerId == run.OwnerId).ToListAsync(cancellation)).ToDictionary(rule => rule.Id);
        var willing = online.Where(device => rules.GetValueOrDefault(device.Id) is not { IsPaused: true }).ToList();
        if (willing.Count == 0)
        {
            return (run.AskedDeviceId ?? online[0].Id, RunWaitReason.DevicePaused, null);
        }

        var open = (await session.Query<RunDispatch>().Where(other => other.OwnerId == run.OwnerId).ToListAsync(cancellation)).Where(other => other.Id != run.Id).ToList();
        var full = await FullWorkflows(session, open.Append(run), open, cancellation);
        if (run.WorkflowId is { } workflow && full.TryGetValue(workflow, out var allowed))
        {
            return (null, RunWaitReason.WorkflowBusy, allowed);
        }

        var candidates = willing
            .Select(device => (device.Id, Load: open.Count(other => !other.IsWaiting && other.DeviceId == device.Id),
                Limit: rules.GetValueOrDefault(device.Id)?.AtOnce ?? RunLimits.AtOncePerDevice))
            .OrderBy(device => device.Load).ThenBy(device => device.Id)
            .ToList();
        var least = candidates.Find(device => device.Load < device.Limit);
        if (least == default)
        {
            return (candidates[0].Id, RunWaitReason.DeviceBusy, candidates[0].Limit);
        }

        var ahead = open.Count(other => other.IsWaiting && other.Turn().CompareTo(run.Turn()) < 0
            && (other.AskedDeviceId is null || other.AskedDeviceId == least.Id)
            && !(other.WorkflowId is { } its && full.ContainsKey(its)));
        return ahead > 0 && least.Load + ahead >= least.Limit ? (least.Id, RunWaitReason.BehindOthers, null) : (least.Id, null, null);
    }

    /// <summary>The workflows of these runs of which as many are under way as are allowed, with that number.</summary>
    internal static async Task<Dictionary<Guid, int>> FullWorkflows(
        IQuerySession session, IEnumerable<RunDispatch> runs, IReadOnlyCollection<RunDispatch> open, CancellationToken cancellation)
    {
        var workflows = runs.Select(run => run.WorkflowId).OfType<Guid>().Distinct().ToArray();
        return (await session.LoadManyAsync<WorkflowRule>(cancellation, workflows))
            .Where(rule => rule.AtOnce is { } allowed && open.Count(other => !other.IsWaiting && other.WorkflowId == rule.Id) >= allowed)
            .ToDictionary(rule => rule.Id, rule => rule.AtOnce!.Value);
    }
}

/// <summary>Looks at what waits, in its turn. A workflow with very many waiting runs does not hide the others.</summary>
public static class CapacityChangedHandler
{
    public static async Task Handle(CapacityChanged changed, IDocumentSession session, Wolverine.IMessageContext bus, CancellationToken cancellation)
    {
        var waiting = await session.Query<RunDispatch>().Where(run => run.OwnerId == changed.OwnerId && run.IsWaiting).ToListAsync(cancellation);
        var looked = waiting.OrderBy(run => run.Turn()).GroupBy(run => run.WorkflowId)
            .SelectMany(workflow => workflow.Take(RunLimits.MaxWaitingLookedAtPerWorkflow))
            .OrderBy(run => run.Turn()).Take(RunLimits.MaxWaitingLookedAt);
        foreach (var run in looked)
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
