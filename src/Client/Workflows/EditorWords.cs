using Jarvis.Client.Platform;

namespace Jarvis.Client.Workflows;

/// <summary>Words of the editor of definitions.</summary>
public static class EditorWords
{
    public static readonly Word Definition = new("工作流定义（YAML 或 JSON）", "Definition (YAML or JSON)");
    public static readonly Word Placeholder = new("把工作流定义粘贴到这里，或上传文件，或从示例开始。", "Paste a definition here, upload a file, or begin with an example.");
    public static readonly Word Upload = new("上传文件", "Upload a file");
    public static readonly Word Example = new("从示例开始", "Begin with an example");
    public static readonly Word TooLarge = new("文件太大：最多 {0}。", "The file is too large: at most {0}.");
    public static readonly Word NotText = new("这不是文本文件。", "This is not a text file.");
    public static readonly Word Replace = new("替换现在的内容？", "Replace what is there?");
    public static readonly Word ReplaceEffect = new("编辑器里的内容会被换掉，可以用 Ctrl+Z 以外的方式找回的只有已发布的版本。", "What is in the editor is replaced; only published revisions can be got back.");
    public static readonly Word ReplaceVerb = new("替换", "Replace");

    public static readonly Word Checking = new("正在检查…", "Checking…");
    public static readonly Word Valid = new("没有问题，可以发布", "No problems: ready to publish");
    public static readonly Word Problems = new("{0} 处问题", "{0} problems");
    public static readonly Word OneProblem = new("1 处问题", "1 problem");
    public static readonly Word Unchecked = new("连不上服务器，暂时不能检查；草稿已保存在这台设备上。", "The server does not answer, so this cannot be checked now. The draft is kept on this device.");
    public static readonly Word ProblemList = new("问题列表", "Problems");
    public static readonly Word Line = new("第 {0} 行", "Line {0}");
    public static readonly Word LineColumn = new("第 {0} 行第 {1} 列", "Line {0}, column {1}");
    public static readonly Word Keys = new("F8 到下一处问题，Shift+F8 到上一处；Ctrl+] 和 Ctrl+[ 缩进。", "F8 goes to the next problem, Shift+F8 to the one before; Ctrl+] and Ctrl+[ indent.");
    public static readonly Word Nothing = new("写好以后，这里会画出它的节点。", "Once there is a definition, its nodes are drawn here.");
    public static readonly Word MendFirst = new("先改好 {0} 处问题，这里会画出节点。", "Mend {0} problems first; then its nodes are drawn here.");
    public static readonly Word LastGood = new("下面是最后一次没有问题时的样子。", "Below is how it was when it last had no problem.");
    public static readonly Word Difference = new("与最新版的差异", "Changes");
    public static readonly Word IsNew = new("这是一个新的工作流：{0}", "This makes a new workflow: {0}");
    public static readonly Word IsRevision = new("这会成为 {0} 的第 {1} 版", "This becomes revision {1} of {0}");
    public static readonly Word NewNoDifference = new("新的工作流，没有更早的版本可以比较。", "A new workflow has no earlier revision to compare with.");
    public static readonly Word SideViews = new("旁边显示什么", "What stands beside it");

    public static readonly Word Publish = new("发布", "Publish");
    public static readonly Word Publishing = new("正在发布…", "Publishing…");
    public static readonly Word PublishOffline = new("发布需要连上服务器。草稿已保存在这台设备上，恢复连接后再发布。", "Publishing needs the server. The draft is kept on this device; publish it once the connection is back.");
    public static readonly Word Published = new("已发布 {0}，第 {1} 版", "Published {0}, revision {1}");
    public static readonly Word Unchanged = new("内容没有变，{0} 仍是第 {1} 版", "Nothing changed: {0} stays at revision {1}");
    public static readonly Word Start = new("启动", "Start");
    public static readonly Word Look = new("查看工作流", "Look at it");
    public static readonly Word GoOn = new("继续编辑", "Go on editing");

    public static readonly Word DraftBack = new("已恢复 {0} 的草稿", "Your draft of {0} is back");
    public static readonly Word DraftDrop = new("放弃草稿", "Discard the draft");
    public static readonly Word DraftDropTitle = new("放弃草稿？", "Discard the draft?");
    public static readonly Word DraftDropEffect = new("编辑器回到最新版的内容，草稿不再保留。", "The editor goes back to the latest revision; the draft is not kept.");

    private static readonly Dictionary<string, Word> Codes = new(StringComparer.Ordinal)
    {
        ["language.syntax"] = new("写法有误，读不下去", "This cannot be read"),
        ["language.duplicate_key"] = new("同一个名称写了两次", "The same name stands twice"),
        ["language.unknown_property"] = new("没有这个属性", "There is no such property"),
        ["language.missing"] = new("缺少必需的内容", "Something required is missing"),
        ["language.wrong_type"] = new("值的类型不对", "The value is of the wrong type"),
        ["language.invalid_value"] = new("值不正确", "The value is not valid"),
        ["language.not_supported"] = new("Jarvis 还不支持这种写法", "Jarvis does not support this yet"),
        ["language.unknown_reference"] = new("引用的内容没有定义", "What it refers to is not defined"),
        ["language.unknown_task"] = new("没有这个节点", "There is no such task"),
        ["language.unknown_function"] = new("没有这个函数", "There is no such function"),
        ["language.task_kind"] = new("节点的类型不清楚", "The kind of the task is not clear"),
        ["language.argument"] = new("函数的参数不对", "The function's arguments are wrong"),
        ["language.expression"] = new("表达式有误", "The expression is wrong"),
        ["language.schema"] = new("JSON Schema 有误", "The JSON Schema is wrong"),
        ["language.recursion"] = new("自己引用了自己", "It refers to itself"),
        ["language.too_large"] = new("太大", "It is too large"),
    };

    /// <summary>What kind of mistake it is; what exactly stands in the server's own words. Null for a code that is newer than this app.</summary>
    public static Word? Of(string code) => Codes.GetValueOrDefault(code);
}
