using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Platform;

public sealed class ServerVerbTests : IAsyncLifetime
{
    private const string RunId = "019a0000-0000-7000-8000-000000000001";

    private readonly SimulatedApi api = new();
    private readonly CommandLineUnderTest jarvis = new();

    public async ValueTask InitializeAsync() => await api.Start();

    [Fact]
    public async Task signing_in_keeps_the_session_for_the_owner_alone()
    {
        var result = await jarvis.SignIn(api);
        result.ExitCode.ShouldBe(0, result.Errors);
        var file = Path.Combine(jarvis.Home, "session.json");
        File.Exists(file).ShouldBeTrue();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task a_wrong_password_is_a_no_and_keeps_nothing()
    {
        var result = await jarvis.Run(["login", api.Address, "--email", "ada@example.org", "--password-stdin"], "wrong\n");
        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain("auth.credentials");
        File.Exists(Path.Combine(jarvis.Home, "session.json")).ShouldBeFalse();
    }

    [Fact]
    public async Task without_a_session_the_verbs_say_how_to_sign_in()
    {
        var result = await jarvis.Run(["runs"]);
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain("jarvis login");
    }

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
    public async Task an_expired_token_is_refreshed_on_the_way()
    {
        await jarvis.SignIn(api);
        api.AccessToken = "another";
        api.Answers["pauseRun"] = JsonNode.Parse("""{"position":"8","control":{"id":"019a0000-0000-7000-8000-000000000002"}}""");
        var result = await jarvis.Run(["pause", RunId, "--reason", "lunch"]);
        result.ExitCode.ShouldBe(0, result.Errors);
        api.Refreshes.ShouldBe(1);
        ((string?)api.Requests.ShouldHaveSingleItem()["variables"]!["input"]!["reason"]).ShouldBe("lunch");
    }

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
    public async Task an_empty_list_says_what_to_do()
    {
        await jarvis.SignIn(api);
        api.Answers["runs"] = JsonNode.Parse("""{"edges":[]}""");
        api.Answers["devices"] = JsonNode.Parse("""{"edges":[]}""");
        (await jarvis.Run(["runs"])).Errors.ShouldContain("`jarvis start WORKFLOW`");
        (await jarvis.Run(["devices"])).Errors.ShouldContain("`jarvis runner`");
    }

    [Fact]
    public async Task what_is_no_command_or_no_file_is_named()
    {
        (await jarvis.Run(["strat", "x"])).Errors.Trim().ShouldBe("There is no command 'strat'. See `jarvis --help`.");
        var bare = await jarvis.Run([]);
        bare.ExitCode.ShouldBe(2);
        bare.Errors.ShouldContain("publish");
        (await jarvis.Run(["run", "/no/such.yaml"])).Errors.Trim().ShouldBe("There is no file /no/such.yaml.");
        (await jarvis.Run(["validate", jarvis.Home])).Errors.Trim().ShouldBe($"{jarvis.Home} is a folder; name a file.");
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

    [Fact]
    public async Task devices_show_why_they_are_idle_and_how_their_clock_is()
    {
        await jarvis.SignIn(api);
        api.Answers["devices"] = JsonNode.Parse($$"""
            {"edges":[{"node":{"id":"{{RunId}}","name":"office","status":"OFFLINE","os":"Debian 12","version":"0.1.0","lastSeenAt":"2026-01-01T10:00:00Z","pausedAt":null,"atOnce":16,
              "clockOffset":{"milliseconds":-7200000,"uncertaintyMilliseconds":12},"whyIdle":[{"code":"NOTHING_WAITS","message":"No run waits."}]} }]}
            """);
        var table = await jarvis.Run(["devices"]);
        table.ExitCode.ShouldBe(0, table.Errors);
        table.Output.ShouldContain("office\toffline\tnothing waits\t-120 min 0 s ±12 ms");
        api.Answers.Clear();
        api.Answers["device("] = null;
        (await jarvis.Run(["devices", "why", RunId])).Errors.ShouldContain("device.not_found");
    }

    [Fact]
    public async Task a_device_is_chosen_allowed_and_unbound_by_its_owner()
    {
        await jarvis.SignIn(api);
        api.Answers["chooseDevice"] = JsonNode.Parse("""{"position":"7"}""");
        api.Answers["allowDevice"] = JsonNode.Parse("""{"position":"8"}""");
        api.Answers["revokeDevice"] = JsonNode.Parse("""{"position":"9"}""");
        (await jarvis.Run(["devices", "choose", RunId])).ExitCode.ShouldBe(0);
        (await jarvis.Run(["devices", "choose", "--none"])).ExitCode.ShouldBe(0);
        (await jarvis.Run(["devices", "choose"])).ExitCode.ShouldBe(2);
        api.Requests.Select(request => (string?)request["variables"]!["input"]!["deviceId"]).ShouldBe([RunId, null]);
        (await jarvis.Run(["devices", "allow", RunId, "hand-in-runs"])).ExitCode.ShouldBe(0);
        api.Requests[^1]["variables"]!["input"]!["scopes"]!.ToJsonString().ShouldBe("""["HAND_IN_RUNS"]""");
        (await jarvis.Run(["devices", "allow", RunId, "everything"])).ExitCode.ShouldBe(2);
        (await jarvis.Run(["devices", "unbind", RunId])).ExitCode.ShouldBe(2);
        api.Requests.Count.ShouldBe(3);
        (await jarvis.Run(["devices", "unbind", RunId, "--yes"])).ExitCode.ShouldBe(0);
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

    [Fact]
    public async Task approving_a_code_takes_the_name_that_the_device_gave()
    {
        await jarvis.SignIn(api);
        api.Answers["pairing("] = null;
        api.Answers["approveDevice"] = JsonNode.Parse("""{"position":"9","device":{"id":"d","name":"office"}}""");
        var result = await jarvis.Run(["devices", "approve", "abcd-efgh", "--name", "office"]);
        result.ExitCode.ShouldBe(0, result.Errors);
        ((string?)api.Requests.Single()["variables"]!["input"]!["userCode"]).ShouldBe("ABCD-EFGH");
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

    private IEnumerable<JsonObject> Starts() => api.Requests.Where(request => ((string)request["query"]!).Contains("startRun(", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        jarvis.Dispose();
    }
}
