using Jarvis.Client.Platform;
using Jarvis.Client.Runs;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>Words of the list of runs.</summary>
public static class RunListWords
{
    public static readonly Word Segments = new("任务分类", "Kinds of runs");
    public static readonly Word States = new("按状态筛选", "Filter by state");
    public static readonly Word Waiting = new("等待", "Waiting");
    public static readonly Word History = new("历史", "History");
    public static readonly Word All = new("全部", "All");
    public static readonly Word MoreNotLoaded = new("后面的任务没能读取。", "The runs behind these could not be read.");
    public static readonly Word Total = new("共 {0} 个任务", "{0} in all");
    public static readonly Word TotalMore = new("超过 {0} 个任务", "more than {0} runs");
    public static readonly Word Place = new("第 {0} 位", "number {0} in line");
    public static readonly Word NoDevice = new("还没有电脑接下", "no computer yet");
    public static readonly Word AnyDevice = new("任意电脑", "any computer");
    public static readonly Word AtNode = new("正在执行节点 {0}", "at {0}");
    public static readonly Word NoneRunning = new("现在没有任务在执行", "Nothing is running now");
    public static readonly Word NoneRunningText = new("从工作流启动一个，或看看历史。", "Start one from a workflow, or look at the history.");
    public static readonly Word NoneWaiting = new("没有任务在等待", "Nothing is waiting");
    public static readonly Word NoneWaitingText = new("电脑离线或正忙时，任务会在这里排队。", "While a computer is away or busy, runs wait here.");
    public static readonly Word Choose = new("选一个工作流", "Choose a workflow");
    public static readonly Word Newest = new("新的在前", "Newest first");
    public static readonly Word Oldest = new("旧的在前", "Oldest first");
    public static readonly Word NextFirst = new("先执行的在前", "Next first");
    public static readonly Word NextLast = new("后执行的在前", "Last first");
    public static readonly Word Filter = new("筛选", "Filter");
    public static readonly Word Filters = new("筛选 {0}", "Filters {0}");
    public static readonly Word Show = new("显示结果", "Show");
    public static readonly Word Remove = new("去掉筛选：{0}", "Remove filter: {0}");
    public static readonly Word Any = new("不限", "Any");
    public static readonly Word Workflow = new("工作流", "Workflow");
    public static readonly Word Device = new("电脑", "Computer");
    public static readonly Word Trigger = new("启动方式", "Started by");
    public static readonly Word ErrorType = new("错误类型", "Kind of error");
    public static readonly Word From = new("从", "From");
    public static readonly Word To = new("到", "To");
    public static readonly Word Period = new("时间", "Time");
    public static readonly Word Today = new("今天", "Today");
    public static readonly Word ThisWeek = new("本周", "This week");
    public static readonly Word ThisMonth = new("本月", "This month");
    public static readonly Word Search = new("搜索名称、错误或任务号", "Search by name, error or id");
    public static readonly Word NeedsMe = new("需要处理", "Needs attention");
    public static readonly Word Node = new("出错节点 {0}", "failed at {0}");
    public static readonly Word Workflows = new("工作流", "Workflows");

    public static readonly Word TriggerApi = new("接口", "API");
    public static readonly Word TriggerLocal = new("在电脑上", "on the computer");
    public static readonly Word TriggerManual = new("手动", "by hand");
    public static readonly Word TriggerRetry = new("重试", "retry");

    public static readonly Word WaitsNoDevice = new("没有可用的电脑", "no computer can take it");
    public static readonly Word WaitsOffline = new("电脑离线，等它上线", "its computer is offline");
    public static readonly Word WaitsBusy = new("电脑正忙（同时最多 {0} 个）", "its computer is busy ({0} at once)");
    public static readonly Word WaitsBehind = new("前面还有任务", "others go first");
    public static readonly Word WaitsPaused = new("电脑已全部暂停", "its computer is paused");
    public static readonly Word WaitsWorkflow = new("这个工作流同时最多 {0} 个", "{0} of this workflow at once");
    public static readonly Word WaitsTurn = new("等待分派", "waiting to be dispatched");

    public static readonly Word AttentionFailed = new("失败", "failed");
    public static readonly Word AttentionExpired = new("控制没有生效", "a control had no effect");
    public static readonly Word AttentionInterrupted = new("被中断", "interrupted");

    public static Word EmptyOf(RunsShown shown) => shown switch { RunsShown.Running => NoneRunning, RunsShown.Waiting => NoneWaiting, _ => RunWords.NoRuns };

    public static Word Of(RunsShown shown) => shown switch { RunsShown.Running => RunWords.Running, RunsShown.Waiting => Waiting, RunsShown.History => History, _ => All };

    public static Word Of(RunTrigger trigger) => trigger switch
    {
        RunTrigger.Api => TriggerApi,
        RunTrigger.Local => TriggerLocal,
        RunTrigger.Manual => TriggerManual,
        RunTrigger.Retry => TriggerRetry,
        _ => RunWords.Unknown,
    };

    public static Word Of(RunAttention attention) => attention switch
    {
        RunAttention.ControlExpired => AttentionExpired,
        RunAttention.Interrupted => AttentionInterrupted,
        _ => AttentionFailed,
    };

    /// <summary>Why a run waits; {0} is the limit where there is one.</summary>
    public static Word WaitsFor(string? reason) => reason switch
    {
        "NO_DEVICE" => WaitsNoDevice,
        "DEVICE_OFFLINE" => WaitsOffline,
        "DEVICE_BUSY" => WaitsBusy,
        "BEHIND_OTHERS" => WaitsBehind,
        "DEVICE_PAUSED" => WaitsPaused,
        "WORKFLOW_BUSY" => WaitsWorkflow,
        _ => WaitsTurn,
    };
}
