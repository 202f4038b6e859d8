using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Runs;

/// <summary>What kinds of errors runs end with, in a person's words. The type is a URI; its last part says which.</summary>
public static class RunErrorWords
{
    private const string Standard = "https://serverlessworkflow.io/spec/1.0.0/errors/";

    private static readonly Dictionary<string, Word> ByName = new(StringComparer.Ordinal)
    {
        ["timeout"] = new("超时", "Timed out"),
        ["communication"] = new("连接出错", "Communication failed"),
        ["validation"] = new("数据不符合要求", "Data did not fit"),
        ["expression"] = new("表达式出错", "An expression failed"),
        ["runtime"] = new("执行出错", "Failed while running"),
        ["authentication"] = new("没有通过身份验证", "Not authenticated"),
        ["authorization"] = new("没有权限", "Not authorised"),
        ["configuration"] = new("配置有误", "Wrongly configured"),
        ["not-dispatched"] = new("没有电脑按时接下", "No computer took it in time"),
        ["device-revoked"] = new("电脑已解除绑定", "Its computer was unbound"),
        ["interrupted"] = new("被中断", "Interrupted"),
    };

    public static string Of(Language language, string? type)
    {
        if (string.IsNullOrEmpty(type))
        {
            return "";
        }

        var name = type[(type.TrimEnd('/').LastIndexOf('/') + 1)..].TrimEnd('/');
        return ByName.TryGetValue(name, out var word) ? language[word] : name;
    }

    /// <summary>What went wrong in a few words: those of this app for what the workflow language itself tells apart, else what the workflow's author wrote.</summary>
    public static string Headline(Language language, string? type, string? title) =>
        title is null || type?.StartsWith(Standard, StringComparison.Ordinal) == true ? Of(language, type) : title;

    /// <summary>The kinds that a filter offers: those of the workflow language.</summary>
    public static IReadOnlyList<(string Type, string Name)> Choices(Language language) =>
        [.. ByName.Keys.Take(8).Select(name => (Standard + name, language[ByName[name]]))];
}
