using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Jarvis.Cli.Tests.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Workflows;

public sealed class ValidateVerbTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    [Fact]
    public async Task a_valid_file_is_named_with_its_version()
    {
        var file = jarvis.Write("good.yaml", RunVerbTests.Workflow("  - a: { set: { a: 1 } }\n"));
        var result = await jarvis.Run(["validate", file]);
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldBe($"{file}: valid (tests/test:1.0.0)\n");
    }

    [Fact]
    public async Task every_problem_of_every_file_is_told_with_its_place()
    {
        var one = jarvis.Write("one.yaml", RunVerbTests.Workflow("  - a: { call: no.such }\n  - b: { set: '${ .[ }' }\n"));
        var two = jarvis.Write("two.yaml", "document: [\n");
        var result = await jarvis.Run(["validate", one, two]);
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain($"{one}:3:");
        result.Errors.ShouldContain($"{one}:4:");
        result.Errors.ShouldContain($"{two}:");

        var json = await jarvis.Run(["validate", one, two, "--json"]);
        json.ExitCode.ShouldBe(1);
        var problems = JsonNode.Parse(json.Output)!.AsArray();
        problems.Count.ShouldBeGreaterThanOrEqualTo(3);
        problems.ShouldAllBe(p => (int)p!["line"]! > 0 && (int)p["column"]! > 0 && p["message"] != null && p["code"] != null);
    }

    [Fact]
    public async Task a_file_that_is_not_there_is_bad_usage() => (await jarvis.Run(["validate", "nowhere.yaml"])).ExitCode.ShouldBe(2);

    public void Dispose() => jarvis.Dispose();
}
