using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Platform;

/// <summary>Words of the first page.</summary>
public static class HomeWords
{
    public static readonly Word Devices = new("选择电脑", "Choose a computer");
    public static readonly Word AllDevices = new("全部电脑", "All computers");
    public static readonly Word PcOffline = new("{0} 离线", "{0} is offline");
    public static readonly Word PcStale = new("{0} 失联", "{0} has gone quiet");
    public static readonly Word PcNeverSeen = new("还没有上线过", "never seen");

    public static readonly Word Figures = new("概况", "At a glance");
    public static readonly Word RunningNow = new("正在执行", "Running now");
    public static readonly Word RunsToday = new("今日任务", "Runs today");
    public static readonly Word SuccessToday = new("今日成功率", "Success today");
    public static readonly Word DevicesOnline = new("在线电脑", "Computers online");
    public static readonly Word WaitingNote = new("另有 {0} 个在等待", "{0} waiting");
    public static readonly Word PausedNote = new("{0} 个已暂停", "{0} paused");
    public static readonly Word OfNote = new("{0} 成功 · {1} 失败", "{0} done · {1} failed");

    public static readonly Word NeedsMe = new("需要处理", "Needs attention");
    public static readonly Word SeeAll = new("全部 {0}", "All {0}");
    public static readonly Word NothingRuns = new("现在没有任务在执行", "Nothing is running now");
    public static readonly Word Favourites = new("收藏的工作流", "Favourite workflows");
    public static readonly Word NoFavourites = new("在工作流页面点星标，就能在这里一点启动。", "Star a workflow, and it starts from here at one tap.");
    public static readonly Word Browse = new("浏览工作流", "Browse workflows");
    public static readonly Word Start = new("启动", "Start");
    public static readonly Word NeedsForm = new("需填参数", "asks for input");
    public static readonly Word QueueTitle = new("{0} 现在离线", "{0} is offline now");
    public static readonly Word QueueEffect = new("“{0}”会排队，等它上线后执行；等待中可以取消。", "“{0}” waits in line until the computer is back. It can be cancelled meanwhile.");
    public static readonly Word QueueVerb = new("排队等待", "Let it wait");

    public static readonly Word PauseAll = new("全部暂停", "Pause all");
    public static readonly Word PauseWhich = new("暂停哪台电脑上的任务？", "Pause the runs of which computer?");
    public static readonly Word RunsOn = new("正在执行 {0} 个", "{0} running");
    public static readonly Word EndedNote = new("{0} 个已有结果", "of {0} that ended");
    public static readonly Word BringWorkflow = new("先看看工作流怎么写", "See how a workflow is written");
    public static readonly Word HowTo = new("使用帮助", "How it works");
    public static readonly Word ResumeAll = new("全部继续", "Resume all");
    public static readonly Word PauseAllTitle = new("暂停 {0} 上的全部任务？", "Pause everything on {0}?");
    public static readonly Word PauseAllEffect = new("正在执行的 {0} 个任务做完当前节点后停住；继续之前，新任务会排队等待。", "{0} running now hold after their current task; new runs wait until it is resumed.");
    public static readonly Word AllPausedBy = new("{0} 已全部暂停", "Everything on {0} is paused");
    public static readonly Word ResultsTitle = new("每个任务的结果", "What became of each run");
    public static readonly Word ResultsNone = new("没有正在执行的任务；之后的任务会等待。", "Nothing was running; later runs wait.");
    public static readonly Word ResultsNoneResumed = new("没有暂停的任务；等待的任务会继续分派。", "Nothing was paused; waiting runs are dispatched again.");
    public static readonly Word OutcomeAccepted = new("已请求", "asked");
    public static readonly Word OutcomeWaits = new("退回排队", "waits again");
    public static readonly Word OutcomeRefused = new("没有成功：{0}", "refused: {0}");

    public static readonly Word Trend = new("本周任务", "This week");
    public static readonly Word TrendSum = new("共 {0} 个", "{0} in all");
    public static readonly Word Day = new("日期", "Day");
    public static readonly Word Others = new("其他", "Other");

    public static readonly Word FirstUse = new("连接第一台电脑", "Connect your first computer");
    public static readonly Word FirstUseText = new("在电脑上运行 jarvis runner，它会显示一个配对码；在这里批准后就能远程启动和控制任务。", "Run “jarvis runner” on the computer: it shows a code. Approve it here, and you can start and steer runs from the phone.");
    public static readonly Word Approve = new("输入配对码", "Enter the code");
}
