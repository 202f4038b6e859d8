using Jarvis.Client.Platform;

namespace Jarvis.Client.Runs;

/// <summary>What each event of a run says, by its pinned name.</summary>
public static class RunEventWords
{
    private static readonly Dictionary<string, Word> ByType = new(StringComparer.Ordinal)
    {
        ["ai.jarvis.run.requested.v1"] = new("提交执行", "Requested"),
        ["ai.jarvis.run.waiting.v1"] = new("等待", "Waits"),
        ["ai.jarvis.run.priority-changed.v1"] = new("优先级改变", "Priority changed"),
        ["ai.jarvis.run.dispatched.v1"] = new("分派给电脑", "Dispatched to a computer"),
        ["ai.jarvis.run.withdrawn.v1"] = new("从电脑收回", "Withdrawn from the computer"),
        ["ai.jarvis.run.granted.v1"] = new("电脑已接收", "The computer took it"),
        ["ai.jarvis.run.began-on-device.v1"] = new("在电脑上开始", "Began on the computer"),
        ["ai.jarvis.run.started.v1"] = new("开始执行", "Started"),
        ["ai.jarvis.run.paused.v1"] = new("已暂停", "Paused"),
        ["ai.jarvis.run.resumed.v1"] = new("继续执行", "Resumed"),
        ["ai.jarvis.run.completed.v1"] = new("已完成", "Completed"),
        ["ai.jarvis.run.failed.v1"] = new("失败", "Failed"),
        ["ai.jarvis.run.cancelled.v1"] = new("已取消", "Cancelled"),
        ["ai.jarvis.run.control-requested.v1"] = new("发出控制", "A control was asked for"),
        ["ai.jarvis.run.control-acknowledged.v1"] = new("电脑确认收到控制", "The computer heard the control"),
        ["ai.jarvis.run.control-took-effect.v1"] = new("控制已生效", "The control took effect"),
        ["ai.jarvis.run.control-refused.v1"] = new("电脑拒绝了控制", "The computer refused the control"),
        ["ai.jarvis.run.control-expired.v1"] = new("控制已过期", "The control expired"),
        ["ai.jarvis.run.looked-at.v1"] = new("有人看过了", "Somebody looked at it"),
        ["ai.jarvis.run.progress.v1"] = new("进度", "Progress"),
        ["ai.jarvis.run.log.v1"] = new("日志", "Log"),
        ["ai.jarvis.run.variables.v1"] = new("变量变化", "Variables changed"),
        ["ai.jarvis.run.blob.v1"] = new("附上文件或截图", "A file or picture was attached"),
        ["ai.jarvis.run.control.acknowledged.v1"] = new("电脑收到控制", "Control heard"),
        ["ai.jarvis.run.control.effective.v1"] = new("电脑执行了控制", "Control done"),
        ["io.serverlessworkflow.workflow.started.v1"] = new("工作流开始", "Workflow started"),
        ["io.serverlessworkflow.workflow.suspended.v1"] = new("工作流暂停", "Workflow suspended"),
        ["io.serverlessworkflow.workflow.resumed.v1"] = new("工作流继续", "Workflow resumed"),
        ["io.serverlessworkflow.workflow.cancelled.v1"] = new("工作流取消", "Workflow cancelled"),
        ["io.serverlessworkflow.workflow.faulted.v1"] = new("工作流出错", "Workflow faulted"),
        ["io.serverlessworkflow.workflow.completed.v1"] = new("工作流完成", "Workflow completed"),
        ["io.serverlessworkflow.task.created.v1"] = new("节点就绪", "Task created"),
        ["io.serverlessworkflow.task.started.v1"] = new("节点开始", "Task started"),
        ["io.serverlessworkflow.task.suspended.v1"] = new("节点等待", "Task suspended"),
        ["io.serverlessworkflow.task.resumed.v1"] = new("节点继续", "Task resumed"),
        ["io.serverlessworkflow.task.retried.v1"] = new("节点再试一次", "Task retried"),
        ["io.serverlessworkflow.task.cancelled.v1"] = new("节点取消", "Task cancelled"),
        ["io.serverlessworkflow.task.faulted.v1"] = new("节点出错", "Task faulted"),
        ["io.serverlessworkflow.task.completed.v1"] = new("节点完成", "Task completed"),
    };

    /// <summary>Every event type there are words for.</summary>
    public static IEnumerable<string> Types => ByType.Keys;

    /// <summary>Null for a type that this version does not know; its name is shown.</summary>
    public static Word? Of(string type) => ByType.GetValueOrDefault(type);
}
