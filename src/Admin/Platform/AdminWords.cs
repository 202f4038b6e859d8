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
    public static readonly Word Devices = new("电脑", "Devices");
    public static readonly Word Workflows = new("工作流", "Workflows");
    public static readonly Word NewWorkflow = new("新建工作流", "New workflow");
    public static readonly Word System = new("系统", "System");
    public static readonly Word Operations = new("运维", "Operations");
    public static readonly Word Users = new("用户", "People");
    public static readonly Word Accounts = new("账号", "Accounts");
    public static readonly Word Projections = new("投影", "Projections");
    public static readonly Word DeadLetters = new("死信", "Dead letters");
    public static readonly Word Forbidden = new("这里只有管理员能进", "This is for administrators");
    public static readonly Word ForbiddenText = new("当前账号不是管理员。需要权限请找你们的管理员；自己的任务和电脑在手机应用里看。", "This account is no administrator's. Ask one of yours for the right; your own runs and computers are in the phone app.");
    public static readonly Word ToPhoneApp = new("打开手机应用", "Open the phone app");
    public static readonly Word Trail = new("所在位置", "Where this is");
    public static readonly Word NotFound = new("没有这个页面", "There is no such page");
    public static readonly Word NotFoundText = new("地址可能写错了，或者内容已经移走。", "The address may be mistyped, or what was there has moved.");
    public static readonly Word ToOverview = new("回到概览", "Back to the overview");
    public static readonly Word Palette = new("搜索页面、编号、邮箱、名称", "Search pages, ids, addresses, names");
    public static readonly Word PaletteHint = new("页面名、编号、邮箱或工作流名称；粘贴完整编号直接打开", "A page, an id, an address or a workflow; a whole id opens at once");
    public static readonly Word PaletteNone = new("没有匹配的页面、编号或名称", "No page, id or name matches");
    public static readonly Word Shortcuts = new("键盘快捷键", "Keyboard shortcuts");
    public static readonly Word ShortcutPalette = new("打开命令面板", "Open the palette");
    public static readonly Word ShortcutSearch = new("搜索当前列表", "Search in the list");
    public static readonly Word PaletteSearching = new("正在搜索…", "Searching…");
    public static readonly Word KindPage = new("页面", "Page");
    public static readonly Word KindRun = new("任务", "Run");
    public static readonly Word KindDevice = new("电脑", "Device");
    public static readonly Word KindWorkflow = new("工作流", "Workflow");
    public static readonly Word KindAccount = new("账号", "Account");
    public static readonly Word ShortcutRows = new("在列表中上下移动", "Go down and up a list");
    public static readonly Word ShortcutOpen = new("打开所在的行", "Open the row");
    public static readonly Word ShortcutSelect = new("选择所在的行", "Select the row");
    public static readonly Word ShortcutHelp = new("显示快捷键", "Show these shortcuts");
    public static readonly Word ShortcutClose = new("关闭", "Close");
    public static readonly Word SingleKeys = new("启用单键快捷键", "Single-key shortcuts");
    public static readonly Word Account = new("账号与外观", "Account and appearance");
}
