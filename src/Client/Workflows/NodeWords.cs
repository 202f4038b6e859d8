using Jarvis.Client.Platform;

namespace Jarvis.Client.Workflows;

/// <summary>Words of the node view. On screen a task of the DSL is 节点.</summary>
public static class NodeWords
{
    public static readonly Word NodeView = new("节点视图", "Nodes");
    public static readonly Word Begin = new("开始", "Start");
    public static readonly Word End = new("结束", "End");
    public static readonly Word Nodes = new("{0} 个节点", "{0} nodes");
    public static readonly Word OnlyIf = new("仅当", "only if");
    public static readonly Word When = new("当", "when");
    public static readonly Word Otherwise = new("否则", "otherwise");
    public static readonly Word GoesTo = new("转到", "go to");
    public static readonly Word Then = new("之后转到", "then go to");
    public static readonly Word SkipsToEnd = new("不满足时结束", "ends where it does not hold");
    public static readonly Word Kind = new("类型", "Kind");
    public static readonly Word Name = new("名称", "Name");
    public static readonly Word Detail = new("内容", "What it does");
    public static readonly Word Condition = new("条件", "Condition");
    public static readonly Word Place = new("位置", "Place");
    public static readonly Word Leads = new("去向", "Where it leads");
    public static readonly Word Hint = new("用上下方向键在节点间移动", "Arrow keys move between nodes");
    public static readonly Word Added = new("新增", "New");
    public static readonly Word Changed = new("有改动", "Changed");

    private static readonly Dictionary<string, (Word Word, string Icon)> Kinds = new(StringComparer.Ordinal)
    {
        ["do"] = (new("顺序执行", "Sequence"), "runs"),
        ["for"] = (new("循环", "Loop"), "retry"),
        ["fork"] = (new("并行", "Parallel"), "flow"),
        ["switch"] = (new("分支判断", "Choice"), "filter"),
        ["try"] = (new("容错", "Try"), "shield"),
        ["set"] = (new("赋值", "Set"), "table"),
        ["call"] = (new("调用", "Call"), "link"),
        ["run"] = (new("运行程序", "Run"), "play"),
        ["wait"] = (new("等待", "Wait"), "clock"),
        ["raise"] = (new("报错", "Raise"), "warning"),
        ["listen"] = (new("等待事件", "Listen"), "bell"),
        ["emit"] = (new("发出事件", "Emit"), "upload"),
    };

    private static readonly Dictionary<string, Word> Parts = new(StringComparer.Ordinal)
    {
        ["do"] = new("依次执行", "one after the other"),
        ["branches"] = new("同时执行", "at the same time"),
        ["try"] = new("尝试", "try"),
        ["catch"] = new("出错时", "on an error"),
        ["foreach"] = new("对每个事件", "for each event"),
    };

    private static readonly Word EachItem = new("对每一项", "for each item");

    public static Word KindOf(string kind) => Kinds.TryGetValue(kind, out var known) ? known.Word : new Word(kind, kind);

    public static string IconOf(string kind) => Kinds.TryGetValue(kind, out var known) ? known.Icon : "info";

    public static Word PartOf(string kind, string part) => kind == "for" && part == "do" ? EachItem : Parts.TryGetValue(part, out var word) ? word : new Word(part, part);
}
