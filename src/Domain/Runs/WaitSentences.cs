namespace Jarvis.Domain.Runs;

/// <summary>Why a run waits, for people.</summary>
public static class WaitSentences
{
    /// <summary>One sentence.</summary>
    public static string Of(RunWaitReason reason, int? limit, IReadOnlyList<string>? lacking) => reason switch
    {
        RunWaitReason.NoDevice => "There is no device for it; pair one.",
        RunWaitReason.DeviceOffline => "No device that could take it is in touch.",
        RunWaitReason.DeviceBusy => $"The device has as many runs as it is given at once ({limit}).",
        RunWaitReason.BehindOthers => "Runs that are more urgent, or were asked for earlier, have the free places.",
        RunWaitReason.DevicePaused => "Everything on the device is paused.",
        RunWaitReason.WorkflowBusy => $"As many runs of the workflow are under way as are allowed at once ({limit}).",
        RunWaitReason.DeviceNotAllowed => "No device that it may go to is allowed to take runs.",
        RunWaitReason.DeviceUnable => $"No device that it may go to can do what the workflow calls: {string.Join(", ", lacking ?? [])}.",
        _ => "It waits.",
    };
}
