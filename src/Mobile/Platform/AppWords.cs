using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Platform;

/// <summary>Words of the phone app's frame.</summary>
public static class AppWords
{
    public static readonly Word Home = new("首页", "Home");
    public static readonly Word Runs = new("任务", "Runs");
    public static readonly Word Calls = new("通话", "Calls");
    public static readonly Word Notifications = new("通知", "Alerts");
    public static readonly Word Me = new("我的", "Me");
    public static readonly Word Navigation = new("主导航", "Main");
    public static readonly Word QueueWaiting = new("排队 {0} 项", "{0} queued");
    public static readonly Word QueueFailed = new("{0} 项没有执行，点此查看", "{0} were not done: tap to see");
    public static readonly Word NotFound = new("没有这个页面", "There is no such page");
    public static readonly Word ToFailed = new("查看失败的任务", "See failed runs");
    public static readonly Word NotFoundText = new("地址可能写错了，或者内容已经移走。", "The address may be mistyped, or what was there has moved.");
    public static readonly Word PageNotFetched = new("请检查网络。如果刚刚更新过版本，请重新打开应用。", "Check the network. If a new version came out a moment ago, open the app again.");
    public static readonly Word ToHome = new("回到首页", "Back to the home page");
    public static readonly Word CallsEmpty = new("还没有连接电话", "No phone line is connected yet");
    public static readonly Word CallsEmptyText = new("接通电话线路后，AI 接听和拨出的每通电话、摘要和文字记录都会出现在这里。", "Once a line is connected, each call that the assistant takes or makes appears here, with its summary and transcript.");
    public static readonly Word NotificationsEmpty = new("还没有通知", "No alerts yet");
    public static readonly Word NotificationsEmptyText = new("任务失败、电脑离线等提醒接入后会出现在这里。现在可以在“任务”里看到失败的任务。", "Alerts for failed runs and computers that go offline will appear here. Until then, failed runs stand under Runs.");
    public static readonly Word Choose = new("从左边选一项查看详情", "Choose one on the left to see its details");
}
