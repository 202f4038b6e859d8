using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Runs;

/// <summary><c>jarvis start</c>: what is asked of the server, and what is said beforehand.</summary>
public sealed class StartVerbTests : VerbTests
{
    [Fact]
    public async Task start_prints_the_id_of_the_run_and_repeats_its_command_under_the_same_id()
    {
        await jarvis.SignIn(api);
        api.Failures = 2;
        api.FailsOnly = "startRun(";
        api.Answers["startRun"] = JsonNode.Parse($$"""{"position":"7","run":{"id":"{{RunId}}"} }""");
        var result = await jarvis.Run(["start", "digest", "--input", "-"], """{"folder":"/tmp"}""");
        result.ExitCode.ShouldBe(0, result.Errors);
        result.Output.Trim().ShouldBe(RunId);
        var inputs = Starts().Select(request => request["variables"]!["input"]!).ToArray();
        inputs.Length.ShouldBe(3);
        inputs.Select(input => (string?)input["commandId"]).Distinct().ShouldHaveSingleItem();
        ((string?)inputs[0]["workflowName"]).ShouldBe("digest");
        ((string?)inputs[0]["input"]!["folder"]).ShouldBe("/tmp");
    }

    [Fact]
    public async Task input_that_is_not_json_is_bad_usage_and_reaches_no_server()
    {
        await jarvis.SignIn(api);
        var result = await jarvis.Run(["start", "digest", "--input", "-"], "{");
        result.ExitCode.ShouldBe(2);
        api.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task an_input_is_sent_however_deep_it_nests()
    {
        await jarvis.SignIn(api);
        api.Answers["startRun"] = JsonNode.Parse($$"""{"position":"7","run":{"id":"{{RunId}}"} }""");
        var deep = new string('[', 100) + new string(']', 100);
        (await jarvis.Run(["start", "digest", "--input", "-"], deep)).ExitCode.ShouldBe(0);
        Starts().Single()["variables"]!["input"]!["input"]!.ToJsonString().ShouldBe(deep);
    }

    [Fact]
    public async Task an_input_that_does_not_fit_is_told_field_by_field()
    {
        await jarvis.SignIn(api);
        api.Answers["startRun"] = JsonNode.Parse("""
            {"code":"run.input_invalid","problems":[{"pointer":"/base","message":"is required"},{"pointer":"","message":"is too large"}]}
            """);
        var result = await jarvis.Run(["start", RunId]);
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("(run.input_invalid)\n  /base is required\n  is too large\n");
        var broken = jarvis.Write("in.json", "{\n bad");
        (await jarvis.Run(["start", RunId, "--input", broken])).Errors.Trim().ShouldBe($"{broken} is not JSON (line 2, column 2).");
    }

    [Fact]
    public async Task start_says_how_urgent_the_run_is()
    {
        await jarvis.SignIn(api);
        api.Answers["startRun"] = JsonNode.Parse($$"""{"position":"7","run":{"id":"{{RunId}}"} }""");
        (await jarvis.Run(["start", RunId, "--priority", "high"])).ExitCode.ShouldBe(0);
        ((string?)Starts().Single()["variables"]!["input"]!["priority"]).ShouldBe("HIGH");
        (await jarvis.Run(["start", RunId, "--priority", "urgent"])).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task start_says_beforehand_what_the_device_lacks()
    {
        await jarvis.SignIn(api);
        api.Answers["startPreview"] = JsonNode.Parse("""{"waitsFor":"DEVICE_UNABLE","message":"No device that it may go to can do what the workflow calls: browser.open."}""");
        api.Answers["startRun"] = JsonNode.Parse($$"""{"position":"7","run":{"id":"{{RunId}}"} }""");
        var result = await jarvis.Run(["start", "digest"]);
        result.ExitCode.ShouldBe(0);
        result.Output.Trim().ShouldBe(RunId);
        result.Errors.ShouldContain("browser.open");
        ((string?)api.Requests[0]["variables"]!["workflowName"]).ShouldBe("digest");
    }

    private IEnumerable<JsonObject> Starts() => api.Requests.Where(request => ((string)request["query"]!).Contains("startRun(", StringComparison.Ordinal));
}
