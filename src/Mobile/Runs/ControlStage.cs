using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

public enum ControlProgress
{
    /// <summary>Nothing was asked, or it took effect.</summary>
    None,

    /// <summary>Asked; the PC has not said that it heard.</summary>
    Asked,

    /// <summary>The PC heard, and is at it.</summary>
    Heard,

    /// <summary>Asked a while ago, and the PC has not said a word.</summary>
    Silent,

    /// <summary>Its time passed before it took effect.</summary>
    Expired,

    /// <summary>The PC could not do it.</summary>
    Refused,
}

/// <summary>How far what was asked of a run's PC is. A control is shown as done when it is done, never before.</summary>
/// <param name="Kind">What was asked.</param>
/// <param name="Code">Why the PC could not.</param>
/// <param name="DeviceWasOnline">Of an expired one: whether the PC could be reached at its end.</param>
public sealed record ControlStage(ControlProgress Progress, ControlKind Kind, string? Code, bool? DeviceWasOnline)
{
    /// <summary>A PC that is there says that it heard well within this time.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(15);

    public static readonly ControlStage None = new(ControlProgress.None, ControlKind.Unknown, null, null);

    /// <summary>It was asked a while ago, and is still not so: more may be done about it.</summary>
    public bool TakesLong { get; init; }

    /// <summary>While this holds, the run's page looks again every second.</summary>
    public bool IsOpen => Progress is ControlProgress.Asked or ControlProgress.Heard or ControlProgress.Silent;

    /// <summary>The stage of the last control. A run that has ended is as it is, whatever was asked of it.</summary>
    public static ControlStage Of(RunStatus status, IReadOnlyList<ControlView> controls, DateTimeOffset now)
    {
        if (status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled || controls.Count == 0)
        {
            return None;
        }

        var last = controls.MaxBy(control => control.RequestedAt)!;
        var isLong = now - last.RequestedAt >= SilentAfter;
        return last.Phase switch
        {
            ControlPhase.Requested => new ControlStage(isLong ? ControlProgress.Silent : ControlProgress.Asked, last.Kind, null, null) { TakesLong = isLong },
            ControlPhase.Acknowledged => new ControlStage(ControlProgress.Heard, last.Kind, null, null) { TakesLong = isLong },
            ControlPhase.Expired => new ControlStage(ControlProgress.Expired, last.Kind, null, last.DeviceWasOnline),
            ControlPhase.Refused => new ControlStage(ControlProgress.Refused, last.Kind, last.Code, null),
            _ => None,
        };
    }
}
