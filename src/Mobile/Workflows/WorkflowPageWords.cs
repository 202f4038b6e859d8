using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Workflows;

/// <summary>Words of the pages about workflows.</summary>
public static class WorkflowPageWords
{
    public static readonly Word Search = new("搜索名称、说明或标签", "Search name, description or tags");
    public static readonly Word New = new("新建工作流", "New workflow");
    public static readonly Word Category = new("分类", "Category");
    public static readonly Word Tags = new("标签", "Tags");
    public static readonly Word Favourites = new("收藏", "Favourites");
    public static readonly Word Favour = new("收藏 {0}", "Add {0} to favourites");
    public static readonly Word Unfavour = new("取消收藏 {0}", "Remove {0} from favourites");
    public static readonly Word Total = new("共 {0} 个工作流", "{0} workflows");
    public static readonly Word None = new("还没有工作流", "No workflows yet");
    public static readonly Word NoneText = new("工作流是一份写好的步骤，电脑照着执行。粘贴或上传一份，或从示例开始。", "A workflow is a list of steps that your computer carries out. Paste or upload one, or begin with an example.");

    public static readonly Word Overview = new("概况", "Overview");
    public static readonly Word Nodes = new("节点", "Nodes");
    public static readonly Word Revisions = new("版本", "Revisions");
    public static readonly Word Parts = new("工作流的各部分", "Parts of the workflow");
    public static readonly Word Start = new("启动", "Start");
    public static readonly Word Edit = new("编辑", "Edit");
    public static readonly Word Disable = new("停用", "Disable");
    public static readonly Word Enable = new("启用", "Enable");
    public static readonly Word DisableTitle = new("停用 {0}？", "Disable {0}?");
    public static readonly Word DisableEffect = new("停用后不能再启动新的任务；正在执行和已经在等待的任务不受影响。随时可以重新启用。", "No new runs of it can be started; those running or waiting go on. It can be enabled again at any time.");
    public static readonly Word DisabledNow = new("已停用", "Disabled");
    public static readonly Word EnabledNow = new("已启用", "Enabled");
    public static readonly Word IsDisabled = new("这个工作流已停用，不能启动新的任务。", "This workflow is disabled: no runs of it can be started.");
    public static readonly Word Gone = new("找不到这个工作流", "There is no such workflow");
    public static readonly Word ToList = new("全部工作流", "All workflows");

    public static readonly Word Name = new("名称", "Name");
    public static readonly Word Owner = new("所有者", "Owner");
    public static readonly Word Mine = new("我", "me");
    public static readonly Word Revision = new("版本", "Revision");
    public static readonly Word RevisionValue = new("第 {0} 版（{1}）", "{0} ({1})");
    public static readonly Word Changed = new("最近改动", "Last change");
    public static readonly Word AtOnce = new("同时执行", "At once");
    public static readonly Word AtOnceValue = new("最多 {0} 个任务", "at most {0} runs");

    public static readonly Word Figures = new("执行统计", "Figures");
    public static readonly Word Period = new("统计时段", "Period");
    public static readonly Word Week = new("近 7 天", "7 days");
    public static readonly Word Month = new("近 30 天", "30 days");
    public static readonly Word Runs = new("任务", "Runs");
    public static readonly Word Success = new("成功率", "Success");
    public static readonly Word Failed = new("失败", "Failed");
    public static readonly Word Average = new("平均耗时", "Average");
    public static readonly Word Median = new("中位耗时", "Median");
    public static readonly Word P95 = new("P95 耗时", "95th percentile");
    public static readonly Word Recent = new("最近的任务", "Recent runs");
    public static readonly Word AllRuns = new("全部 {0} 个", "all {0}");
    public static readonly Word NoRunsText = new("点“启动”执行第一次。", "Press Start to run it for the first time.");

    public static readonly Word Number = new("第 {0} 版", "Revision {0}");
    public static readonly Word Latest = new("最新", "latest");
    public static readonly Word Compare = new("比较", "Compare");
    public static readonly Word From = new("从", "From");
    public static readonly Word To = new("到", "to");
    public static readonly Word OnlyOne = new("只有一个版本，没有可以比较的。", "There is one revision, so nothing to compare it with.");
    public static readonly Word PublishedBy = new("{0} 发布", "published by {0}");
    public static readonly Word EditTitle = new("编辑 {0}", "Edit {0}");
}
