using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>Words and icons that no screen shows any more are taken out with what showed them.</summary>
public sealed partial class ScreenWordTests
{
    private static readonly string[] Apps = ["Client", "Mobile", "Admin"];

    [Fact]
    public void Every_word_is_said_somewhere()
    {
        var files = Sources();

        var words = files.SelectMany(file => Words(file.Text)).ToList();

        words.Count.ShouldBeGreaterThan(300);
        Unsaid(files.Select(file => file.Text)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_icon_is_shown_somewhere()
    {
        var files = Sources();
        var icons = files.Single(file => Path.GetFileName(file.Path) == "Icons.cs").Text;
        var rest = string.Join('\n', files.Where(file => Path.GetFileName(file.Path) != "Icons.cs").Select(file => file.Text));

        var names = Icon().Matches(icons).Select(match => match.Groups["name"].Value).ToList();

        names.Count.ShouldBeGreaterThan(20);
        names.Where(name => !rest.Contains($"\"{name}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Twin_a_word_that_nobody_says_is_found() =>
        Unsaid(["static class TeaWords { static readonly Word Green = new(\"绿茶\", \"Green\");\n static readonly Word Black = new(\"红茶\", \"Black\"); }", "@L[TeaWords.Green]"])
            .ShouldBe(["TeaWords.Black"]);

    /// <summary>Words that are named neither with their class nor, within its file, without.</summary>
    private static List<string> Unsaid(IEnumerable<string> texts)
    {
        var files = texts.ToList();
        var said = files.SelectMany(text => Name().Matches(text).Select(match => match.Value)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. files.SelectMany(text => Words(text)
                .Where(word => !said.Contains(word.Class + "." + word.Name) && Regex.Count(Literal().Replace(text, ""), $@"\b{word.Name}\b") == 1)
                .Select(word => word.Class + "." + word.Name)),
        ];
    }

    private static IEnumerable<(string Class, string Name)> Words(string text)
    {
        var owner = "";
        foreach (Match match in ClassOrWord().Matches(text))
        {
            if (match.Groups["class"] is { Success: true } named)
            {
                owner = named.Value;
            }
            else
            {
                yield return (owner, match.Groups["word"].Value);
            }
        }
    }

    private static List<(string Path, string Text)> Sources() =>
    [
        .. Apps.SelectMany(app => Directory.EnumerateFiles(Path.Combine(Solution.Root, "src", app), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" && !Path.GetRelativePath(Solution.Root, file).Split('/', '\\').Any(part => part is "bin" or "obj" or "node_modules"))
            .Select(file => (file, File.ReadAllText(file))),
    ];

    [GeneratedRegex(@"\bclass (?<class>\w+)|\bstatic readonly Word (?<word>\w+)")]
    private static partial Regex ClassOrWord();

    [GeneratedRegex("\"[^\"\\n]*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\b\w+Words\.\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s+\[""(?<name>[\w-]+)""\] = ", RegexOptions.Multiline)]
    private static partial Regex Icon();
}
