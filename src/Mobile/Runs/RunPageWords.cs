using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>Words of a run's page.</summary>
public static class RunPageWords
{
    public static readonly Word Run = new("任务", "Run");
    public static readonly Word Tabs = new("任务的各个方面", "Parts of the run");
    public static readonly Word Overview = new("概览", "Overview");
    public static readonly Word Timeline = new("时间线", "Timeline");
    public static readonly Word Log = new("日志", "Log");
    public static readonly Word Results = new("结果", "Results");
    public static readonly Word Variables = new("变量", "Variables");
    public static readonly Word History = new("历史", "History");
    public static readonly Word NotFound = new("找不到这个任务", "There is no such run");
    public static readonly Word NotFoundText = new("它可能属于别的账号，或者链接不完整。", "It may belong to another account, or the link is not whole.");

    public static readonly Word WhyFailed = new("失败原因", "Why it failed");
    public static readonly Word AtNode = new("出错节点", "Failed at");
    public static readonly Word Facts = new("基本信息", "Facts");
    public static readonly Word Workflow = new("工作流", "Workflow");
    public static readonly Word Revision = new("版本", "Revision");
    public static readonly Word RevisionOf = new("第 {0} 版", "revision {0}");
    public static readonly Word RevisionOld = new("第 {0} 版（最新是第 {1} 版）", "revision {0} (the newest is {1})");
    public static readonly Word NeverPublished = new("没有发布过的文件", "a file that was never published");
    public static readonly Word Device = new("电脑", "Computer");
    public static readonly Word Trigger = new("启动方式", "Started by");
    public static readonly Word Reason = new("原因", "Reason");
    public static readonly Word Requested = new("提交时间", "Requested");
    public static readonly Word Started = new("开始时间", "Began");
    public static readonly Word Ended = new("结束时间", "Ended");
    public static readonly Word Waited = new("等待了", "Waited");
    public static readonly Word Duration = new("用时", "Took");
    public static readonly Word Id = new("任务号", "Id");
    public static readonly Word CopyId = new("复制任务号", "Copy the id");
    public static readonly Word Current = new("当前节点", "Current task");
    public static readonly Word RetryOf = new("重试自", "Retries");
    public static readonly Word EarlierRun = new("之前的任务", "the earlier run");
    public static readonly Word FromFailed = new("从失败的节点继续", "from the failed task");
    public static readonly Word FromStart = new("从头开始", "from the start");
    public static readonly Word RetriedBy = new("之后的重试", "Retried by");
    public static readonly Word Input = new("输入", "Input");
    public static readonly Word Output = new("输出", "Output");
    public static readonly Word States = new("状态变化", "States");
    public static readonly Word Controls = new("控制", "Controls");
    public static readonly Word WaitLine = new("等待：{0}", "Waits: {0}");
    public static readonly Word PcOffline = new("{0} 离线，显示的是它最后报告的状态。最后在线", "{0} is offline; this is what it reported last. Last seen");

    public static readonly Word AsOf = new("这是 {0} 时的状态", "This is how it stood at {0}");
    public static readonly Word ToNow = new("回到现在", "Back to now");
    public static readonly Word ShowThen = new("看当时的状态", "See it as it stood then");

    public static readonly Word PhaseRequested = new("已请求", "asked");
    public static readonly Word PhaseAcknowledged = new("电脑已收到", "heard");
    public static readonly Word PhaseEffective = new("已生效", "done");
    public static readonly Word PhaseExpired = new("已过期", "expired");
    public static readonly Word PhaseRefused = new("被拒绝", "refused");

    public static readonly Word NoTasks = new("还没有节点开始", "No task has begun");
    public static readonly Word Idle = new("空闲 {0}", "{0} idle");
    public static readonly Word AttemptsTotal = new("{0} 次尝试", "{0} attempts");
    public static readonly Word MarkedDone = new("手动标记完成", "marked done by hand");
    public static readonly Word WaitsUntil = new("等到", "waits until");
    public static readonly Word Arguments = new("调用参数", "Called with");
    public static readonly Word NoContent = new("没有输入和输出内容", "Nothing was passed in or out");
    public static readonly Word Screenshots = new("截图", "Screenshots");
    public static readonly Word OpenPicture = new("放大截图", "Open the screenshot");
    public static readonly Word OpenFile = new("打开 {0}（{1}）", "Open {0} ({1})");
    public static readonly Word Pending = new("电脑还没有上传", "not sent by the computer yet");
    public static readonly Word Removed = new("内容已清理", "removed");
    public static readonly Word CouldNotOpen = new("没能打开", "Could not be opened");

    public static readonly Word NoVariables = new("还没有变量", "No variables yet");
    public static readonly Word AfterNode = new("在“{0}”之后", "After “{0}”");
    public static readonly Word StepOf = new("第 {0} / {1} 步", "step {0} of {1}");
    public static readonly Word Earlier = new("上一步", "Earlier");
    public static readonly Word Later = new("下一步", "Later");
    public static readonly Word Steps = new("选择节点", "Choose a task");
    public static readonly Word Changed = new("有变化", "changed");
    public static readonly Word RemovedHere = new("在这一步去掉了：{0}", "Taken away here: {0}");
    public static readonly Word Secret = new("保密", "secret");

    public static readonly Word Details = new("详情", "Details");
    public static readonly Word Recorded = new("记录于", "recorded");

    public static readonly Word People = new("人和服务器的决定", "Decisions of people and the server");
    public static readonly Word Everything = new("全部事件", "Every event");
    public static readonly Word ByServer = new("服务器", "server");
    public static readonly Word ByPc = new("电脑", "computer");
    public static readonly Word ByPerson = new("人", "person");

    public static Word Of(ControlPhase phase) => phase switch
    {
        ControlPhase.Acknowledged => PhaseAcknowledged,
        ControlPhase.Effective => PhaseEffective,
        ControlPhase.Expired => PhaseExpired,
        ControlPhase.Refused => PhaseRefused,
        _ => PhaseRequested,
    };
}
