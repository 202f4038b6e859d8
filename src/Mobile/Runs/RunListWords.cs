using Jarvis.Client.Platform;
using Jarvis.Client.Runs;

namespace Jarvis.Mobile.Runs;

/// <summary>Words of the list of runs.</summary>
public static class RunListWords
{
    public static readonly Word Segments = new("任务分类", "Kinds of runs");
    public static readonly Word States = new("按状态筛选", "Filter by state");
    public static readonly Word Waiting = new("等待", "Waiting");
    public static readonly Word History = new("历史", "History");
    public static readonly Word Total = new("共 {0} 个", "{0} runs");
    public static readonly Word Place = new("排在第 {0} 位", "number {0} in line");
    public static readonly Word NoDevice = new("还没有电脑接下", "no computer yet");
    public static readonly Word NoneRunning = new("现在没有任务在执行", "Nothing is running now");
    public static readonly Word NoneWaiting = new("没有任务在等待", "Nothing is waiting");

    public static Word EmptyOf(string shown) => shown switch { "running" => NoneRunning, "waiting" => NoneWaiting, _ => RunWords.NoRuns };
}
