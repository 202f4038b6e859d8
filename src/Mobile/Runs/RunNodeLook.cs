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
        RunTaskStatus.Running => "node-running turning",
        RunTaskStatus.Completed => "node-completed",
        RunTaskStatus.Faulted => "node-failed",
        RunTaskStatus.Cancelled => "node-cancelled",
        _ => "node-pending",
    };
}
