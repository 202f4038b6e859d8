using Jarvis.Domain.Devices;

namespace Jarvis.Domain.Runs;

/// <summary>A device of the owner's as dispatch sees it; revoked ones are not among them.</summary>
/// <param name="IsOnline">In touch: neither stale nor offline.</param>
/// <param name="MayTakeRuns">Its owner lets it.</param>
/// <param name="AtOnce">Runs that it is given at once.</param>
/// <param name="Functions">What the PC can do; null where its runner has not told, and then it is taken to be able.</param>
public sealed record DevicePlace(Guid Id, bool IsOnline, bool IsPaused, bool MayTakeRuns, int AtOnce, IReadOnlyCollection<string>? Functions)
{
    public bool IsWilling => IsOnline && MayTakeRuns && !IsPaused;

    public IReadOnlyList<string> Lacks(IReadOnlyList<string> needs) =>
        Functions is null || needs.Count == 0 ? [] : [.. needs.Where(name => !Functions.Contains(name, StringComparer.Ordinal))];
}

/// <summary>A run of the owner's that has not ended, as dispatch sees it.</summary>
/// <param name="DeviceId">Where it was sent or is; null while it waits.</param>
/// <param name="WorkflowId">Null for a run that began on a PC.</param>
/// <param name="Needs">Functions that its workflow is sure to call.</param>
public sealed record OpenRun(
    Guid Id, Guid? AskedDeviceId, Guid? DeviceId, DateTimeOffset RequestedAt, Guid? WorkflowId, RunPriority Priority, IReadOnlyList<string> Needs)
{
    public bool IsWaiting => DeviceId is null;

    /// <summary>The order in which waiting runs are given places: the least first.</summary>
    public (int, DateTimeOffset, Guid) Turn => (-(int)Priority, RequestedAt, Id);

    /// <summary>Whether it may go to that device, as far as it was asked for.</summary>
    public bool MayGoTo(Guid device) => AskedDeviceId is null || AskedDeviceId == device;
}

/// <summary>Where a waiting run goes, or why it waits and for what.</summary>
/// <param name="DeviceId">The device that it goes to, or waits for; null while none is chosen.</param>
/// <param name="Limit">Where it waits for a limit: how many runs that allows at once.</param>
/// <param name="Lacking">Where the device is unable: the functions that it lacks.</param>
public sealed record Placement(Guid? DeviceId, RunWaitReason? Reason, int? Limit = null, IReadOnlyList<string>? Lacking = null);

/// <summary>
/// The places that an owner's devices have, and who is to have them: the one rule by which dispatch gives runs to devices, by which a run
/// says why it waits, and by which an idle device says why nothing runs on it.
/// </summary>
/// <param name="open">Every run that has not ended.</param>
/// <param name="workflowLimits">Of the workflows that have one: how many of its runs may be under way at once.</param>
public sealed class Places(IReadOnlyCollection<DevicePlace> devices, IReadOnlyCollection<OpenRun> open, IReadOnlyDictionary<Guid, int> workflowLimits)
{
    private readonly Dictionary<Guid, int> loads = open.Where(run => !run.IsWaiting).GroupBy(run => run.DeviceId!.Value).ToDictionary(group => group.Key, group => group.Count());

    private readonly Dictionary<Guid, int> full = workflowLimits
        .Where(limit => open.Count(run => !run.IsWaiting && run.WorkflowId == limit.Key) >= limit.Value)
        .ToDictionary(limit => limit.Key, limit => limit.Value);

    /// <summary>Runs that the device has.</summary>
    public int Load(Guid device) => loads.GetValueOrDefault(device);

    public DevicePlace? Find(Guid device) => devices.FirstOrDefault(known => known.Id == device);

    /// <summary>The device asked for, or the least busy one in touch that can do it; or why it waits, and for which limit.</summary>
    public Placement For(OpenRun run)
    {
        var mine = devices.Where(device => run.MayGoTo(device.Id)).ToList();
        if (mine.Count == 0)
        {
            return new Placement(run.AskedDeviceId, RunWaitReason.NoDevice);
        }

        var allowed = mine.FindAll(device => device.MayTakeRuns);
        if (allowed.Count == 0)
        {
            return new Placement(run.AskedDeviceId, RunWaitReason.DeviceNotAllowed);
        }

        var able = allowed.FindAll(device => device.Lacks(run.Needs).Count == 0);
        if (able.Count == 0)
        {
            var nearest = allowed.MinBy(device => (device.Lacks(run.Needs).Count, device.Id))!;
            return new Placement(run.AskedDeviceId, RunWaitReason.DeviceUnable, Lacking: nearest.Lacks(run.Needs));
        }

        var online = able.FindAll(device => device.IsOnline);
        if (online.Count == 0)
        {
            return new Placement(run.AskedDeviceId, RunWaitReason.DeviceOffline);
        }

        var willing = online.FindAll(device => !device.IsPaused);
        return willing.Count == 0 ? new Placement(run.AskedDeviceId ?? online[0].Id, RunWaitReason.DevicePaused)
            : run.WorkflowId is { } workflow && full.TryGetValue(workflow, out var allows) ? new Placement(null, RunWaitReason.WorkflowBusy, allows)
            : Among(willing, run);
    }

    /// <summary>Waiting runs that have a place now, in their turn, each taken to have it once it was counted: none is hidden by those that can go nowhere.</summary>
    public IReadOnlyList<OpenRun> Going(int max)
    {
        var taken = devices.ToDictionary(device => device.Id, device => Load(device.Id));
        var left = workflowLimits.ToDictionary(limit => limit.Key, limit => limit.Value - open.Count(run => !run.IsWaiting && run.WorkflowId == limit.Key));
        var going = new List<OpenRun>();
        foreach (var run in open.Where(run => run.IsWaiting).OrderBy(run => run.Turn))
        {
            if (going.Count == max)
            {
                break;
            }

            var allows = 0;
            var isLimited = run.WorkflowId is { } workflow && left.TryGetValue(workflow, out allows);
            if ((isLimited && allows <= 0) || Free(run, taken) is not { } device)
            {
                continue;
            }

            going.Add(run);
            taken[device]++;
            if (isLimited)
            {
                left[run.WorkflowId!.Value] = allows - 1;
            }
        }

        return going;
    }

    /// <summary>Waiting runs in their turn. A workflow with very many of them does not hide the others.</summary>
    public IReadOnlyList<OpenRun> Waiting(int max, int maxOfOneWorkflow, Func<OpenRun, bool> among) =>
        [.. open.Where(run => run.IsWaiting && among(run)).OrderBy(run => run.Turn).GroupBy(run => run.WorkflowId).SelectMany(workflow => workflow.Take(maxOfOneWorkflow)).OrderBy(run => run.Turn).Take(max)];

    private Guid? Free(OpenRun run, Dictionary<Guid, int> taken) =>
        devices.Where(device => device.IsWilling && taken[device.Id] < device.AtOnce && run.MayGoTo(device.Id) && device.Lacks(run.Needs).Count == 0)
            .OrderBy(device => taken[device.Id]).ThenBy(device => device.Id).FirstOrDefault()?.Id;

    private Placement Among(List<DevicePlace> willing, OpenRun run)
    {
        var candidates = willing.OrderBy(device => Load(device.Id)).ThenBy(device => device.Id).ToList();
        if (candidates.Find(device => Load(device.Id) < device.AtOnce) is not { } least)
        {
            return new Placement(candidates[0].Id, RunWaitReason.DeviceBusy, candidates[0].AtOnce);
        }

        // Those before it in turn have the free places, where they may and can go there at all.
        var ahead = open.Count(other => other.IsWaiting && other.Id != run.Id && other.Turn.CompareTo(run.Turn) < 0 && other.MayGoTo(least.Id)
            && !(other.WorkflowId is { } its && full.ContainsKey(its)) && least.Lacks(other.Needs).Count == 0);
        return ahead > 0 && Load(least.Id) + ahead >= least.AtOnce ? new Placement(least.Id, RunWaitReason.BehindOthers) : new Placement(least.Id, null);
    }
}
