using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Runs;

/// <summary>Words about runs that both apps say. On screen a run is 任务.</summary>
public static class RunWords
{
    public static readonly Word Runs = new("任务", "Runs");
    public static readonly Word Pending = new("等待中", "Pending");
    public static readonly Word Running = new("执行中", "Running");
    public static readonly Word Paused = new("已暂停", "Paused");
    public static readonly Word Completed = new("已完成", "Completed");
    public static readonly Word Failed = new("失败", "Failed");
    public static readonly Word Cancelled = new("已取消", "Cancelled");
    public static readonly Word Unknown = new("未知", "Unknown");
    public static readonly Word Progress = new("进度", "Progress");
    public static readonly Word NoRuns = new("还没有任务", "No runs yet");
    public static readonly Word NoRunsText = new("启动一个工作流后，任务会出现在这里。", "Start a workflow, and its run appears here.");

    public static Word Of(RunStatus status) => status switch
    {
        RunStatus.Pending => Pending,
        RunStatus.Running => Running,
        RunStatus.Paused => Paused,
        RunStatus.Completed => Completed,
        RunStatus.Failed => Failed,
        RunStatus.Cancelled => Cancelled,
        _ => Unknown,
    };
}
