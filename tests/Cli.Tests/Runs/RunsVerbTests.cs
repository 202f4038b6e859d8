using System.Text.Json.Nodes;
using Jarvis.Cli.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Runs;

/// <summary>The verbs that list, watch and steer runs.</summary>
public sealed class RunsVerbTests : VerbTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    public async Task stop_says_how_long_the_grace_is(int? grace)
    {
        await jarvis.SignIn(api);
        api.Answers["cancelRun"] = JsonNode.Parse("""{"position":"8","control":{"id":"019a0000-0000-7000-8000-000000000002"}}""");
        var result = await jarvis.Run(grace is { } seconds ? ["stop", RunId, "--grace", $"{seconds}"] : ["stop", RunId]);
        result.ExitCode.ShouldBe(0, result.Errors);
        ((int?)api.Requests.Single()["variables"]!["input"]!["graceSeconds"]).ShouldBe(grace);
    }

    [Fact]
    public async Task the_priority_of_a_run_is_changed_by_its_name_and_no_other_word_is_taken()
    {
        await jarvis.SignIn(api);
        (await jarvis.Run(["runs", "priority", RunId, "urgent"])).ExitCode.ShouldBe(2);
        api.Requests.ShouldBeEmpty();
        api.Answers["changeRunPriority"] = JsonNode.Parse($$"""{"position":"8","run":{"id":"{{RunId}}"} }""");
        var result = await jarvis.Run(["runs", "priority", RunId, "high", "--reason", "the report is due"]);
        result.ExitCode.ShouldBe(0, result.Errors);
        result.Output.Trim().ShouldBe($"{RunId} has high priority.");
        var input = api.Requests.ShouldHaveSingleItem()["variables"]!["input"]!;
        ((string?)input["runId"], (string?)input["priority"], (string?)input["reason"]).ShouldBe((RunId, "HIGH", "the report is due"));
        api.Answers["changeRunPriority"] = JsonNode.Parse("""{"code":"run.not_waiting"}""");
        (await jarvis.Run(["runs", "priority", RunId, "low"])).Errors.ShouldContain("run.not_waiting");
    }

    [Fact]
    public async Task a_refusal_is_a_sentence_with_its_code_on_stderr()
    {
        await jarvis.SignIn(api);
        api.Answers["retryRun"] = JsonNode.Parse("""{"code":"run.not_ended"}""");
        var result = await jarvis.Run(["retry", RunId]);
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        result.Errors.ShouldContain("run.not_ended");
        ((string?)api.Requests.Single()["variables"]!["input"]!["from"]).ShouldBe("FAILED_TASK");
    }

    [Fact]
    public async Task an_empty_list_says_what_to_do()
    {
        await jarvis.SignIn(api);
        api.Answers["runs"] = JsonNode.Parse("""{"edges":[]}""");
        api.Answers["devices"] = JsonNode.Parse("""{"edges":[]}""");
        (await jarvis.Run(["runs"])).Errors.ShouldContain("`jarvis start WORKFLOW`");
        (await jarvis.Run(["runs", "--text", "nothing"])).Errors.Trim().ShouldBe("There is no such run.");
        (await jarvis.Run(["runs", "--first", "0"])).Errors.ShouldContain("--first takes a number from 1 to 100");
        (await jarvis.Run(["devices"])).Errors.ShouldContain("`jarvis runner`");
    }

    [Fact]
    public async Task runs_are_a_table_for_people_and_json_for_programs()
    {
        await jarvis.SignIn(api);
        api.Answers["runs"] = JsonNode.Parse($$"""
            {"edges":[{"node":{"id":"{{RunId}}","status":"COMPLETED","workflowName":"digest","revision":2,"trigger":"MANUAL",
             "requestedAt":"2026-01-01T10:00:00Z","startedAt":null,"endedAt":null,"durationSeconds":1.25,"device":{"id":"x","name":"my\u001b[31m-pc"} } }]}
            """);
        var table = await jarvis.Run(["runs", "--status", "completed"]);
        table.ExitCode.ShouldBe(0, table.Errors);
        table.Output.ShouldContain($"{RunId}\tdigest r2\tcompleted\tmy [31m-pc");
        table.Output.ShouldNotContain("\u001b[31m");
        var json = await jarvis.Run(["runs", "--json"]);
        JsonNode.Parse(json.Output)!.AsArray().Count.ShouldBe(1);
        (await jarvis.Run(["runs", "--status", "sleeping"])).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task a_run_that_took_a_moment_does_not_read_as_nothing()
    {
        await jarvis.SignIn(api);
        api.Answers["runs"] = JsonNode.Parse($$"""
            {"edges":[{"node":{"id":"{{RunId}}","status":"COMPLETED","workflowName":"digest","revision":1,"requestedAt":"2026-01-01T10:00:00Z","durationSeconds":0.038,"device":null} },
                      {"node":{"id":"{{RunId}}","status":"COMPLETED","workflowName":"digest","revision":1,"requestedAt":"2026-01-01T10:00:00Z","durationSeconds":0.42,"device":null} }]}
            """);
        var table = await jarvis.Run(["runs"]);
        table.Output.ShouldContain("\t38 ms");
        table.Output.ShouldContain("\t0.42 s");
    }

    [Fact]
    public async Task many_failed_runs_are_counted_first_and_retried_only_when_that_is_said()
    {
        await jarvis.SignIn(api);
        api.Answers["retryPreview"] = JsonNode.Parse("""{"seen":"41","total":{"value":3,"isExact":true},"workflows":[{"namespace":"office","name":"digest","count":3}]}""");
        var preview = await jarvis.Run(["runs", "retry", "--error-type", "https://jarvis.ai/errors/interrupted"]);
        preview.ExitCode.ShouldBe(0, preview.Errors);
        preview.Output.ShouldContain("office/digest\t3");
        preview.Errors.ShouldContain("3 failed runs are found; none was retried yet. Add --yes");
        api.Requests.Count.ShouldBe(1);
        api.Answers["retryRuns"] = JsonNode.Parse($$"""
            {"position":"50","total":3,"done":3,"endCursor":null,"results":[{"run":{"id":"{{RunId}}"},"retry":null,"code":"run.journal_elsewhere","message":"Elsewhere."}]}
            """);
        var done = await jarvis.Run(["runs", "retry", "--error-type", "https://jarvis.ai/errors/interrupted", "--from", "start", "--yes"]);
        done.ExitCode.ShouldBe(1);
        done.Output.ShouldContain($"{RunId}\t\tElsewhere.");
        var input = api.Requests[^1]["variables"]!["input"]!;
        ((int?)input["expectedCount"]).ShouldBe(3);
        ((string?)input["seen"]).ShouldBe("41");
        ((string?)input["from"]).ShouldBe("START");
        ((string?)input["filter"]!["errorType"]).ShouldBe("https://jarvis.ai/errors/interrupted");
    }

    [Theory]
    [InlineData("COMPLETED", 0)]
    [InlineData("FAILED", 1)]
    [InlineData("CANCELLED", 1)]
    public async Task watch_ends_as_the_run_did_and_misses_nothing_over_a_drop(string status, int exitCode)
    {
        await jarvis.SignIn(api);
        for (var i = 1; i <= 5; i++)
        {
            api.Events.Add(new JsonObject
            {
                ["cursor"] = $"c{i}",
                ["position"] = $"{i}",
                ["sequence"] = $"{i}",
                ["type"] = i < 5 ? "io.serverlessworkflow.task.started.v1" : $"ai.jarvis.run.{status.ToLowerInvariant()}.v1",
                ["at"] = "2026-01-01T10:00:00Z",
                ["data"] = new JsonObject { ["instance"] = $"/do/{i}/step" },
            });
        }

        api.DropAfter = 2;
        api.Answers["run("] = null;
        api.Answers.Clear();
        api.Answers["run"] = JsonNode.Parse($$"""
            {"id":"{{RunId}}","status":"{{status}}","workflowName":"digest","durationSeconds":2,"output":{"rows":3},"error":{"type":"about:x","status":500} }
            """);
        var result = await jarvis.Run(["watch", RunId]);
        result.ExitCode.ShouldBe(exitCode, result.Errors);
        for (var i = 1; i <= 4; i++)
        {
            result.Output.Split('\n').Count(line => line.Contains($"/do/{i}/step", StringComparison.Ordinal)).ShouldBe(1);
        }

        api.SubscribedAfter.ShouldBe([null, "c2"]);
        if (exitCode == 0)
        {
            result.Output.ShouldContain("\"rows\": 3");
        }
        else
        {
            result.Errors.Trim().Split('\n')[^1].ShouldContain("\"status\":500");
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    public async Task watch_shows_data_however_deep_they_nest(params string[] options)
    {
        await jarvis.SignIn(api);
        var deep = JsonNode.Parse(new string('[', 300) + new string(']', 300), documentOptions: new() { MaxDepth = 1_000 });
        api.Events.Add(new JsonObject
        {
            ["cursor"] = "c1", ["position"] = "1", ["sequence"] = "1", ["type"] = "io.serverlessworkflow.task.completed.v1", ["at"] = "2026-01-01T10:00:00Z",
            ["data"] = new JsonObject { ["instance"] = "/do/0/nest", ["output"] = deep!.DeepClone() },
        });
        api.Events.Add(new JsonObject
        {
            ["cursor"] = "c2", ["position"] = "2", ["sequence"] = "2", ["type"] = "ai.jarvis.run.completed.v1", ["at"] = "2026-01-01T10:00:00Z", ["data"] = new JsonObject(),
        });
        api.Answers["run"] = new JsonObject { ["id"] = RunId.ToString(), ["status"] = "COMPLETED", ["workflowName"] = "digest", ["output"] = deep };
        var result = await jarvis.Run(["watch", RunId, .. options]);
        result.ExitCode.ShouldBe(0, result.Errors);
        result.Errors.ShouldBeEmpty();
        result.Output.Count(c => c == '[').ShouldBeGreaterThanOrEqualTo(300);
    }
}
