using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Runs;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>Asks the rule of <see cref="Places"/> by what stands in this transaction.</summary>
public static class DeviceChoice
{
    /// <summary>Where a waiting run goes, or why it waits.</summary>
    public static async Task<Placement> Choose(IDocumentSession session, RunDispatch run, CancellationToken cancellation) =>
        (await Gather(session, run.OwnerId, run, cancellation)).For(run.Seen());

    /// <summary>The owner's devices and open runs.</summary>
    /// <param name="run">As it stands here, in the place of what is stored of it.</param>
    public static async Task<Places> Gather(IDocumentSession session, Guid owner, RunDispatch? run, CancellationToken cancellation)
    {
        var batch = session.CreateBatchQuery();
        var presences = batch.Query<DevicePresence>().Where(device => device.OwnerId == owner).ToList();
        var rules = batch.Query<DeviceRule>().Where(rule => rule.OwnerId == owner).ToList();
        var abilities = batch.Query<DeviceAbility>().Where(ability => ability.OwnerId == owner).ToList();
        var others = batch.Query<RunDispatch>().Where(other => other.OwnerId == owner).ToList();
        await batch.Execute(cancellation);
        var ruled = (await rules).ToDictionary(rule => rule.Id);
        var able = (await abilities).ToDictionary(ability => ability.Id);
        var open = (await others).Where(other => other.Id != run?.Id).Concat(run is null ? [] : [run]).Select(other => other.Seen()).ToList();
        var devices = (await presences).Where(device => !device.IsRevoked).Select(device => Place(device, ruled.GetValueOrDefault(device.Id), able.GetValueOrDefault(device.Id))).ToList();
        return new Places(devices, open, await Limits(session, open, cancellation));
    }

    private static DevicePlace Place(DevicePresence device, DeviceRule? rule, DeviceAbility? ability) => new(
        device.Id, device.IsOnline, rule?.IsPaused == true, rule?.May(DeviceScope.TakeRuns) ?? true, rule?.AtOnce ?? RunLimits.AtOncePerDevice, ability?.Functions);

    private static async Task<Dictionary<Guid, int>> Limits(IQuerySession session, List<OpenRun> open, CancellationToken cancellation)
    {
        var workflows = open.Where(run => run.IsWaiting).Select(run => run.WorkflowId).OfType<Guid>().Distinct().ToArray();
        return (await session.LoadManyAsync<WorkflowRule>(cancellation, workflows)).Where(rule => rule.AtOnce is not null).ToDictionary(rule => rule.Id, rule => rule.AtOnce!.Value);
    }
}

/// <summary>Looks at what waits, in its turn: at all that have a place now, and at the first of the others, which may wait for something else by now.</summary>
public static class CapacityChangedHandler
{
    public static async Task Handle(CapacityChanged changed, IDocumentSession session, Wolverine.IMessageContext bus, CancellationToken cancellation)
    {
        if (!await session.Query<RunDispatch>().AnyAsync(run => run.OwnerId == changed.OwnerId && run.IsWaiting, cancellation))
        {
            return;
        }

        var places = await DeviceChoice.Gather(session, changed.OwnerId, null, cancellation);
        var going = places.Going(RunLimits.MaxAtOnce);
        var gone = going.Select(run => run.Id).ToHashSet();
        // Those with a place come first: what the others wait for is then noted as it is once they went.
        foreach (var run in going.Concat(places.Waiting(RunLimits.MaxWaitingLookedAt, RunLimits.MaxWaitingLookedAtPerWorkflow, run => !gone.Contains(run.Id))))
        {
            await bus.PublishAsync(new RetryDispatch(changed.OwnerId, run.Id));
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
