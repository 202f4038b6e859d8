using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Runs;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>Gathers what the rule of <see cref="Places"/> asks for, as it stands in this transaction.</summary>
public static class DeviceChoice
{
    /// <summary>Where a waiting run goes, or why it waits.</summary>
    public static async Task<Placement> Choose(IDocumentSession session, RunDispatch run, CancellationToken cancellation)
    {
        var owner = run.OwnerId;
        var batch = session.CreateBatchQuery();
        var presences = batch.Query<DevicePresence>().Where(device => device.OwnerId == owner).ToList();
        var rules = batch.Query<DeviceRule>().Where(rule => rule.OwnerId == owner).ToList();
        var abilities = batch.Query<DeviceAbility>().Where(ability => ability.OwnerId == owner).ToList();
        var others = batch.Query<RunDispatch>().Where(other => other.OwnerId == owner).ToList();
        await batch.Execute(cancellation);
        var ruled = (await rules).ToDictionary(rule => rule.Id);
        var able = (await abilities).ToDictionary(ability => ability.Id);
        var open = (await others).Where(other => other.Id != run.Id).Append(run).Select(other => other.Seen()).ToList();
        var devices = (await presences).Where(device => !device.IsRevoked).Select(device => Place(device, ruled.GetValueOrDefault(device.Id), able.GetValueOrDefault(device.Id))).ToList();
        return new Places(devices, open, await Limits(session, open, cancellation)).For(run.Seen());
    }

    private static DevicePlace Place(DevicePresence device, DeviceRule? rule, DeviceAbility? ability) => new(
        device.Id, device.IsOnline, rule?.IsPaused == true, rule?.May(DeviceScope.TakeRuns) ?? true, rule?.AtOnce ?? RunLimits.AtOncePerDevice, ability?.Functions);

    private static async Task<Dictionary<Guid, int>> Limits(IQuerySession session, List<OpenRun> open, CancellationToken cancellation)
    {
        var workflows = open.Where(run => run.IsWaiting).Select(run => run.WorkflowId).OfType<Guid>().Distinct().ToArray();
        return (await session.LoadManyAsync<WorkflowRule>(cancellation, workflows)).Where(rule => rule.AtOnce is not null).ToDictionary(rule => rule.Id, rule => rule.AtOnce!.Value);
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
