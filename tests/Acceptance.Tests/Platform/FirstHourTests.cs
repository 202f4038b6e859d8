using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>Takes the README at its word: every command of "Your first hour" is executed, in order, against a real <c>build/up</c>.</summary>
public sealed partial class FirstHourTests
{
    private static readonly TimeSpan UpTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Every_command_of_the_first_hour_works_as_it_is_written()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        var port = FreePort.Next();
        await using var up = ProcessUnderTest.Start(
            Paths.In("build", "up"), ["--port", $"{port}", "--json"], new Dictionary<string, string?> { ["JARVIS_STATE"] = state }, grace: TimeSpan.FromMinutes(1));
        var ready = JsonNode.Parse(await up.WaitForLineAsync(line => line.Contains("\"ready\":true", StringComparison.Ordinal), UpTimeout))!;
        ready["run"]!["status"]!.GetValue<string>().ShouldBe("completed");
        var password = ready["users"]!.AsArray().Single(user => user!["role"]!.GetValue<string>() == "owner")!["password"]!.GetValue<string>();

        var blocks = ShellBlocks(await File.ReadAllTextAsync(Paths.In("README.md")));
        blocks.Count.ShouldBeGreaterThan(5);
        foreach (var block in blocks)
        {
            // What a reader's terminal has and a test has not: the password typed at the prompt, the default port, a home of one's own.
            var script = block
                .Replace("http://127.0.0.1:5080", $"http://127.0.0.1:{port}", StringComparison.Ordinal)
                .Replace(".jarvis/pids", Path.Combine(state, "pids"), StringComparison.Ordinal)
                .Replace("--email owner@jarvis.example", $"--email owner@jarvis.example --password-stdin <<< '{password}'", StringComparison.Ordinal);
            var home = new Dictionary<string, string?> { ["HOME"] = folder.Path, ["JARVIS_HOME"] = Path.Combine(folder.Path, "jarvis") };
            var result = await ProcessUnderTest.RunAsync("bash", ["-euc", script], home, Paths.Repository, CommandTimeout);
            result.ExitCode.ShouldBe(0, $"{block}\n--- stdout\n{result.Output}\n--- stderr\n{result.Errors}");
        }
    }

    [Fact]
    public void Twin_a_block_that_is_no_shell_block_is_left_out() =>
        ShellBlocks("## Your first hour\n```sh\none\ntwo\n```\n```yaml\nthree\n```\n## Next\n```sh\nfour\n```").ShouldBe(["one\ntwo\n"]);

    private static List<string> ShellBlocks(string readme)
    {
        var text = readme.Replace("\r\n", "\n", StringComparison.Ordinal);
        var start = text.IndexOf("## Your first hour", StringComparison.Ordinal);
        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return [.. Blocks().Matches(text[start..(end < 0 ? text.Length : end)]).Select(match => match.Groups["code"].Value)];
    }

    [GeneratedRegex(@"^```sh\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
