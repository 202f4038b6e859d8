using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Runs;

/// <summary>The states of a run's tasks.</summary>
public static class TaskWords
{
    private static readonly Word Pending = new("未开始", "not begun");
    private static readonly Word Running = new("执行中", "running");
    private static readonly Word Waiting = new("等待中", "waiting");
    private static readonly Word Completed = new("已完成", "done");
    private static readonly Word Faulted = new("失败", "failed");
    private static readonly Word Cancelled = new("已取消", "cancelled");

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
