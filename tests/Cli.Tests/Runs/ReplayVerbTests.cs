using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Runs;

public sealed class ReplayVerbTests : IDisposable
{
    private const string Workflow = """
        document: { dsl: '1.0.0', namespace: tests, name: sums, version: '1.0.0' }
        do:
          - each:
              for: { in: '[1, 2]' }
              do:
                - twice: { run: { shell: { command: '${ "echo " + ($item * 2 | tostring) }' } } }
          - end: { set: { last: '${ . }' } }
        """;

    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task an_exported_history_is_folded_to_its_end_and_up_to_an_event()
    {
        var events = await Exported();
        var whole = JsonNode.Parse((await jarvis.Run(["replay", events, "--json"])).Output)!;
        ((string?)whole["phase"]).ShouldBe("completed");
        ((string?)whole["output"]!["last"]).ShouldBe("4\n");
        ((string?)whole["variables"]!["output"]!["last"]).ShouldBe("4\n");
        whole["tasks"]!.AsArray().Select(task => (string?)task!["instance"]).ShouldBe(["/do/0/each", "/do/0/each/do/0/twice", "/do/0/each/do@2/0/twice", "/do/1/end"]);

        var early = JsonNode.Parse((await jarvis.Run(["replay", events, "--to", "4", "--json"])).Output)!;
        ((string?)early["phase"]).ShouldBe("running");
        ((long)early["sequence"]!).ShouldBe(4);
        ((long)early["last"]!).ShouldBe((long)whole["last"]!);
        var shown = await jarvis.Run(["replay", events]);
        shown.ExitCode.ShouldBe(0, shown.Errors);
        shown.Output.ShouldContain("completed, 100 %");
    }

    [Fact]
    public async Task a_definition_is_stepped_through_what_was_recorded_to_its_first_difference()
    {
        var events = await Exported();
        var folders = Directory.GetDirectories(jarvis.Home, "*", SearchOption.AllDirectories);
        var same = await jarvis.Run(["replay", events, "--against", jarvis.Write("same.yaml", Workflow)]);
        same.ExitCode.ShouldBe(0, same.Output + same.Errors);
        same.Output.ShouldContain("There is no difference.");

        var changed = jarvis.Write("changed.yaml", Workflow.Replace("$item * 2", "$item * $item", StringComparison.Ordinal));
        var result = await jarvis.Run(["replay", events, "--against", changed]);
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("First difference at /do/0/each/do/0/twice: It would be called with other arguments.");
        result.Output.ShouldContain("echo 1");
        var json = JsonNode.Parse((await jarvis.Run(["replay", events, "--against", changed, "--json"])).Output)!;
        ((string?)json["against"]!["difference"]!["code"]).ShouldBe("arguments");
        Directory.GetDirectories(jarvis.Home, "*", SearchOption.AllDirectories).ShouldBe(folders, "nothing was executed");
    }

    [Fact]
    public async Task what_cannot_be_replayed_ends_with_2_and_a_sentence()
    {
        var events = await Exported();
        var lines = await File.ReadAllLinesAsync(events, TestContext.Current.CancellationToken);
        foreach (var (arguments, said) in (IEnumerable<(string[], string)>)
        [
            (["replay", "nothing-there"], "neither a file nor the id"),
            (["replay", Guid.CreateVersion7().ToString()], "no journal"),
            (["replay", jarvis.Write("gap.ndjson", string.Join('\n', lines.Where((_, i) => i != 2)))], "there is a gap"),
            (["replay", jarvis.Write("text.ndjson", "hello")], "Line 1 is not a CloudEvent"),
            (["replay", events, "--to", "0"], "recorded nothing up to there"),
            (["replay", events, "--against", jarvis.Write("bad.yaml", "do: 1")], "bad.yaml"),
        ])
        {
            var result = await jarvis.Run(arguments);
            result.ExitCode.ShouldBe(2, string.Join(' ', arguments));
            result.Errors.ShouldContain(said);
            result.Errors.ShouldNotContain("   at ");
        }
    }

    [Fact]
    public async Task a_run_in_the_journal_of_this_machine_is_replayed_by_its_id()
    {
        var file = jarvis.Write("w.yaml", Workflow);
        (await jarvis.Run(["run", file, "--submit"])).ExitCode.ShouldBe(0);
        var result = await jarvis.Run(["replay", "latest", "--against", file, "--json"]);
        result.ExitCode.ShouldBe(0, result.Output + result.Errors);
        var state = JsonNode.Parse(result.Output)!;
        var again = await jarvis.Run(["replay", (string)state["runId"]!, "--json"]);
        ((string?)JsonNode.Parse(again.Output)!["phase"]).ShouldBe("completed");
    }

    public void Dispose() => jarvis.Dispose();

    private async Task<string> Exported()
    {
        var events = Path.Combine(jarvis.Home, "events.ndjson");
        var result = await jarvis.Run(["run", jarvis.Write("w.yaml", Workflow), "--events", events]);
        result.ExitCode.ShouldBe(0, result.Errors);
        return events;
    }
}
