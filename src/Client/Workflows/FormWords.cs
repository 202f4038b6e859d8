using Jarvis.Client.Platform;

namespace Jarvis.Client.Workflows;

/// <summary>Words of a form made from a schema.</summary>
public static class FormWords
{
    public static readonly Word AddItem = new("添加一项", "Add one");
    public static readonly Word RemoveItem = new("删除这一项", "Remove this one");
    public static readonly Word NotJson = new("不是有效的 JSON", "This is not JSON");
    public static readonly Word NotSet = new("（不填）", "(not set)");
    public static readonly Word MustFill = new("请填写", "Fill this in");
    public static readonly Word NotNumber = new("请填写数字", "Give a number");
    public static readonly Word AtLeast = new("不能小于 {0}", "At least {0}");
    public static readonly Word AtMost = new("不能大于 {0}", "At most {0}");
}
