using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Runs;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;

namespace Jarvis.Api.Devices;

/// <summary>An owner's devices and open runs at one moment, as dispatch's rule asks for them, from the views.</summary>
public sealed class OwnerPlaces
{
    private readonly List<OpenRow> runs;

    private OwnerPlaces(List<DeviceRow> devices, List<OpenRow> runs, Dictionary<Guid, int> limits)
    {
        this.runs = runs;
        Devices = devices;
        Places = new Places([.. devices.Where(device => device.Status != DeviceStatus.Revoked).Select(Place)], [.. runs.Select(run => run.Seen())], limits);
    }

    /// <summary>Those that are not revoked, and those that are.</summary>
    public IReadOnlyList<DeviceRow> Devices { get; }

    public Places Places { get; }

    /// <summary>Of many devices of one owner, by one reading.</summary>
    public static IDataLoaderResult<OwnerPlaces?> Load(IResolveFieldContext context, Guid owner, ReadPoint point) =>
        context.Load<Guid, OwnerPlaces>(FormattableString.Invariant($"places {point.Position} {point.AtLeast}"), owner, async (owners, cancel) =>
        {
            var read = new Dictionary<Guid, OwnerPlaces>();
            foreach (var one in owners)
            {
                read[one] = await Read(context, one, point, cancel);
            }

            return read;
        });

    public static async Task<OwnerPlaces> Read(IResolveFieldContext context, Guid owner, ReadPoint point, CancellationToken cancel)
    {
        // Each view is at a place of its own: all are brought to the moment that is asked about.
        var asOf = point.Position is { } position ? new AsOf(new Position(position), null) : null;
        foreach (var view in (string[])[RunsView.Name, WorkflowsView.Name, DevicesView.Name])
        {
            await context.Service<ReadPoints>().Settle(view, asOf, point.AtLeast > 0 ? new Position(point.AtLeast) : null, cancel);
        }

        var views = context.Service<ViewReader>();
        Conditions Of()
        {
            var conditions = new Conditions();
            point.Pick(conditions);
            return conditions.Add("owner_id = ?", owner);
        }

        var devices = await DeviceList.Rows(context, point, "", conditions => conditions.Add("owner_id = ?", owner));
        var open = Of().Add("status in ('pending', 'running', 'paused')");
        var runs = await views.Rows<OpenRow>(context.Caller(),
            $"select {RowMapper<OpenRow>.Columns} from {ViewTables.Schema}.runs where {open.Sql} order by requested_position limit {RunList.CountLimit}", open.Parameters, cancel);
        var limited = Of().Add("at_once is not null");
        var limits = await views.Rows(context.Caller(),
            $"select workflow_id, at_once from {ViewTables.Schema}.workflows where {limited.Sql}", limited.Parameters, static row => (row.GetGuid(0), row.GetInt32(1)), cancel);
        return new OwnerPlaces(devices, runs, limits.ToDictionary(limit => limit.Item1, limit => limit.Item2));
    }

    /// <summary>Why nothing runs on the device; none where something does.</summary>
    public IReadOnlyList<IdleReason> WhyIdle(DeviceRow device)
    {
        var has = runs.Where(run => run.DeviceId == device.DeviceId).Select(run => new RunOnDevice(run.RunId, run.Status, run.ControlsOpen > 0)).ToList();
        IReadOnlyList<OpenRun> looked =
        [
            .. Places.Waiting(RunLimits.MaxWaitingLookedAt, RunLimits.MaxWaitingLookedAtPerWorkflow, run => run.MayGoTo(device.DeviceId)),
            .. Places.Waiting(RunLimits.MaxWaitingLookedAt, RunLimits.MaxWaitingLookedAtPerWorkflow, run => !run.MayGoTo(device.DeviceId)),
        ];
        return Idleness.Of(
            new IdleDevice(device.DeviceId, device.RevokedAt, device.RevokedBy, device.Status == DeviceStatus.Online ? null : device.LastSeenAt, device.PausedAt, device.PausedBy),
            Places, has, looked);
    }

    private static DevicePlace Place(DeviceRow device) => new(
        device.DeviceId, device.Status == DeviceStatus.Online, device.PausedAt is not null, device.May(DeviceScope.TakeRuns), device.AtOnce ?? RunLimits.AtOncePerDevice,
        device.Can?.Functions);

    /// <summary>Of a run that has not ended what the rule asks for.</summary>
    private sealed record OpenRow(
        Guid RunId, Guid? AskedDeviceId, Guid? DeviceId, DateTimeOffset RequestedAt, Guid? WorkflowId, RunPriority Priority, IReadOnlyList<string>? Needs, RunStatus Status,
        int ControlsOpen)
    {
        public OpenRun Seen() => new(RunId, AskedDeviceId, DeviceId, RequestedAt, WorkflowId, Priority, Needs ?? []);
    }
}
