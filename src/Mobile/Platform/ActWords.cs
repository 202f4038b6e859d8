using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Platform;

/// <summary>Words of what waits on the phone, and of what does not.</summary>
public static class ActWords
{
    public static readonly Word OfflineTitle = new("现在连不上服务器", "The server cannot be reached now");
    public static readonly Word OfflineEffect = new("恢复连接后发送，10 分钟内有效？到时没连上就不会执行，并会告诉你。", "Send it once the connection is back, within 10 minutes? After that it is not sent, and you are told.");
    public static readonly Word OfflineVerb = new("恢复后发送", "Send it then");
    public static readonly Word Queued = new("已排队，恢复连接后发送", "Queued; it is sent once the connection is back");
    public static readonly Word QueueFull = new("排队的操作太多了，请先处理同步队列。", "Too many acts are waiting. Look at the queue first.");
    public static readonly Word NotDone = new("手机离线，没有执行。{0}", "This device is offline: not done. {0}");
    public static readonly Word NotKnown = new("服务器没有回答，不确定是否执行了；恢复连接后请再看一次。{0}", "The server did not answer, and whether it was done is not known; look again once it is back. {0}");
    public static readonly Word WaitsHere = new("已排队：{0}", "Queued: {0}");
    public static readonly Word SentLater = new("恢复连接后发送", "sent once the connection is back");
    public static readonly Word GoodUntil = new("{0} 前有效", "good until {0}");
    public static readonly Word TakeBack = new("撤回", "Take back");

    public static readonly Word WhyNotUnbind = new("解除绑定必须马上生效，不能排队等。", "Unbinding has to take effect at once; it does not wait in a queue.");
    public static readonly Word WhyNotPair = new("配对码很快过期，要联网当场回答。", "Pairing codes expire soon; they are answered on the spot, with a connection.");
    public static readonly Word WhyNotEnd = new("结束登录必须马上生效，不能排队等。", "Ending a session has to take effect at once; it does not wait in a queue.");

    public static readonly Word Rename = new("把 {0} 改名为 {1}", "Rename {0} to {1}");
    public static readonly Word Allow = new("修改 {0} 的权限", "Change what {0} may do");
    public static readonly Word Limit = new("{0} 同时执行 {1} 个任务", "{0} does {1} runs at once");
    public static readonly Word Unnamed = new("未命名的电脑", "Unnamed computer");
    public static readonly Word Watch = new("只看 {0}", "Watch {0}");
    public static readonly Word WatchAll = new("查看全部电脑", "Watch all computers");
    public static readonly Word Favour = new("收藏 {0}", "Star {0}");
    public static readonly Word Unfavour = new("取消收藏 {0}", "Unstar {0}");
    public static readonly Word Enable = new("启用 {0}", "Enable {0}");
    public static readonly Word Disable = new("停用 {0}", "Disable {0}");
    public static readonly Word Profile = new("修改账号资料", "Change the account's details");
    public static readonly Word PauseAll = new("暂停 {0} 上的全部任务", "Pause everything on {0}");
    public static readonly Word ResumeAll = new("继续 {0} 上的全部任务", "Resume everything on {0}");
}
