using Jarvis.Client.Platform;

namespace Jarvis.Client.Runs;

/// <summary>Words of starting a workflow.</summary>
public static class StartWords
{
    public static readonly Word Start = new("启动", "Start");
    public static readonly Word StartOf = new("启动“{0}”", "Start “{0}”");
    public static readonly Word Gone = new("找不到这个工作流", "There is no such workflow");
    public static readonly Word Disabled = new("这个工作流已停用，启用后才能启动。", "This workflow is disabled. Enable it before it can run.");
    public static readonly Word Parameters = new("参数", "Input");
    public static readonly Word NoParameters = new("不需要参数。", "It asks for nothing.");
    public static readonly Word Where = new("在哪台电脑上", "On which computer");
    public static readonly Word AnyPc = new("任意一台空闲的电脑", "Whichever is free");
    public static readonly Word Priority = new("优先级", "Priority");
    public static readonly Word High = new("高", "High");
    public static readonly Word Normal = new("普通", "Normal");
    public static readonly Word Low = new("低", "Low");
    public static readonly Word QueueTitle = new("{0} 现在离线", "{0} is offline now");
    public static readonly Word QueueEffect = new("“{0}”会排队，等它上线后执行；等待中可以取消。", "“{0}” waits in line until the computer is back. It can be cancelled meanwhile.");
    public static readonly Word QueueVerb = new("排队等待", "Let it wait");
    public static readonly Word WillQueue = new("离线：任务会排队，等它上线", "offline: the run waits until it is back");
    public static readonly Word Mend = new("有 {0} 处要改，还没有发送", "{0} to mend; nothing was sent");
    public static readonly Word Sending = new("正在发送…", "Sending…");
}
