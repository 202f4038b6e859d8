using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>Words of what a person does to a run.</summary>
public static class RunActWords
{
    public static readonly Word Pause = new("暂停", "Pause");
    public static readonly Word Resume = new("继续", "Resume");
    public static readonly Word Stop = new("终止", "Stop");
    public static readonly Word CancelWaiting = new("取消任务", "Cancel the run");
    public static readonly Word Kill = new("强制终止", "Force stop");
    public static readonly Word RetryRun = new("重试", "Retry");
    public static readonly Word AskAgain = new("再发一次", "Ask again");
    public static readonly Word AnyPc = new("电脑", "The computer");

    public static readonly Word PauseTitle = new("暂停“{0}”？", "Pause “{0}”?");
    public static readonly Word PauseEffect = new("{0} 做完当前节点后停住，之后可以继续。", "{0} finishes its current task and holds. You can resume it later.");
    public static readonly Word PauseVerb = new("暂停任务", "Pause the run");
    public static readonly Word StopTitle = new("终止“{0}”？", "Stop “{0}”?");
    public static readonly Word StopEffect = new("{0} 会结束正在执行的节点，任务变为“已取消”，不能继续；可以之后重试。", "{0} ends what it is doing and the run becomes cancelled. It cannot be resumed, only retried.");
    public static readonly Word StopVerb = new("终止任务", "Stop the run");
    public static readonly Word CancelTitle = new("取消“{0}”？", "Cancel “{0}”?");
    public static readonly Word CancelEffect = new("它还没有开始，取消后不会再执行。", "It has not begun, and will not.");
    public static readonly Word KillTitle = new("强制终止“{0}”？", "Force “{0}” to stop?");
    public static readonly Word KillEffect = new("{0} 会立刻结束它的全部进程，不等保存；没写完的文件可能损坏。", "{0} ends all of its processes at once. Files that were being written may be left broken.");
    public static readonly Word ReasonOptional = new("原因（可不填，会记入历史）", "Reason (optional; kept in the history)");

    public static readonly Word QueuedPause = new("暂停 {0}", "Pause {0}");
    public static readonly Word QueuedResume = new("继续 {0}", "Resume {0}");
    public static readonly Word QueuedStop = new("终止 {0}", "Stop {0}");
    public static readonly Word QueuedStart = new("启动 {0}", "Start {0}");
    public static readonly Word DealtWith = new("标为已处理", "Mark as dealt with");
    public static readonly Word IsDealtWith = new("{0} 已标为已处理", "{0} is marked as dealt with");
    public static readonly Word QueuedLook = new("把 {0} 标为已处理", "Mark {0} as dealt with");
    public static readonly Word QueuedRetry = new("重试 {0}", "Retry {0}");

    public static readonly Word Pausing = new("正在暂停…", "Pausing…");
    public static readonly Word Resuming = new("正在继续…", "Resuming…");
    public static readonly Word Stopping = new("正在终止…", "Stopping…");
    public static readonly Word WaitsForPc = new("等电脑确认", "waiting for the computer");
    public static readonly Word PcHeard = new("电脑已收到", "the computer heard");
    public static readonly Word PcSilent = new("电脑没有响应", "The computer does not answer");
    public static readonly Word PcSilentText = new("请求已发出 15 秒，还没有收到确认。它可能断网或睡眠；请求在有效期内仍会执行。", "It was asked 15 seconds ago and has not confirmed. It may be asleep or off-line; the request stays good until it expires.");
    public static readonly Word ControlExpiredOffline = new("没有执行：电脑当时离线，请求已过期。", "Not done: the computer was offline and the request expired.");
    public static readonly Word ControlExpiredOnline = new("没有执行：电脑没有在时限内完成，请求已过期。", "Not done: the computer did not do it in time and the request expired.");
    public static readonly Word ControlRefused = new("电脑没有执行：{0}", "The computer did not do it: {0}");

    public static Word Doing(ControlKind kind) => kind switch { ControlKind.Pause => Pausing, ControlKind.Resume => Resuming, _ => Stopping };

    public static Word Verb(ControlKind kind) => kind switch { ControlKind.Pause => Pause, ControlKind.Resume => Resume, _ => Stop };
}
