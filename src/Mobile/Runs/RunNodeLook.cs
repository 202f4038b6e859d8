using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>The look of a node's state: an icon and a colour, beside its word.</summary>
public static class RunNodeLook
{
    public static string Icon(RunTaskStatus status) => status switch
    {
        RunTaskStatus.Running => "spinner",
        RunTaskStatus.Completed => "check",
        RunTaskStatus.Faulted => "cross",
        RunTaskStatus.Cancelled => "slashed",
        _ => "hourglass",
    };

    public static string Class(RunTaskStatus status) => status switch
    {
        RunTaskStatus.Running => "mark-running turning",
        RunTaskStatus.Completed => "mark-completed",
        RunTaskStatus.Faulted => "mark-failed",
        RunTaskStatus.Cancelled => "mark-cancelled",
        _ => "mark-pending",
    };
}
