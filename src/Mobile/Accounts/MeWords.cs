using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Accounts;

/// <summary>Words of what is the person's own.</summary>
public static class MeWords
{
    public static readonly Word Account = new("账号", "Account");
    public static readonly Word Devices = new("电脑", "Computers");
    public static readonly Word DevicesNote = new("状态、权限、添加和解绑", "State, permissions, add and unbind");
    public static readonly Word Workflows = new("工作流", "Workflows");
    public static readonly Word Statistics = new("统计", "Statistics");
    public static readonly Word StatisticsNote = new("成功率、时长、失败原因", "Success, duration, causes of failure");
    public static readonly Word Sessions = new("登录设备", "Where you are signed in");
    public static readonly Word SessionsNote = new("查看和结束登录", "Look at sessions and end them");
    public static readonly Word Sync = new("同步和缓存", "Sync and cache");
    public static readonly Word SyncNote = new("待发送的操作、流量、占用空间", "Unsent acts, data used, space taken");
    public static readonly Word SyncWaits = new("{0} 项待发送", "{0} waiting");
    public static readonly Word SyncFailed = new("{0} 项没有执行", "{0} not done");
    public static readonly Word Help = new("帮助中心", "Help");
    public static readonly Word About = new("关于和版本", "About");
    public static readonly Word Look = new("语言和外观", "Language and appearance");
    public static readonly Word Everything = new("我的内容", "Mine");

    public static readonly Word Name = new("称呼", "Name");
    public static readonly Word Email = new("邮箱", "E-mail");
    public static readonly Word Zone = new("时区", "Time zone");
    public static readonly Word ZoneOfDevice = new("跟随这台设备（{0}）", "This device's ({0})");
    public static readonly Word ZoneHelp = new("“今天”“本周”和所有时间都按它计算。", "“Today”, “this week” and all times follow it.");
    public static readonly Word Registered = new("注册时间", "Registered");
    public static readonly Word Phone = new("手机号", "Phone");
    public static readonly Word PhoneNone = new("还没有绑定；接入短信后可以绑定", "None yet: it can be added once text messages are connected");
    public static readonly Word Plan = new("套餐与到期", "Plan and expiry");
    public static readonly Word PlanNone = new("还没有接入付费，全部功能可用，不会到期", "Payment is not connected: everything is included and nothing expires");
    public static readonly Word Language = new("邮件和通知的语言", "Language of messages");
    public static readonly Word Save = new("保存", "Save");
    public static readonly Word Saved = new("已保存", "Saved");

    public static readonly Word Password = new("修改密码", "Change password");
    public static readonly Word PasswordOld = new("现在的密码", "Current password");
    public static readonly Word PasswordNew = new("新密码（至少 {0} 个字符）", "New password (at least {0} characters)");
    public static readonly Word PasswordEffect = new("修改后，其他设备上的登录都会结束。", "Changing it ends the sessions on all other devices.");
    public static readonly Word PasswordOffline = new("修改密码需要连上服务器。填好的内容会留着，恢复连接后再点一次。", "Changing the password needs the server. What you typed stays; press again once it is back.");
    public static readonly Word PasswordUnknown = new("服务器没有回答，不确定密码是否已修改。填好的内容还在：恢复连接后再点一次，只会修改一次。", "The server did not answer, so whether the password was changed is not known. What you typed is still there: press again once it is back; it is changed once.");
    public static readonly Word PasswordChanged = new("密码已修改，其他登录已结束", "Password changed; other sessions have ended");

    public static readonly Word ThisOne = new("这台设备", "This device");
    public static readonly Word LastSeen = new("最近活动", "last active");
    public static readonly Word Begun = new("登录于", "signed in");
    public static readonly Word EndOne = new("结束", "End");
    public static readonly Word EndOneTitle = new("结束 {0} 的登录？", "End the session of {0}?");
    public static readonly Word EndOneEffect = new("那里要重新登录才能继续使用。", "To go on there, one has to sign in again.");
    public static readonly Word EndOthers = new("结束其他所有登录", "End all other sessions");
    public static readonly Word EndOthersTitle = new("结束其他 {0} 个登录？", "End {0} other sessions?");
    public static readonly Word EndOthersEffect = new("除了这台设备，其他地方都要重新登录。", "Everywhere but on this device one has to sign in again.");
    public static readonly Word Ended = new("已结束 {0} 个登录", "{0} sessions ended");
    public static readonly Word Runner = new("执行端 {0}", "runner {0}");
    public static readonly Word UnknownBrowser = new("未知设备", "unknown device");

    public static readonly Word Queue = new("待发送的操作", "Acts that wait");
    public static readonly Word QueueEmpty = new("没有待发送的操作", "Nothing waits to be sent");
    public static readonly Word QueueEmptyText = new("离线时的操作会排在这里，联网后按顺序发送，每个只执行一次。", "What you do offline waits here; it is sent in order once there is a network, and each is done once.");
    public static readonly Word QueuedAt = new("提交于", "asked for");
    public static readonly Word ValidUntil = new("{0} 前有效", "valid until {0}");
    public static readonly Word Waiting = new("等待发送", "Waiting");
    public static readonly Word Tried = new("试过 {0} 次", "tried {0} times");
    public static readonly Word Refused = new("未执行（被拒绝）", "Not done: refused");
    public static readonly Word Expired = new("未执行（已过期）", "Not done: too late");
    public static readonly Word SendNow = new("立即发送", "Send now");
    public static readonly Word SendAgain = new("再发一次", "Send again");
    public static readonly Word Delete = new("删除", "Delete");
    public static readonly Word Cached = new("缓存在这台设备上", "Kept on this device");
    public static readonly Word CachedText = new("看过的内容留在手机上，离线时也能看；取消勾选会马上删除已留下的。", "What you looked at stays here to be seen offline. What is unticked is deleted at once.");
    public static readonly Word KeptLists = new("首页、列表和统计", "Home, lists and figures");
    public static readonly Word KeptRuns = new("任务详情（状态、错误、输入和结果）", "Runs: states, errors, inputs and results");
    public static readonly Word KeptContents = new("任务内容（日志、节点数据、变量、历史）", "What runs worked with: logs, data, variables, history");
    public static readonly Word KeptWorkflows = new("工作流和表单", "Workflows and forms");
    public static readonly Word KeptFromNow = new("从现在起会留在手机上", "Kept on this device from now on");
    public static readonly Word KeptNoMore = new("已删除，以后不再保留", "Deleted, and not kept any more");
    public static readonly Word Over = new("同步方式", "How it synchronises");
    public static readonly Word WifiOnly = new("只在 Wi-Fi 下自动同步", "Synchronise by itself on Wi-Fi only");
    public static readonly Word WifiOnlyText = new("用移动网络时不保持实时连接，排队的操作等到 Wi-Fi 再发送。打开的页面照常加载；暂停和终止照常发送。", "On a mobile network nothing is followed live and what is queued waits for Wi-Fi. Pages that you open still load; pausing and stopping are still sent.");
    public static readonly Word OnWifi = new("现在：Wi-Fi 或有线网络", "Now: Wi-Fi or cable");
    public static readonly Word OnMobile = new("现在：移动网络", "Now: a mobile network");
    public static readonly Word OnUnknown = new("这个浏览器不告诉应用用的是什么网络，所以分不出移动网络，会照常同步。", "This browser does not tell which network it uses; a mobile one is not recognised, and everything synchronises.");
    public static readonly Word ToTarget = new("查看", "Open");
    public static readonly Word CachedDrafts = new("草稿", "Drafts");
    public static readonly Word CachedItems = new("{0} 份", "{0}");
    public static readonly Word CacheClear = new("清除离线数据", "Clear offline data");
    public static readonly Word CacheCleared = new("已清除，草稿和待发送的操作还在", "Cleared; drafts and unsent acts stay");
    public static readonly Word DataUse = new("数据用量", "Data use");
    public static readonly Word Moved = new("已传输（{0}起）", "Transferred (since {0})");
    public static readonly Word MovedNote = new("页面、程序和请求；实时连接未计入。", "Pages, program and requests; the live connection is not counted.");
    public static readonly Word Used = new("占用空间（程序和数据）", "Space taken (app and data)");

    public static readonly Word HelpSearch = new("搜索帮助", "Search help");
    public static readonly Word HelpNone = new("没有找到相关的帮助", "No help was found");
    public static readonly Word HelpGone = new("没有这篇帮助", "There is no such document");
    public static readonly Word AppVersion = new("应用版本", "App version");
    public static readonly Word ServerVersion = new("服务器版本", "Server version");
    public static readonly Word BuiltFrom = new("构建自", "Built from");
    public static readonly Word ServerTime = new("服务器时间", "Server time");
    public static readonly Word Demo = new("演示系统，数据是示例。", "A demo: the data are made up.");
    public static readonly Word Differs = new("应用和服务器版本不同，有更新时会提示。", "The versions differ; an update is offered when it is ready.");

    public static Word Of(KeptKind kind) => kind switch { KeptKind.Lists => KeptLists, KeptKind.Runs => KeptRuns, KeptKind.Contents => KeptContents, _ => KeptWorkflows };
}
