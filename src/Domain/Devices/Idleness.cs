using Jarvis.Domain.Runs;

namespace Jarvis.Domain.Devices;

/// <summary>Why nothing runs on a device: one of several causes, each with its stable name.</summary>
public enum IdleCode
{
    /// <summary>It was unbound; it must be paired again.</summary>
    Revoked,

    /// <summary>Its owner does not let it take runs.</summary>
    NotAllowed,

    /// <summary>It is not in touch.</summary>
    Offline,

    /// <summary>A person paused everything on it.</summary>
    Paused,

    /// <summary>Runs were sent to it that it has not begun.</summary>
    Starting,

    /// <summary>The runs that it has are paused.</summary>
    RunsPaused,

    /// <summary>Runs on it were asked for something that the PC has not done yet.</summary>
    AwaitsControl,

    /// <summary>As many runs as it is given at once are on it, and none of them moves.</summary>
    Full,

    /// <summary>Runs wait that it could do, but their workflow has as many under way as are allowed.</summary>
    WorkflowBusy,

    /// <summary>Runs wait that call a function that it cannot do.</summary>
    Unable,

    /// <summary>Runs wait, but for another device.</summary>
    ForOthers,

    /// <summary>No run waits that could come here.</summary>
    NothingWaits,
}

/// <param name="Message">A sentence for people.</param>
/// <param name="Since">Since when, where that is known.</param>
/// <param name="By">Who, where a person did it.</param>
/// <param name="Limit">Where it is a limit: how many runs that allows at once.</param>
/// <param name="Count">How many runs it is about; 0 where it is about none.</param>
/// <param name="Runs">The first of them, in their turn.</param>
/// <param name="Functions">Where it is unable: what it lacks.</param>
public sealed record IdleReason(
    IdleCode Code, string Message, DateTimeOffset? Since = null, Guid? By = null, int? Limit = null, int Count = 0, IReadOnlyList<Guid>? Runs = null,
    IReadOnlyList<string>? Functions = null);

/// <summary>What is known about the device that is asked about, beyond what dispatch needs.</summary>
/// <param name="AwaySince">When it was last heard, where it is not in touch.</param>
public sealed record IdleDevice(
    Guid Id, DateTimeOffset? RevokedAt, Guid? RevokedBy, DateTimeOffset? AwaySince, DateTimeOffset? PausedAt, Guid? PausedBy);

/// <param name="AwaitsControl">It was asked to pause, resume or end, and the PC has not done it.</param>
public sealed record RunOnDevice(Guid Id, RunStatus Status, bool AwaitsControl);

/// <summary>Tells why nothing runs on a device, by the rule that dispatch itself goes by.</summary>
public static class Idleness
{
    /// <summary>Runs that one reason names.</summary>
    private const int MaxRuns = 10;

    /// <summary>Every reason, what its owner can mend first; none where something runs.</summary>
    /// <param name="has">The runs that the device has.</param>
    /// <param name="waiting">The owner's waiting runs that are looked at, in their turn.</param>
    public static IReadOnlyList<IdleReason> Of(IdleDevice device, Places places, IReadOnlyCollection<RunOnDevice> has, IReadOnlyCollection<OpenRun> waiting)
    {
        if (device.RevokedAt is { } revoked)
        {
            return [new IdleReason(IdleCode.Revoked, "The device was unbound; pair it again to run something on it.", revoked, device.RevokedBy)];
        }

        if (has.Any(run => run is { Status: RunStatus.Running, AwaitsControl: false }))
        {
            return [];
        }

        var reasons = new List<IdleReason>();
        var placed = waiting.Select(run => (Run: run, Place: places.For(run))).ToList();
        OfDevice(device, places.Find(device.Id), placed, reasons);
        OfItsRuns(device.Id, places, has, placed, reasons);
        OfWaiting(device.Id, places, placed, reasons);
        return reasons;
    }

    private static void OfDevice(IdleDevice device, DevicePlace? place, List<(OpenRun Run, Placement Place)> placed, List<IdleReason> reasons)
    {
        IReadOnlyList<Guid> Held(RunWaitReason reason) => [.. placed.Where(one => one.Run.MayGoTo(device.Id) && one.Place.Reason == reason).Select(one => one.Run.Id)];
        if (place is { MayTakeRuns: false })
        {
            reasons.Add(About(IdleCode.NotAllowed, Held(RunWaitReason.DeviceNotAllowed), "Its owner does not let the device take runs."));
        }

        if (place is { IsOnline: false })
        {
            reasons.Add(About(IdleCode.Offline, Held(RunWaitReason.DeviceOffline), "The device is not in touch; what waits for it starts when it comes back.") with { Since = device.AwaySince });
        }

        if (place is { IsPaused: true })
        {
            reasons.Add(About(IdleCode.Paused, Held(RunWaitReason.DevicePaused), "Everything on the device is paused; resume it to let runs start.") with { Since = device.PausedAt, By = device.PausedBy });
        }
    }

    private static void OfItsRuns(
        Guid device, Places places, IReadOnlyCollection<RunOnDevice> has, List<(OpenRun Run, Placement Place)> placed, List<IdleReason> reasons)
    {
        List<Guid> starting = [.. has.Where(run => run is { Status: RunStatus.Pending, AwaitsControl: false }).Select(run => run.Id)];
        starting.AddRange(placed.Where(one => one.Place == new Placement(device, null)).Select(one => one.Run.Id));
        Add(reasons, IdleCode.Starting, starting, "Runs are on their way to the device, which has not begun them.");
        Add(reasons, IdleCode.AwaitsControl, [.. has.Where(run => run.AwaitsControl).Select(run => run.Id)], "The PC was asked to pause, resume or end its runs, and has not done it yet.");
        List<Guid> paused = [.. has.Where(run => run is { Status: RunStatus.Paused, AwaitsControl: false }).Select(run => run.Id)];
        Add(reasons, IdleCode.RunsPaused, paused, "The runs on the device are paused.");
        if (places.Find(device) is { } place && places.Load(device) >= place.AtOnce)
        {
            List<Guid> held = [.. placed.Where(one => one.Place is { Reason: RunWaitReason.DeviceBusy } && one.Run.MayGoTo(device)).Select(one => one.Run.Id)];
            reasons.Add(About(IdleCode.Full, held, $"The device has as many runs as it is given at once ({place.AtOnce}).") with { Limit = place.AtOnce });
        }
    }

    private static void OfWaiting(Guid device, Places places, List<(OpenRun Run, Placement Place)> placed, List<IdleReason> reasons)
    {
        var mine = placed.Where(one => one.Run.MayGoTo(device)).ToList();
        foreach (var limited in mine.Where(one => one.Place.Reason == RunWaitReason.WorkflowBusy).GroupBy(one => one.Place.Limit))
        {
            Add(reasons, IdleCode.WorkflowBusy, [.. limited.Select(one => one.Run.Id)], "Their workflow has as many runs under way as are allowed at once.", limited.Key);
        }

        var lacking = places.Find(device) is { } place ? mine.Select(one => (one.Run.Id, Lacks: place.Lacks(one.Run.Needs))).Where(one => one.Lacks.Count > 0).ToList() : [];
        if (lacking.Count > 0)
        {
            IReadOnlyList<string> functions = [.. lacking.SelectMany(one => one.Lacks).Distinct().Order(StringComparer.Ordinal)];
            reasons.Add(About(IdleCode.Unable, [.. lacking.Select(one => one.Id)], $"They call what this PC cannot do: {string.Join(", ", functions)}.") with { Functions = functions });
        }

        List<Guid> elsewhere = [.. placed.Where(one => !one.Run.MayGoTo(device) || (one.Place.Reason is null && one.Place.DeviceId != device)).Select(one => one.Run.Id)];
        Add(reasons, IdleCode.ForOthers, elsewhere, "Runs wait for another device.");
        if (mine.Count == 0)
        {
            reasons.Add(new IdleReason(IdleCode.NothingWaits, "No run waits that could come here; start one."));
        }
    }

    private static void Add(List<IdleReason> reasons, IdleCode code, List<Guid> runs, string message, int? limit = null)
    {
        if (runs.Count > 0)
        {
            reasons.Add(About(code, runs, message) with { Limit = limit });
        }
    }

    private static IdleReason About(IdleCode code, IReadOnlyList<Guid> runs, string message) =>
        new(code, message, Count: runs.Count, Runs: [.. runs.Take(MaxRuns)]);
}
