using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Workflows;

/// <summary><c>jarvis publish</c> and <c>jarvis workflows</c>.</summary>
public sealed class PublishVerbTests : VerbTests
{
    [Fact]
    public async Task publish_shows_each_problem_by_line_and_column()
    {
        await jarvis.SignIn(api);
        api.Answers["publishWorkflow"] = JsonNode.Parse("""
            {"code":"workflow.invalid","problems":[{"line":3,"column":5,"message":"There is no task type 'cal'.","code":"task.unknown"}]}
            """);
        var file = jarvis.Write("flow.yaml", "do: []");
        var result = await jarvis.Run(["publish", file]);
        result.ExitCode.ShouldBe(2);
        result.Errors.Trim().ShouldBe($"{file}:3:5: There is no task type 'cal'. (task.unknown)");
    }

    [Fact]
    public async Task publish_refuses_a_text_that_holds_a_secret_of_this_pc()
    {
        await jarvis.SignIn(api);
        jarvis.Write("secrets.json", """{"token":"hunter2-hunter2"}""");
        var file = jarvis.Write("flow.yaml", "do: [ { a: { set: { h: 'Bearer hunter2-hunter2' } } } ]");
        var result = await jarvis.Run(["publish", file]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain("$secrets.token");
        result.Errors.ShouldNotContain("hunter2");
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task a_workflow_s_limit_is_set_and_taken_away()
    {
        await jarvis.SignIn(api);
        api.Answers["limitWorkflow"] = JsonNode.Parse("""{"position":"7"}""");
        (await jarvis.Run(["workflows", "limit", RunId, "2"])).ExitCode.ShouldBe(0);
        (await jarvis.Run(["workflows", "limit", RunId])).ExitCode.ShouldBe(0);
        api.Requests.Select(request => (int?)request["variables"]!["input"]!["atOnce"]).ShouldBe([2, null]);
    }
}
