using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Runs;

/// <summary>Words of retrying.</summary>
public static class RetryWords
{
    public static readonly Word RetryOf = new("重试“{0}”", "Retry “{0}”");
    public static readonly Word RetryText = new("会新建一个任务，原来的不变。", "A new run is made; the earlier one stays as it is.");
    public static readonly Word From = new("从哪里开始", "Begin where");
    public static readonly Word FromFailed = new("从失败的节点“{0}”继续", "Go on from the failed task “{0}”");
    public static readonly Word FromFailedText = new("已完成的节点不再执行，在原来的电脑上继续。", "What was finished is not done again; it goes on, on the same computer.");
    public static readonly Word FromStart = new("从头开始", "From the start");
    public static readonly Word FromStartText = new("全部节点重新执行，可以换一台电脑。", "Every task is done again, on any computer.");
    public static readonly Word MarkDone = new("把失败的节点标记为完成", "Mark the failed task as done");
    public static readonly Word MarkDoneText = new("不再执行它，用你给出的输出接着执行后面的节点。", "It is not run again; the rest goes on with the output that you give.");
    public static readonly Word Correct = new("修改这个节点的输入", "Correct the task's input");
    public static readonly Word TaskInput = new("节点的输入（JSON）", "The task's input (JSON)");
    public static readonly Word TaskOutput = new("节点的输出（JSON）", "The task's output (JSON)");
    public static readonly Word TaskInputHelp = new("先填上了前一个节点交给它的内容；改好再发送。", "It begins with what the task before it handed on.");
    public static readonly Word Input = new("输入", "Input");
    public static readonly Word Revision = new("用哪一版", "Which revision");
    public static readonly Word Original = new("原来的第 {0} 版", "The same, revision {0}");
    public static readonly Word Newest = new("最新的第 {0} 版", "The newest, revision {0}");
    public static readonly Word Retry = new("重试", "Retry");
}
