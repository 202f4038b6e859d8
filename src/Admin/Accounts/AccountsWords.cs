using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Admin.Accounts;

/// <summary>Words of the accounts' pages.</summary>
public static class AccountsWords
{
    public static readonly Word Email = new("邮箱", "E-mail");
    public static readonly Word EmailHint = new("完整邮箱地址", "A whole address");
    public static readonly Word Role = new("角色", "Role");
    public static readonly Word Owner = new("机主", "Owner");
    public static readonly Word Administrator = new("管理员", "Administrator");
    public static readonly Word Registered = new("注册时间", "Registered");
    public static readonly Word From = new("注册从", "Registered from");
    public static readonly Word To = new("到", "To");
    public static readonly Word LastSeen = new("最后活动", "Last active");
    public static readonly Word TimeZone = new("时区", "Time zone");
    public static readonly Word Language = new("语言", "Language");
    public static readonly Word Devices = new("电脑", "Devices");
    public static readonly Word Workflows = new("工作流", "Workflows");
    public static readonly Word Runs = new("任务", "Runs");
    public static readonly Word Id = new("编号", "Id");
    public static readonly Word None = new("还没有账号", "No accounts yet");
    public static readonly Word NoneText = new("有人注册后会出现在这里。", "Whoever registers appears here.");
    public static readonly Word NoSession = new("当前没有登录", "not signed in");
    public static readonly Word Has = new("名下内容", "What it has");
    public static readonly Word Closed = new("邮箱只显示一部分；用完整邮箱可以查到账号。姓名和登录位置只有本人能看。", "Addresses are shown in part; a whole address finds its account. The name and where it is signed in are the person's own.");

    public static Word Of(AccountRole role) => role == AccountRole.Administrator ? Administrator : Owner;
}
