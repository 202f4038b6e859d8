using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Workflows;

/// <summary>Words about workflows that both apps say.</summary>
public static class WorkflowWords
{
    public static readonly Word Workflows = new("工作流", "Workflows");
    public static readonly Word Revision = new("第 {0} 版", "revision {0}");
    public static readonly Word Disabled = new("已停用", "Disabled");
    public static readonly Word NoDifference = new("和最新版一样", "The same as the latest revision");
    public static readonly Word NoDifferenceText = new("内容和第 {0} 版没有差异。", "Nothing differs from revision {0}.");
    public static readonly Word FromTo = new("第 {0} 版 → 第 {1} 版", "Revision {0} → {1}");
    public static readonly Word DifferenceLines = new("改动的行", "Changed lines");
    public static readonly Word TaskAdded = new("新增", "Added");
    public static readonly Word TaskRemoved = new("删除", "Removed");
    public static readonly Word TaskChanged = new("修改", "Changed");

    public static Word Of(TaskDifferenceKind kind) => kind switch
    {
        TaskDifferenceKind.Added => TaskAdded,
        TaskDifferenceKind.Removed => TaskRemoved,
        _ => TaskChanged,
    };
}
