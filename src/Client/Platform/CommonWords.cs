namespace Jarvis.Client.Platform;

/// <summary>Words that more than one page says.</summary>
public static class CommonWords
{
    public static readonly Word Jarvis = new("Jarvis", "Jarvis");
    public static readonly Word Retry = new("重试", "Try again");
    public static readonly Word Cancel = new("取消", "Cancel");
    public static readonly Word Close = new("关闭", "Close");
    public static readonly Word Back = new("返回", "Back");
    public static readonly Word Undo = new("撤销", "Undo");
    public static readonly Word Reload = new("刷新", "Reload");
    public static readonly Word LoadMore = new("加载更多", "Load more");
    public static readonly Word Copy = new("复制", "Copy");
    public static readonly Word Copied = new("已复制", "Copied");
    public static readonly Word Loading = new("正在加载", "Loading");
    public static readonly Word SkipToContent = new("跳到内容", "Skip to content");
    public static readonly Word Required = new("必填", "required");
    public static readonly Word Reason = new("原因", "Reason");
    public static readonly Word TypeToConfirm = new("请输入“{0}”以确认", "Type “{0}” to confirm");
    public static readonly Word ShowTable = new("查看数据表", "Show as a table");
    public static readonly Word ShowChart = new("查看图表", "Show as a chart");
    public static readonly Word Language = new("语言", "Language");
    public static readonly Word Theme = new("外观", "Appearance");
    public static readonly Word ThemeSystem = new("跟随系统", "System");
    public static readonly Word ThemeLight = new("浅色", "Light");
    public static readonly Word ThemeDark = new("深色", "Dark");

    public static readonly Word DeviceOffline = new("手机离线", "This device is offline");
    public static readonly Word ServerAway = new("连不上服务器", "The server does not answer");
    public static readonly Word DataAsOf = new("数据截至 {0}", "data as of {0}");
    public static readonly Word Polling = new("实时连接中断，每 10 秒刷新一次", "Live connection lost; refreshing every 10 seconds");
    public static readonly Word Held = new("移动网络 · 按你的设置没有自动同步", "Mobile network: not synchronised, as you settled");
    public static readonly Word SyncThisTime = new("这次也同步", "Synchronise now");
    public static readonly Word UpdateWaits = new("有新版本，点此更新", "A new version is ready: tap to update");

    public static readonly Word CouldNotLoad = new("没能加载", "This could not be loaded");
    public static readonly Word TraceId = new("追踪号 {0}", "Trace id {0}");
    public static readonly Word NoMatch = new("没有符合条件的内容", "Nothing matches");
    public static readonly Word ClearFilters = new("清除筛选", "Clear filters");
    public static readonly Word NewRows = new("有 {0} 条新记录", "{0} new");
    public static readonly Word ToEnd = new("跟随最新", "Follow the end");
    public static readonly Word Sent = new("已发送", "Sent");
}
