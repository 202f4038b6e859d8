using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Runs;

public sealed class RunVerbTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task the_output_is_json_on_stdout_and_nothing_else()
    {
        var file = jarvis.Write("w.yaml", Workflow("  - greet: { set: { text: '${ \"hello \" + .name }' } }\n"));
        var result = await jarvis.Run(["run", file, "--input", "-"], """{"name":"Ada"}""");
        result.Errors.ShouldBeEmpty();
        result.Output.ShouldBe("{\"text\":\"hello Ada\"}\n");
        result.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task a_fault_is_the_last_line_of_stderr_and_the_exit_is_1()
    {
        var file = jarvis.Write("w.yaml", Workflow("  - break: { run: { shell: { command: 'echo working; echo broken >&2; exit 3' } } }\n"));
        var result = await jarvis.Run(["run", file]);
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        result.Errors.ShouldContain("working");
        var error = JsonNode.Parse(result.Errors.Trim().Split('\n')[^1])!;
        ((string?)error["type"]).ShouldBe("https://serverlessworkflow.io/spec/1.0.0/errors/runtime");
        ((int)error["status"]!).ShouldBe(500);
        ((string?)error["instance"]).ShouldBe("/do/0/break");
        ((string?)error["detail"]).ShouldNotBeNull().ShouldContain("broken");
    }

    [Theory]
    [InlineData("run", "no-such-file.yaml")]
    [InlineData("run")]
    [InlineData("run", "FILE", "--input", "no-such-input.json")]
    [InlineData("run", "FILE", "--wrong")]
    [InlineData("run", "FILE", "--home", "")]
    [InlineData("secret", "list", "--home", "")]
    [InlineData("runs", "--home", "/dev/null/home")]
    [InlineData("run", "/dev/zero")]
    [InlineData("nonsense")]
    public async Task bad_usage_ends_with_2_and_a_sentence(params string[] arguments)
    {
        var file = jarvis.Write("w.yaml", Workflow("  - a: { set: { a: 1 } }\n"));
        var result = await jarvis.Run([.. arguments.Select(a => a == "FILE" ? file : a)]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldNotBeEmpty();
        result.Errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task what_is_not_utf_8_is_told_with_its_line_and_byte()
    {
        var file = jarvis.Write("w.yaml", Workflow("  - a: { set: { a: 1 } }\n"));
        var input = Path.Combine(jarvis.Home, "input.json");
        await File.WriteAllBytesAsync(input, [(byte)'{', (byte)'\n', (byte)'"', 0xFF, (byte)'"', (byte)'}']);
        var result = await jarvis.Run(["run", file, "--input", input]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain(input);
        result.Errors.ShouldContain("line 2");
        result.Errors.ShouldContain("0xFF");
    }

    [Fact]
    public async Task utf_16_is_read_by_its_mark()
    {
        var file = Path.Combine(jarvis.Home, "w.yaml");
        await File.WriteAllTextAsync(file, Workflow("  - a: { set: { a: 日 } }\n"), System.Text.Encoding.Unicode);
        (await jarvis.Run(["run", file])).Output.ShouldBe("{\"a\":\"日\"}\n");
    }

    [Fact]
    public async Task a_workflow_with_mistakes_does_not_start_and_each_is_located()
    {
        var file = jarvis.Write("w.yaml", Workflow("  - a: { call: no.such }\n  - b: { sett: { a: 1 } }\n"));
        var result = await jarvis.Run(["run", file]);
        result.ExitCode.ShouldBe(2);
        result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(line => line.StartsWith(file + ":", StringComparison.Ordinal));
        result.Errors.ShouldContain("no.such");
    }

    [Theory]
    [InlineData("run FILE > /dev/full", 1, "No space left")]
    [InlineData("eval 1 >&-", 1, "")]
    [InlineData("run FILE --input - <&-", 2, "The input is not JSON")]
    public async Task an_output_or_input_that_is_not_there_is_one_sentence_and_no_wait(string command, int code, string told)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Written for a system with /dev/full.");
        var file = jarvis.Write("w.yaml", Workflow("  - a: { set: { a: 1 } }\n"));
        var result = await jarvis.Shell(command.Replace("FILE", file, StringComparison.Ordinal));
        result.ExitCode.ShouldBe(code, result.Errors);
        result.Errors.ShouldContain(told);
        result.Errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task who_waits_for_its_input_ends_when_it_is_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are POSIX's.");
        var result = await jarvis.Terminate(["run", jarvis.Write("w.yaml", Workflow("  - a: { set: { a: 1 } }\n")), "--input", "-"]);
        result.ExitCode.ShouldBe(143, result.Errors);
        result.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("no-such-folder/events.ndjson")]
    public async Task a_file_for_events_that_cannot_be_written_is_refused_before_anything_is_done(string events)
    {
        var file = jarvis.Write("w.yaml", Workflow("  - touch: { call: file.write, with: { path: done.txt, content: x } }\n"));
        var result = await jarvis.Run(["run", file, "--events", events]);
        result.ExitCode.ShouldBe(2, result.Errors);
        result.Errors.ShouldContain("cannot be written");
        result.Errors.ShouldNotContain("   at ");
        Directory.EnumerateFiles(jarvis.Home, "done.txt", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task the_output_is_not_lost_where_the_events_cannot_all_be_written()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no device that is always full.");
        var result = await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow("  - say: { set: { said: hello } }\n")), "--events", "/dev/full"]);
        result.ExitCode.ShouldBe(2, result.Errors);
        result.Output.Trim().ShouldBe("""{"said":"hello"}""");
        result.Errors.ShouldContain("/dev/full cannot be written");
    }

    [Fact]
    public async Task the_events_are_written_as_cloud_events_in_order()
    {
        var file = jarvis.Write("w.yaml", Workflow("  - a: { run: { shell: { command: 'echo hi' } } }\n  - b: { set: { ok: true } }\n"));
        var events = Path.Combine(jarvis.Home, "events.ndjson");
        (await jarvis.Run(["run", file, "--events", events])).ExitCode.ShouldBe(0);
        var lines = (await File.ReadAllLinesAsync(events, TestContext.Current.CancellationToken)).Select(line => JsonNode.Parse(line)!).ToList();
        lines.Select(e => (int)e["sequence"]!).ShouldBe(Enumerable.Range(1, lines.Count));
        ((string?)lines[0]["type"]).ShouldBe("io.serverlessworkflow.workflow.started.v1");
        ((string?)lines[^1]["type"]).ShouldBe("io.serverlessworkflow.workflow.completed.v1");
        lines.ShouldAllBe(e => (string?)e["source"] == "/local" && e["epoch"] == null && (string?)e["specversion"] == "1.0");
        lines.Select(e => (string?)e["subject"]).Distinct().Count().ShouldBe(1);
        ((string?)lines[0]["data"]!["local"]!["definitionHash"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task nothing_of_a_run_without_files_stays_behind()
    {
        var file = jarvis.Write("w.yaml", Workflow("  - a: { set: { ok: true } }\n"));
        await jarvis.Run(["run", file]);
        Directory.EnumerateFiles(jarvis.Home, "*.db*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(jarvis.Home, "runs")).ShouldBeEmpty();
    }

    [Fact]
    public async Task an_interrupt_cancels_the_run_properly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Signals are a thing of Unix.");
        }

        var file = jarvis.Write("w.yaml", Workflow($"  - long: {{ run: {{ shell: {{ command: 'trap \"echo bye > {jarvis.Home}/bye; exit\" TERM; echo ready; while :; do sleep 0.05; done' }} }} }}\n"));
        await using var process = jarvis.Start(["run", file]);
        await process.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal));
        process.Signal(2);
        (await process.WaitForExitAsync(TimeSpan.FromSeconds(10))).ShouldBe(1);
        process.Errors.ShouldContain("cancelled");
        File.Exists(Path.Combine(jarvis.Home, "bye")).ShouldBeTrue();
    }

    public void Dispose() => jarvis.Dispose();

    internal static string Workflow(string tasks) => $"document: {{ dsl: '1.0.0', namespace: tests, name: test, version: '1.0.0' }}\ndo:\n{tasks}";
}
