using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform;

/// <summary>Words of the back office's frame.</summary>
public static class AdminWords
{
    public static readonly Word Title = new("Jarvis 管理后台", "Jarvis back office");
    public static readonly Word Navigation = new("主导航", "Main");
    public static readonly Word Overview = new("概览", "Overview");
    public static readonly Word Running = new("运行", "Running");
    public static readonly Word Runs = new("任务", "Runs");
    public static readonly Word Devices = new("设备", "Devices");
    public static readonly Word Workflows = new("工作流", "Workflows");
    public static readonly Word System = new("系统", "System");
    public static readonly Word Operations = new("运维", "Operations");
    public static readonly Word NotFound = new("没有这个页面", "There is no such page");
    public static readonly Word ToOverview = new("回到概览", "Back to the overview");
    public static readonly Word Palette = new("搜索页面或编号", "Search pages and ids");
    public static readonly Word PaletteHint = new("输入页面名，或粘贴任务、设备、工作流的编号", "Type a page's name, or paste the id of a run, device or workflow");
    public static readonly Word PaletteNone = new("没有匹配的页面或编号", "No page or id matches");
    public static readonly Word OpenRun = new("打开任务 {0}", "Open run {0}");
    public static readonly Word OpenDevice = new("打开设备 {0}", "Open device {0}");
    public static readonly Word OpenWorkflow = new("打开工作流 {0}", "Open workflow {0}");
    public static readonly Word Shortcuts = new("键盘快捷键", "Keyboard shortcuts");
    public static readonly Word ShortcutPalette = new("打开命令面板", "Open the palette");
    public static readonly Word ShortcutSearch = new("搜索当前列表", "Search in the list");
    public static readonly Word ShortcutHelp = new("显示快捷键", "Show these shortcuts");
    public static readonly Word ShortcutGo = new("前往概览、任务、设备、工作流", "Go to overview, runs, devices, workflows");
    public static readonly Word ShortcutClose = new("关闭", "Close");
    public static readonly Word SingleKeys = new("启用单键快捷键", "Single-key shortcuts");
    public static readonly Word Account = new("账号与外观", "Account and appearance");
    public static readonly Word Collapse = new("收起导航", "Collapse the navigation");
    public static readonly Word Columns = new("列", "Columns");
    public static readonly Word ResetColumns = new("恢复默认", "Restore defaults");
    public static readonly Word Density = new("行距", "Density");
    public static readonly Word Compact = new("紧凑", "Compact");
    public static readonly Word Middle = new("适中", "Medium");
    public static readonly Word Comfortable = new("宽松", "Comfortable");
    public static readonly Word Previous = new("上一页", "Previous");
    public static readonly Word Next = new("下一页", "Next");
    public static readonly Word Total = new("共 {0} 条", "{0} in all");
    public static readonly Word OverviewText = new("用左侧导航或 Ctrl+K 前往各页。", "Go on by the rail on the left, or by Ctrl+K.");
}
