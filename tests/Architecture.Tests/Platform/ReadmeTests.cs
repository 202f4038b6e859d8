using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Jarvis.Architecture.Tests.Platform;

/// <summary>The Chinese README says in its own words what the English one says; what a reader types is the same in both.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string English = Text("README.md");
    private static readonly string Chinese = Text("README.zh-CN.md");

    [Fact]
    public void Every_block_of_commands_is_the_same_in_both_languages() => Blocks(Chinese).ShouldBe(Blocks(English));

    [Fact]
    public void Every_command_and_every_sample_is_named_in_both_languages()
    {
        Commands(Chinese).ShouldBe(Commands(English));
        Samples(Chinese).ShouldBe(Samples(English), ignoreOrder: true);
        Commands(English).Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Every_figure_is_the_same_in_both_languages()
    {
        Figures(Chinese, "实测数字").ShouldBe(Figures(English, "Figures as measured"));
        Figures(English, "Figures as measured").Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Each_leads_to_the_other()
    {
        English.ShouldContain("(README.zh-CN.md)");
        Chinese.ShouldContain("(README.md)");
    }

    [Fact]
    public void Twin_a_command_that_only_one_language_knows_is_found() =>
        Commands(Chinese.Replace("`jarvis runner`", "`jarvis walker`", StringComparison.Ordinal)).ShouldNotBe(Commands(English));

    [Fact]
    public void Twin_a_figure_that_only_one_language_has_is_found()
    {
        var rows = Figures(English, "Figures as measured");
        var other = English.Replace(rows[0].Split(' ')[0], "1", StringComparison.Ordinal);
        Figures(other, "Figures as measured").ShouldNotBe(rows);
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Solution.Root, file)).ReplaceLineEndings("\n");

    private static List<string> Blocks(string readme) => [.. Block().Matches(readme).Select(match => match.Value)];

    private static List<string> Commands(string readme) => [.. Row().Matches(readme).Select(match => match.Groups["command"].Value)];

    private static List<string> Samples(string readme) => [.. Sample().Matches(readme).Select(match => match.Value)];

    /// <summary>The numbers of each row of the table under a heading.</summary>
    private static List<string> Figures(string readme, string heading)
    {
        var section = readme.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        return [.. section.Split('\n').Where(line => line.StartsWith('|')).Select(row => string.Join(' ', Number().Matches(row).Select(match => match.Value))).Where(numbers => numbers.Length > 0)];
    }

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| (?<command>`jarvis (?:[^|]|\\\|)*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\d+(?:[.,]\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\(samples/[a-z-]+\.yaml\)")]
    private static partial Regex Sample();
}
