using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Admin.Runs;

/// <summary>The states of a run's nodes.</summary>
public static class TaskWords
{
    private static readonly Word Pending = new("就绪", "ready");
    private static readonly Word Running = new("执行中", "running");
    private static readonly Word Waiting = new("等待", "waiting");
    private static readonly Word Completed = new("完成", "completed");
    private static readonly Word Faulted = new("出错", "faulted");
    private static readonly Word Cancelled = new("取消", "cancelled");

    public static Word Of(RunTaskStatus status) => status switch
    {
        RunTaskStatus.Completed => Completed,
        RunTaskStatus.Faulted => Faulted,
        RunTaskStatus.Cancelled => Cancelled,
        RunTaskStatus.Running => Running,
        RunTaskStatus.Waiting => Waiting,
        _ => Pending,
    };
}
