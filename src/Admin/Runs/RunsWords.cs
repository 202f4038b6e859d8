using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Admin.Runs;

/// <summary>Words of the list of runs and of a run's page.</summary>
public static class RunsWords
{
    public static readonly Word Status = new("状态", "State");
    public static readonly Word Workflow = new("工作流", "Workflow");
    public static readonly Word Device = new("电脑", "Device");
    public static readonly Word Owner = new("所有者", "Owner");
    public static readonly Word Requested = new("提交时间", "Requested");
    public static readonly Word Started = new("开始时间", "Started");
    public static readonly Word Ended = new("结束时间", "Ended");
    public static readonly Word Duration = new("用时", "Duration");
    public static readonly Word Trigger = new("来源", "Trigger");
    public static readonly Word Priority = new("优先级", "Priority");
    public static readonly Word ErrorType = new("错误", "Error");
    public static readonly Word Id = new("编号", "Id");
    public static readonly Word Search = new("搜索", "Search");
    public static readonly Word SearchHint = new("工作流、错误或编号开头", "Workflow, error, beginning of an id");
    public static readonly Word Attention = new("需要处理", "Needs attention");
    public static readonly Word AttentionYes = new("需要处理", "Yes");
    public static readonly Word AttentionNo = new("不需要", "No");
    /// <summary>By when runs occurred, as the overview and statistics count them.</summary>
    public static readonly Word From = new("日期从", "From");
    public static readonly Word To = new("到", "To");
    public static readonly Word ByArrival = new("按服务器收到的先后排序；离线电脑后来补报的任务按收到时排", "Sorted by when the server learned of them: what an offline computer reports later stands where it was reported");
    public static readonly Word DurationSeconds = new("用时（秒）", "Duration (s)");
    public static readonly Word NoneText = new("任何账号启动工作流后，任务会出现在这里。", "Once any account starts a workflow, its run appears here.");
    public static readonly Word CopyIds = new("复制编号", "Copy ids");
    public static readonly Word RetryOwn = new("重试 {0} 个", "Retry {0}");
    public static readonly Word CancelOwn = new("终止 {0} 个", "Cancel {0}");
    public static readonly Word OnlyOwner = new("只有任务的所有者能操作，选中的没有你自己的这类任务。", "Only a run's owner can do that; none of the selected ones is yours.");
    public static readonly Word CancelTitle = new("终止 {0} 个任务？", "Cancel {0} runs?");
    public static readonly Word CancelEffect = new("会在各自的电脑上停止：{0}。做到一半的步骤不会撤销。", "They stop on their computers: {0}. What is half done is not undone.");
    public static readonly Word CancelVerb = new("终止任务", "Cancel the runs");
    public static readonly Word CancelAsked = new("已请求终止 {0} 个任务", "{0} runs were asked to stop");
    public static readonly Word RetryTitle = new("从头重试 {0} 个任务？", "Retry {0} runs from the start?");
    public static readonly Word RetryEffect = new("用原来的输入和版本各启动一个新任务：{0}。", "A new run of each, with its input and revision: {0}.");
    public static readonly Word RetryVerb = new("重试", "Retry");
    public static readonly Word RetryAsked = new("已启动 {0} 个重试", "{0} retries were started");
    public static readonly Word History = new("状态变化", "States");
    public static readonly Word Revision = new("版本", "Revision");
    public static readonly Word Closed = new("输入、输出、日志、截图和变量是所有者的内容，对管理员不开放。目前只有所有者自己能看；经所有者授权查看的功能接入后，会在这里申请。", "Input, output, log, screenshots and variables are the owner's. Administrators do not see them; once owners can grant a look, it is asked for here.");
    public static readonly Word ClosedTitle = new("内容未开放", "Contents are closed");
    public static readonly Word Overview = new("概览", "Overview");
    public static readonly Word Timeline = new("时间线", "Timeline");
    public static readonly Word Events = new("事件", "Events");
    public static readonly Word MoreEvents = new("加载后面的事件", "Load later events");
    public static readonly Word NoTasks = new("还没有节点开始", "No node has begun");
    public static readonly Word NoTasksText = new("电脑接下任务后，每个节点的起止时间会画在这里。", "Once a computer takes the run, each node's time is drawn here.");
    public static readonly Word MoreTasks = new("这里只画出前 {0} 个节点，其余见下面的事件。", "Only the first {0} nodes are drawn; the others are among the events below.");
    public static readonly Word Node = new("节点", "Node");
    public static readonly Word At = new("时间", "At");
    public static readonly Word What = new("事件", "Event");
    public static readonly Word Position = new("位置", "Position");
    public static readonly Word Attempts = new("第 {0} 次尝试", "attempt {0}");
    public static readonly Word MarkedDone = new("人工标记完成", "marked done by hand");
    public static readonly Word Waits = new("等到 {0}", "waits until {0}");
    public static readonly Word Parent = new("重试自", "Retry of");
    public static readonly Word Controls = new("操作记录", "Controls");
    public static readonly Word OnlyOwnerControls = new("暂停、恢复和终止只有任务的所有者能做。", "Only the run's owner can pause, resume or cancel it.");
    public static readonly Word Pause = new("暂停", "Pause");
    public static readonly Word Resume = new("恢复", "Resume");
    public static readonly Word Cancel = new("终止", "Cancel");
    public static readonly Word Kill = new("强制终止", "Kill");
    public static readonly Word PauseTitle = new("暂停任务“{0}”？", "Pause “{0}”?");
    public static readonly Word PauseEffect = new("当前节点做完后，它在“{0}”上停下，之后可以恢复。", "It stops on “{0}” after the node it is at, and can be resumed.");
    public static readonly Word ResumeTitle = new("恢复任务“{0}”？", "Resume “{0}”?");
    public static readonly Word ResumeEffect = new("它在“{0}”上从停下的地方继续。", "It goes on on “{0}” from where it stopped.");
    public static readonly Word CancelOneTitle = new("终止任务“{0}”？", "Cancel “{0}”?");
    public static readonly Word CancelOneEffect = new("它在“{0}”上停止，不能恢复；做完的步骤不会撤销。", "It stops on “{0}” for good; what is done is not undone.");
    public static readonly Word KillEffect = new("它的进程在“{0}”上立即被杀掉，没做完的写入可能不完整。", "Its processes on “{0}” are killed at once; what they were writing may be incomplete.");
    public static readonly Word SomePc = new("还没分配的电脑", "no computer yet");
    public static readonly Word Pausing = new("正在暂停…", "Pausing…");
    public static readonly Word Resuming = new("正在恢复…", "Resuming…");
    public static readonly Word Cancelling = new("正在终止…", "Cancelling…");
    public static readonly Word Acknowledged = new("电脑已确认，等待生效", "The PC took it; not in effect yet");
    public static readonly Word NoAnswer = new("PC 未响应", "The PC does not answer");
    public static readonly Word Effective = new("已生效", "in effect");
    public static readonly Word Expired = new("已过期，没有执行", "expired, not done");
    public static readonly Word Refused = new("被拒绝", "refused");
    public static readonly Word WasOffline = new("当时电脑离线", "the PC was offline");
    public static readonly Word Manual = new("手动", "By hand");
    public static readonly Word Api = new("接口", "API");
    public static readonly Word Local = new("本机", "On the PC");
    public static readonly Word RetryOf = new("重试", "Retry");
    public static readonly Word High = new("高", "High");
    public static readonly Word Normal = new("普通", "Normal");
    public static readonly Word Low = new("低", "Low");

    public static Word Of(RunTrigger trigger) => trigger switch
    {
        RunTrigger.Api => Api,
        RunTrigger.Local => Local,
        RunTrigger.Retry => RetryOf,
        _ => Manual,
    };

    public static Word Of(RunPriority priority) => priority switch
    {
        RunPriority.High => High,
        RunPriority.Low => Low,
        _ => Normal,
    };

    public static Word Of(ControlKind kind) => kind switch
    {
        ControlKind.Pause => Pause,
        ControlKind.Resume => Resume,
        _ => Cancel,
    };

    /// <summary>A wish that the PC has not confirmed.</summary>
    public static Word Doing(ControlKind kind) => kind switch
    {
        ControlKind.Pause => Pausing,
        ControlKind.Resume => Resuming,
        _ => Cancelling,
    };
}
