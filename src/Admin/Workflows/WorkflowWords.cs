using Jarvis.Client.Platform;

namespace Jarvis.Admin.Workflows;

/// <summary>Words of the workflows' pages.</summary>
public static class WorkflowWords
{
    public static readonly Word Name = new("名称", "Name");
    public static readonly Word Namespace = new("命名空间", "Namespace");
    public static readonly Word Owner = new("所有者", "Owner");
    public static readonly Word Revision = new("版本", "Revision");
    public static readonly Word State = new("状态", "State");
    public static readonly Word Enabled = new("启用", "Enabled");
    public static readonly Word Disabled = new("停用", "Disabled");
    public static readonly Word Category = new("分类", "Category");
    public static readonly Word Tags = new("标签", "Tags");
    public static readonly Word Published = new("首次发布", "First published");
    public static readonly Word Changed = new("最近修改", "Changed");
    public static readonly Word AtOnce = new("并行上限", "At once");
    public static readonly Word NoLimit = new("不限", "no limit");
    public static readonly Word Id = new("编号", "Id");
    public static readonly Word Search = new("搜索", "Search");
    public static readonly Word SearchHint = new("名称、命名空间、分类或标签", "Name, namespace, category or tag");
    public static readonly Word None = new("还没有工作流", "No workflows yet");
    public static readonly Word NoneText = new("任何账号发布工作流后，它会出现在这里。", "Once any account publishes a workflow, it appears here.");
    public static readonly Word Last30 = new("最近 30 天", "Last 30 days");
    public static readonly Word RunsOf = new("{0} 个任务，成功率 {1}", "{0} runs, {1} succeeded");
    public static readonly Word Times = new("用时中位数 {0}，95% 在 {1} 内", "median {0}, 95% within {1}");
    public static readonly Word Runs = new("这个工作流的任务", "Runs of this workflow");
    public static readonly Word Running = new("执行中", "Running");
    public static readonly Word Failed = new("失败", "Failed");
    public static readonly Word All = new("全部", "All");
    public static readonly Word Revisions = new("各版本", "Revisions");
    public static readonly Word Edit = new("编辑", "Edit");
    public static readonly Word EditOf = new("编辑 {0}", "Edit {0}");
    public static readonly Word OwnersAlone = new("这是别人的工作流", "This workflow is somebody else's");
    public static readonly Word NoPc = new("这个账号还没有绑定电脑：任务会排队，等第一台电脑上线后执行。", "This account has no computer yet: the run waits in line until one is paired.");
    public static readonly Word Closed = new("定义的内容、标题和说明归所有者，对管理员不开放；停用和限流由所有者操作。", "The definition, its title and description are its owner's; only the owner disables or limits it.");
}
