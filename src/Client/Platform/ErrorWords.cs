namespace Jarvis.Client.Platform;

/// <summary>The server's stable codes in the person's language. A code that is not here is shown in the server's words.</summary>
public static class ErrorWords
{
    public static readonly Word Unreachable = new("连不上服务器。检查网络后重试。", "The server does not answer. Check the network and try again.");

    private static readonly Dictionary<string, Word> ByCode = new(StringComparer.Ordinal)
    {
        ["auth.bad_credentials"] = new("邮箱或密码不对。", "E-mail address or password is wrong."),
        ["auth.required"] = new("请先登录。", "Sign in first."),
        ["auth.token_expired"] = new("登录已过期，请重新登录。", "Your sign-in has expired. Sign in again."),
        ["auth.session_ended"] = new("登录已结束，请重新登录。", "Your session has ended. Sign in again."),
        ["auth.refresh_invalid"] = new("登录已过期，请重新登录。", "Your sign-in has expired. Sign in again."),
        ["auth.forbidden"] = new("这个账号没有权限，请联系管理员。", "This account may not do that. Ask an administrator."),
        ["auth.too_many_registrations"] = new("注册得太频繁，请稍后再试。", "Too many accounts were asked for. Try again later."),
        ["account.locked"] = new("密码错误次数太多，请稍后再试。", "Too many wrong passwords. Try again later."),
        ["account.email_taken"] = new("这个邮箱已经注册，请直接登录。", "This address has an account already. Sign in instead."),
        ["account.gone"] = new("这个账号已不存在。", "The account is there no more."),
        ["server.busy"] = new("服务器正忙，请稍后再试。", "The server is busy. Try again in a moment."),
        ["view.behind"] = new("数据还在更新，请稍后重试。", "The data are still catching up. Try again in a moment."),
        ["view.busy"] = new("视图一直有人在读，暂时换不上新的；新视图已就绪，请稍后再切换。", "The view is being read without a pause. The new one stays ready: switch to it again in a while."),
        ["run.not_found"] = new("找不到这个任务。", "There is no such run."),
        ["device.not_found"] = new("找不到这台电脑。", "There is no such computer."),
        ["workflow.not_found"] = new("找不到这个工作流。", "There is no such workflow."),
        ["server.error"] = new("服务器出错了，已经记录。", "Something went wrong on the server. It was recorded."),
        ["server.unavailable"] = new("服务器暂时无法存取数据，请稍后再试。", "The store does not answer at the moment. Try again soon."),
        ["blob.pending"] = new("电脑还没有上传它，请稍后再看。", "Its PC has not sent it yet. Look again later."),
        ["blob.erased"] = new("内容已删除。", "It was erased."),
        ["blob.removed"] = new("内容已清理。", "It was removed."),
        ["blob.not_found"] = new("找不到这个文件。", "There is no such file."),
        ["command.id_reused"] = new("这个操作已经提交过，请刷新后再试。", "This was sent before. Reload and try again."),
        ["device.code_unknown"] = new("没有电脑在用这个配对码等待。配对码 10 分钟内有效。", "No computer is waiting under that code. Codes are good for ten minutes."),
        ["device.code_used"] = new("这个配对码已经用过了。", "That code was answered already."),
        ["device.paused"] = new("这台电脑已全部暂停，任务会等到恢复后再执行。", "Everything on the computer is paused; the run waits until it is resumed."),
        ["device.revoked"] = new("这台电脑已解除绑定，请重新配对。", "The computer was unbound; pair it again."),
        ["device.too_many_codes"] = new("尝试的配对码太多，请一分钟后再试。", "Too many codes were tried; wait a minute."),
        ["run.already_paused"] = new("任务已经暂停了。", "The run is paused already."),
        ["run.control_pending"] = new("同样的请求已经在路上了。", "The same request is already on its way."),
        ["run.device_gone"] = new("原来的电脑已解除绑定：请从头重试，并选择另一台。", "The computer was unbound: retry from the start on another."),
        ["run.ended"] = new("任务已经结束。", "The run has ended."),
        ["run.input_invalid"] = new("输入不符合这个工作流的要求。", "The input does not fit the workflow."),
        ["run.journal_elsewhere"] = new("已完成的步骤在原来的电脑上：请在那台电脑上继续，或在这台上从头重试。", "What was finished is on the other computer: go on there, or retry from the start here."),
        ["run.never_published"] = new("这个任务执行的是没有发布过的文件，没有更新的版本。", "The run executed a file that was never published; it has no newer revision."),
        ["run.no_definition"] = new("找不到这个任务执行的定义。", "The definition that the run executed is not known here."),
        ["run.not_ended"] = new("任务还没有结束。", "The run has not ended yet."),
        ["run.not_paused"] = new("任务没有暂停。", "The run is not paused."),
        ["run.not_started"] = new("还没有电脑接下这个任务，只能取消。", "No computer has taken the run yet; it can only be cancelled."),
        ["run.retry_under_way"] = new("另一次重试正在从那里继续，请等它结束或先停止它。", "Another retry goes on from there; wait for it, or stop it first."),
        ["run.retry_completed"] = new("另一次重试已从那里完成。要全部再做一遍，请从头重试。", "Another retry went on from there and completed. Retry from the start to do all of it again."),
        ["run.nothing_failed"] = new("没有失败的节点，请从头重试。", "Nothing of the run failed; retry it from the start."),
        ["run.other_workflow"] = new("只能比较同一个工作流的任务。", "Only runs of the same workflow are compared."),
        ["run.prefix_too_long"] = new("记录太多，无法用新版本接着执行；请用原来的版本重试。", "Too much was recorded to go on with another revision; retry on the original one."),
        ["run.task_gone"] = new("最新版本里没有失败的那个节点了。", "The newest revision no longer has the task that failed."),
        ["run.selection_differs"] = new("名单已经变了，请重新查看后再试。", "The selection has changed. Look at it again."),
        ["run.selection_too_large"] = new("选中的任务太多，请缩小范围。", "Too many runs are selected."),
        ["run.too_many_controls"] = new("电脑还没有回应之前的请求，请稍后再试。", "Its computer has not answered many requests yet; wait until it does."),
        ["workflow.disabled"] = new("工作流已停用，启用后才能执行。", "The workflow is disabled; enable it before it can run."),
        ["workflow.invalid"] = new("定义有问题，见每一处标注。", "The definition has problems; each is listed with its place."),
        ["workflow.not_disabled"] = new("工作流没有停用。", "The workflow is not disabled."),
        ["workflow.revision_not_found"] = new("没有这个版本。", "The workflow has no such revision."),
        ["account.password_wrong"] = new("现在的密码不对。", "That is not the current password."),
        ["device.not_allowed"] = new("这台电脑不允许这样做；可以在电脑页面里修改它的权限。", "The computer may not do that; its permissions can be changed on its page."),
        ["run.gone"] = new("任务已经不归这台电脑执行了。", "The run is not for this computer any more."),
        ["run.prefix_differs"] = new("最新版本和已执行的部分走向不同；请从头重试，或用原来的版本。", "The newest revision does not go the way the run went; retry from the start, or on the original one."),
        ["run.prefix_unknown"] = new("已记录的内容太大，无法和新版本核对；请用原来的版本重试。", "Some of what was recorded is too large to hold against another revision; retry on the original one."),
        ["workflow.class_invalid"] = new("分类或标签太长，或者标签太多。", "A category or tag is too long, or there are too many tags."),
        ["graphql.too_many_operations"] = new("打开的实时视图太多，请关闭几个。", "Too many live views are open. Close some."),
        ["graphql.timeout"] = new("服务器没有及时回答，请重试。", "The server took too long. Try again."),
    };

    public static string Of(Language language, Exception problem) => problem switch
    {
        RefusedException refused => Of(language, refused.Refusal),
        UnreachableException => language[Unreachable],
        _ => problem.Message,
    };

    public static string Of(Language language, Refusal refusal) => ByCode.TryGetValue(refusal.Code, out var word) ? language[word] : refusal.Message;
}
