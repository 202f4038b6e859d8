using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Devices;

/// <summary>Words about the person's PCs.</summary>
public static class DeviceWords
{
    public static readonly Word Devices = new("电脑", "Computers");
    public static readonly Word LastSeen = new("最近心跳", "Last heard of");
    public static readonly Word NeverSeen = new("还没有连接过", "never connected");
    public static readonly Word None = new("还没有电脑", "No computers yet");
    public static readonly Word NoneText = new("在电脑上运行 jarvis runner，会显示一个配对码；在这里输入它，电脑就能为你执行工作流。", "Start “jarvis runner” on a computer: it shows a code. Enter it here, and the computer works for you.");
    public static readonly Word Pair = new("添加电脑", "Add a computer");
    public static readonly Word Watched = new("正在查看", "Watched");
    public static readonly Word Watch = new("只看这台", "Watch this one");
    public static readonly Word WatchAll = new("查看全部电脑", "Watch all computers");
    public static readonly Word WatchedNow = new("首页和任务现在只看这台电脑，其他设备上也一样", "Home and runs now show this computer, on your other devices too");
    public static readonly Word AllWatchedNow = new("首页和任务现在看全部电脑，其他设备上也一样", "Home and runs now show every computer, on your other devices too");
    public static readonly Word NotFound = new("找不到这台电脑", "There is no such computer");
    public static readonly Word ToList = new("全部电脑", "All computers");

    public static readonly Word About = new("基本信息", "About");
    public static readonly Word System = new("操作系统", "System");
    public static readonly Word Version = new("执行端版本", "Runner version");
    public static readonly Word OtherVersion = new("服务器是 {0}，建议更新", "the server is {0}: update it");
    public static readonly Word Address = new("IP 地址", "IP address");
    public static readonly Word Clock = new("时钟偏差", "Clock");
    public static readonly Word ClockFine = new("与服务器一致", "agrees with the server");
    public static readonly Word ClockAhead = new("快 {0}", "{0} ahead");
    public static readonly Word ClockBehind = new("慢 {0}", "{0} behind");
    public static readonly Word PairedAt = new("配对时间", "Paired");
    public static readonly Word Working = new("正在执行 {0} 个任务", "{0} runs under way");
    public static readonly Word Able = new("能做什么", "What it can do");
    public static readonly Word Browser = new("浏览器", "Browser");
    public static readonly Word Display = new("屏幕", "Display");
    public static readonly Word Processors = new("{0} 核", "{0} processors");
    public static readonly Word Memory = new("内存 {0}", "{0} memory");
    public static readonly Word Disk = new("磁盘剩余 {0}", "{0} disk free");
    public static readonly Word Functions = new("{0} 个可用功能", "{0} functions");
    public static readonly Word Missing = new("还缺的功能：{0} 个", "Functions that are missing: {0}");
    public static readonly Word NotTold = new("电脑还没有报告。", "The computer has not told yet.");

    public static readonly Word May = new("允许做什么", "What it may do");
    public static readonly Word TakeRuns = new("接受任务", "Take runs");
    public static readonly Word TakeRunsText = new("可以从手机和网页把任务交给它执行。", "Runs started from the phone or the web may be given to it.");
    public static readonly Word HandIn = new("上报本地任务", "Hand in its own runs");
    public static readonly Word HandInText = new("在这台电脑上直接启动的任务会同步过来。", "Runs that begin on the computer itself are shown here.");
    public static readonly Word AtOnce = new("同时执行的任务数", "Runs at once");
    public static readonly Word AtOnceText = new("超过的任务会排队。", "More than that wait in line.");
    public static readonly Word Saved = new("已保存", "Saved");

    public static readonly Word Rename = new("改名", "Rename");
    public static readonly Word Name = new("名称", "Name");
    public static readonly Word Save = new("保存", "Save");
    public static readonly Word Renamed = new("已改名", "Renamed");
    public static readonly Word Unbind = new("解除绑定", "Unbind");
    public static readonly Word UnbindTitle = new("解除绑定 {0}？", "Unbind {0}?");
    public static readonly Word UnbindEffect = new("这台电脑会立刻断开，不再接受任务，也不能再上报。还没开始的任务会退回等待。要再用它，需要重新配对。", "The computer is disconnected at once: it takes no runs and hands none in. What it has not begun goes back to waiting. To use it again, pair it anew.");
    public static readonly Word Unbound = new("已解除绑定", "Unbound");
    public static readonly Word Danger = new("名称与绑定", "Name and binding");

    public static readonly Word PairTitle = new("添加电脑", "Add a computer");
    public static readonly Word PairText = new("在电脑上运行 jarvis runner，把它显示的配对码输入这里。", "Start “jarvis runner” on the computer and enter the code that it shows.");
    public static readonly Word Code = new("配对码", "Code");
    public static readonly Word CodeHelp = new("8 位字母和数字，横线可以不输。10 分钟内有效。", "Eight letters and digits; the dash may be left out. Good for ten minutes.");
    public static readonly Word Find = new("查找", "Look for it");
    public static readonly Word NoCode = new("没有电脑在用这个配对码等待。检查是否输错，或在电脑上重新获取。", "No computer is waiting under that code. Check it, or get a new one on the computer.");
    public static readonly Word IsYours = new("这是你的电脑吗？", "Is this your computer?");
    public static readonly Word Beware = new("只批准你自己正在操作的电脑。批准后，它可以用你的账号接受和上报任务。", "Approve only a computer that you are at. Once approved, it takes and hands in runs as you.");
    public static readonly Word ValidUntil = new("{0} 前有效", "valid until {0}");
    public static readonly Word Approve = new("批准", "Approve");
    public static readonly Word Deny = new("拒绝", "Deny");
    public static readonly Word Approved = new("已添加 {0}", "{0} was added");
    public static readonly Word Denied = new("已拒绝，这个配对码作废", "Denied; the code is void");

    private static readonly Dictionary<IdleCode, Word> Idle = new()
    {
        [IdleCode.NothingWaits] = new("没有等待的任务", "Nothing waits for it"),
        [IdleCode.Offline] = new("电脑离线", "It is offline"),
        [IdleCode.Paused] = new("已全部暂停", "Everything on it is paused"),
        [IdleCode.Revoked] = new("已解除绑定", "It was unbound"),
        [IdleCode.NotAllowed] = new("不允许接受任务", "It may not take runs"),
        [IdleCode.Full] = new("已达到同时执行的上限", "It has as many runs as it may have"),
        [IdleCode.ForOthers] = new("等待的任务指定了别的电脑", "What waits is for other computers"),
        [IdleCode.Unable] = new("缺少等待的任务需要的功能", "It lacks functions that what waits needs"),
        [IdleCode.WorkflowBusy] = new("工作流已达到同时执行的上限", "The workflow has as many runs as it may have"),
        [IdleCode.RunsPaused] = new("它的任务都暂停着", "Its runs are paused"),
        [IdleCode.AwaitsControl] = new("正等待电脑回应操作", "It has yet to answer a request"),
        [IdleCode.Starting] = new("正在启动任务", "A run is just beginning"),
    };

    /// <summary>The latest time that the PC is known to have been heard of; null for never.</summary>
    public static DateTimeOffset? LastHeard(DeviceCard device) =>
        new[] { device.LastSeenAt, device.ClockOffset?.MeasuredAt, device.Capabilities?.ReportedAt }.Max();

    /// <summary>Null for a reason that is newer than this app: the server's own words stand in.</summary>
    public static Word? Of(IdleCode code) => Idle.GetValueOrDefault(code);
}
