using Jarvis.Client.Platform;

namespace Jarvis.Admin.Runs;

/// <summary>What each event of a run says, by its pinned name.</summary>
public static class EventWords
{
    private static readonly Dictionary<string, Word> ByType = new(StringComparer.Ordinal)
    {
        ["io.serverlessworkflow.workflow.started.v1"] = new("在电脑上开始执行", "Execution began on the PC"),
        ["io.serverlessworkflow.workflow.suspended.v1"] = new("执行已挂起", "Execution suspended"),
        ["io.serverlessworkflow.workflow.resumed.v1"] = new("执行已继续", "Execution resumed"),
        ["io.serverlessworkflow.workflow.cancelled.v1"] = new("执行已取消", "Execution cancelled"),
        ["io.serverlessworkflow.workflow.faulted.v1"] = new("执行出错结束", "Execution faulted"),
        ["io.serverlessworkflow.workflow.completed.v1"] = new("执行完成", "Execution completed"),
        ["io.serverlessworkflow.task.created.v1"] = new("节点就绪", "Node created"),
        ["io.serverlessworkflow.task.started.v1"] = new("节点开始", "Node started"),
        ["io.serverlessworkflow.task.suspended.v1"] = new("节点挂起", "Node suspended"),
        ["io.serverlessworkflow.task.resumed.v1"] = new("节点继续", "Node resumed"),
        ["io.serverlessworkflow.task.retried.v1"] = new("节点再试一次", "Node retried"),
        ["io.serverlessworkflow.task.cancelled.v1"] = new("节点取消", "Node cancelled"),
        ["io.serverlessworkflow.task.faulted.v1"] = new("节点出错", "Node faulted"),
        ["io.serverlessworkflow.task.completed.v1"] = new("节点完成", "Node completed"),
        ["ai.jarvis.run.progress.v1"] = new("进度", "Progress"),
        ["ai.jarvis.run.log.v1"] = new("日志", "Log"),
        ["ai.jarvis.run.variables.v1"] = new("变量改变", "Variables changed"),
        ["ai.jarvis.run.blob.v1"] = new("文件或截图", "File or screenshot"),
        ["ai.jarvis.run.control.acknowledged.v1"] = new("电脑收到操作", "The PC took a control"),
        ["ai.jarvis.run.control.effective.v1"] = new("操作在电脑上生效", "A control took effect on the PC"),
        ["ai.jarvis.run.requested.v1"] = new("任务提交", "Run requested"),
        ["ai.jarvis.run.waiting.v1"] = new("等待电脑", "Waits for a PC"),
        ["ai.jarvis.run.priority-changed.v1"] = new("改变优先级", "Priority changed"),
        ["ai.jarvis.run.dispatched.v1"] = new("派给电脑", "Dispatched to a PC"),
        ["ai.jarvis.run.withdrawn.v1"] = new("从电脑收回", "Withdrawn from the PC"),
        ["ai.jarvis.run.granted.v1"] = new("电脑接下任务", "Taken by the PC"),
        ["ai.jarvis.run.began-on-device.v1"] = new("在电脑上发起", "Begun on the PC"),
        ["ai.jarvis.run.started.v1"] = new("任务开始", "Run started"),
        ["ai.jarvis.run.paused.v1"] = new("任务暂停", "Run paused"),
        ["ai.jarvis.run.resumed.v1"] = new("任务恢复", "Run resumed"),
        ["ai.jarvis.run.completed.v1"] = new("任务完成", "Run completed"),
        ["ai.jarvis.run.failed.v1"] = new("任务失败", "Run failed"),
        ["ai.jarvis.run.cancelled.v1"] = new("任务取消", "Run cancelled"),
        ["ai.jarvis.run.control-requested.v1"] = new("请求操作", "Control requested"),
        ["ai.jarvis.run.control-acknowledged.v1"] = new("操作已确认", "Control acknowledged"),
        ["ai.jarvis.run.control-took-effect.v1"] = new("操作已生效", "Control took effect"),
        ["ai.jarvis.run.control-refused.v1"] = new("操作被拒绝", "Control refused"),
        ["ai.jarvis.run.control-expired.v1"] = new("操作已过期", "Control expired"),
        ["ai.jarvis.run.looked-at.v1"] = new("已查看", "Looked at"),
    };

    /// <summary>Null for a type that this version does not know; its name is shown.</summary>
    public static Word? Of(string type) => ByType.GetValueOrDefault(type);
}
