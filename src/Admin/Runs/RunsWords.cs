using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Admin.Runs;

/// <summary>Words of the list of runs.</summary>
public static class RunsWords
{
    public static readonly Word Status = new("状态", "State");
    public static readonly Word Workflow = new("工作流", "Workflow");
    public static readonly Word Device = new("设备", "Device");
    public static readonly Word Owner = new("所有者", "Owner");
    public static readonly Word Requested = new("提交时间", "Requested");
    public static readonly Word Duration = new("用时", "Duration");
    public static readonly Word Trigger = new("来源", "Trigger");
    public static readonly Word ErrorType = new("错误", "Error");
    public static readonly Word Id = new("编号", "Id");
    public static readonly Word Any = new("全部", "Any");
    public static readonly Word Search = new("搜索工作流名称或编号", "Search by workflow or id");
    public static readonly Word From = new("从", "From");
    public static readonly Word To = new("到", "To");
    public static readonly Word Order = new("排序", "Order");
    public static readonly Word Newest = new("最新在前", "Newest first");
    public static readonly Word Oldest = new("最早在前", "Oldest first");
    public static readonly Word History = new("状态变化", "States");
    public static readonly Word Revision = new("版本", "Revision");
    public static readonly Word OpenPage = new("打开完整页面", "Open its page");
    public static readonly Word Closed = new("内容由所有者授权后才能查看。", "Its contents open once the owner has granted it.");
    public static readonly Word Manual = new("手动", "By hand");
    public static readonly Word Api = new("接口", "API");
    public static readonly Word Local = new("本机", "On the PC");
    public static readonly Word RetryOf = new("重试", "Retry");

    public static Word Of(RunTrigger trigger) => trigger switch
    {
        RunTrigger.Api => Api,
        RunTrigger.Local => Local,
        RunTrigger.Retry => RetryOf,
        _ => Manual,
    };
}
