using Jarvis.Client.Platform;

namespace Jarvis.Client.Accounts;

/// <summary>Words of signing in.</summary>
public static class AccountWords
{
    public static readonly Word SignIn = new("登录", "Sign in");
    public static readonly Word SignInAgain = new("登录已过期，请重新登录", "Your sign-in has expired. Sign in again");
    public static readonly Word KeptForms = new("页面上填写的内容会保留。", "What you have typed on the page is kept.");
    public static readonly Word Register = new("注册", "Create an account");
    public static readonly Word Email = new("邮箱", "E-mail");
    public static readonly Word Password = new("密码", "Password");
    public static readonly Word NewPassword = new("设置密码（至少 {0} 个字符）", "Choose a password (at least {0} characters)");
    public static readonly Word DisplayName = new("称呼（可不填）", "Name (optional)");
    public static readonly Word ShowPassword = new("显示密码", "Show the password");
    public static readonly Word NoAccount = new("还没有账号？", "No account yet?");
    public static readonly Word HasAccount = new("已有账号？", "You have an account?");
    public static readonly Word Forgotten = new("忘记密码？", "Forgotten your password?");
    public static readonly Word ForgottenText = new("这个服务器还不能通过邮件重设密码。请联系管理员。", "This server cannot reset passwords by e-mail yet. Ask an administrator.");
    public static readonly Word SignOut = new("退出登录", "Sign out");
    public static readonly Word SignOutTitle = new("退出登录？", "Sign out?");
    public static readonly Word SignOutEffect = new("这台设备上保存的数据、草稿和未发送的操作都会删除。", "Data, drafts and unsent acts kept on this device are deleted.");
    public static readonly Word Welcome = new("随时查看和管理你的电脑", "Watch and steer your computers");
}
