using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform;

/// <summary>Words of the overview.</summary>
public static class OverviewWords
{
    public static readonly Word ToDo = new("待办", "To do");
    public static readonly Word NothingToDo = new("没有需要处理的事", "Nothing needs you");
    public static readonly Word NothingToDoText = new("失败的任务、死信、停住的投影和失联的电脑会列在这里。", "Failed runs, dead letters, stopped projections and computers gone quiet are listed here.");
    public static readonly Word Attention = new("失败或控制过期、还没人看过的任务", "Runs that failed or got stuck, not looked at");
    public static readonly Word DeadLetters = new("处理失败、等人决定的消息", "Messages that failed and wait for a decision");
    public static readonly Word Projections = new("停住或落后太久的投影", "Projections that stopped or are late");
    public static readonly Word Rebuilds = new("等着比较、切换或丢弃的重建", "Rebuilds to compare, switch or discard");
    public static readonly Word StaleDevices = new("失联的电脑", "Computers gone quiet");
    public static readonly Word PausedDevices = new("被整体暂停的电脑", "Devices paused as a whole");
    public static readonly Word HealthAlarms = new("健康检查不正常", "Health checks that are not well");
    public static readonly Word Now = new("现在", "Now");
    public static readonly Word Running = new("执行中", "Running");
    public static readonly Word Pending = new("等待中", "Pending");
    public static readonly Word Online = new("在线电脑", "Online");
    public static readonly Word Accounts = new("账号", "Accounts");
    public static readonly Word PerDay = new("每日任务", "Runs per day");
    public static readonly Word Last14 = new("最近 14 天，按发生日计；点一天看它的任务", "Last 14 days, by the day they occurred; a day leads to its runs");
    public static readonly Word Day = new("日期", "Day");
    public static readonly Word Total = new("合计", "Total");
    public static readonly Word Completed = new("已完成", "Completed");
    public static readonly Word Failed = new("失败", "Failed");
    public static readonly Word Cancelled = new("已取消", "Cancelled");
    public static readonly Word Open = new("未结束", "Not ended");
    public static readonly Word Success = new("成功率", "Success");
    public static readonly Word DayLabel = new("{0}：{1} 个任务，失败 {2} 个", "{0}: {1} runs, {2} failed");
    public static readonly Word NoRuns = new("这 14 天没有任务", "No runs in these 14 days");
    public static readonly Word NoRunsText = new("有任务提交后，这里按天画出数量和结果。", "Once runs are requested, their number and outcome are drawn by day.");
}
