using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>Many runs retried at once, and two runs side by side.</summary>
public sealed class RunRetriesTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Retry = """
        mutation($input: RetryRunsInput!) { retryRuns(input: $input) { position total done endCursor results { run { id } retry { id } code } } }
        """;

    private static readonly FaultError DiskFull = new("https://example.org/disk-full", 507, "/do/0/greet", Content.Of(Json.Of(("title", Json.Of("full")))));

    [Fact]
    public async Task failed_runs_are_previewed_and_each_retried_once_however_often_it_is_sent()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var failed = new List<Guid> { await Fail(mine), await Fail(mine), await Fail(mine) };
        await mine.Complete(await mine.Begin(), 2);
        var preview = await Eventually.Be(
            async () => (await mine.Person.Client.Ask(
                """{ retryPreview(filter: { errorType: "https://example.org/disk-full" }) { total { value isExact } seen workflows { name count } } }""")).At("retryPreview"),
            seen => seen.At("total", "value").GetInt32() == 3);
        preview.At("workflows").GetArrayLength().ShouldBe(1);
        preview.Text("workflows", 0, "name").ShouldBe("greeting");
        var commandId = Guid.CreateVersion7();
        var input = new Dictionary<string, object?>
        {
            ["commandId"] = commandId, ["seen"] = preview.Text("seen"), ["filter"] = new { errorType = "https://example.org/disk-full" }, ["from"] = "START", ["expectedCount"] = 3, ["first"] = 2,
        };

        var page = (await mine.Person.Client.Ask(Retry, new { input })).At("retryRuns");
        (page.At("total").GetInt32(), page.At("done").GetInt32()).ShouldBe((3, 2));
        var rest = (await mine.Person.Client.Ask(Retry, new { input = new Dictionary<string, object?>(input) { ["after"] = page.Text("endCursor") } })).At("retryRuns");
        rest.At("done").GetInt32().ShouldBe(3);
        rest.At("endCursor").ValueKind.ShouldBe(JsonValueKind.Null);
        var again = (await mine.Person.Client.Ask(Retry, new { input })).At("retryRuns");

        Retries(page).Concat(Retries(rest)).Select(pair => pair.Run).ShouldBe(failed);
        Retries(again).ShouldBe(Retries(page), "the same command retries nothing twice");
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where type = 'ai.jarvis.run.requested.v1' and data ->> 'ownerId' = '{mine.Person.Id}'")).ShouldBe(7);
    }

    [Fact]
    public async Task a_run_that_was_retried_is_not_among_those_that_are_retried_together()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var (retried, left) = (await Fail(mine), await Fail(mine));
        await server.Do(new RetryRun(retried, RetryStart.Start), mine.Person.Id);
        await Eventually.Be(
            async () => (await mine.Person.Client.Ask("{ retryPreview { total { value } } runs(filter: { retried: false, status: [FAILED] }) { nodes { id } } }")),
            seen => seen.At("retryPreview", "total", "value").GetInt32() == 1 && seen.At("runs", "nodes").EnumerateArray().Select(run => run.At("id").GetGuid()).SequenceEqual([left]));
    }

    [Fact]
    public async Task what_is_left_of_a_failed_run_is_gone_on_with_once_however_many_ask_at_once()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await Fail(mine);
        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Do(new RetryRun(run, RetryStart.FailedTask), mine.Person.Id)));
        var retry = asked.Single(answer => !answer.IsRefused).Stream!.Value;
        asked.Where(answer => answer.IsRefused).Select(answer => answer.Refusal!.Code).Distinct().ShouldBe(["run.retry_under_way"]);
        asked.Where(answer => answer.IsRefused).ShouldAllBe(answer => answer.Refusal!.Message.Contains(retry.ToString(), StringComparison.Ordinal));

        (await mine.BeginNext()).ShouldBe(retry);
        await mine.Runner.Submit(mine.Runner.Event(retry, 2, new ExecutionFaulted("greeting", RunsOfAPerson.At, DiskFull)));
        var second = (await Eventually.Be(() => server.Do(new RetryRun(retry, RetryStart.FailedTask), mine.Person.Id), answer => !answer.IsRefused)).Stream!.Value;
        (await server.Do(new RetryRun(run, RetryStart.FailedTask), mine.Person.Id)).Refusal!.Message.ShouldContain(second.ToString(), customMessage: "the retry of the retry does it");

        (await mine.BeginNext()).ShouldBe(second);
        await mine.Complete(second, 2);
        await Eventually.Be(() => server.Do(new RetryRun(run, RetryStart.FailedTask), mine.Person.Id), answer => answer.Refusal?.Code == "run.retry_completed");
        (await server.Do(new RetryRun(run, RetryStart.Start), mine.Person.Id)).IsRefused.ShouldBeFalse("from the start it is a run of its own");
    }

    [Fact]
    public async Task what_is_left_is_gone_on_with_once_whichever_run_of_the_line_is_named()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await Fail(mine);
        var first = await FailAgain(mine, run);
        var asked = await Task.WhenAll(Enumerable.Range(0, 6).Select(turn => server.Do(new RetryRun(turn % 2 == 0 ? run : first, RetryStart.FailedTask), mine.Person.Id)));
        var second = asked.Single(answer => !answer.IsRefused).Stream!.Value;
        asked.Where(answer => answer.IsRefused).ShouldAllBe(answer => answer.Refusal!.Code == "run.retry_under_way");

        (await mine.BeginNext()).ShouldBe(second);
        foreach (var named in (Guid[])[run, first])
        {
            var refusal = (await server.Do(new RetryRun(named, RetryStart.FailedTask), mine.Person.Id)).Refusal;
            (refusal?.Code, refusal?.Message.Contains(second.ToString(), StringComparison.Ordinal)).ShouldBe(("run.retry_under_way", true));
        }

        await mine.Complete(second, 2);
        await Eventually.Be(() => server.Do(new RetryRun(first, RetryStart.FailedTask), mine.Person.Id), answer => answer.Refusal?.Code == "run.retry_completed");
        (await server.Do(new RetryRun(run, RetryStart.FailedTask), mine.Person.Id)).Refusal!.Code.ShouldBe("run.retry_completed");
    }

    [Fact]
    public async Task a_retry_from_the_start_is_a_line_of_its_own()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await Fail(mine);
        var fresh = (await server.Do(new RetryRun(run, RetryStart.Start), mine.Person.Id)).Stream!.Value;
        (await mine.BeginNext()).ShouldBe(fresh);
        await mine.Runner.Submit(mine.Runner.Event(fresh, 2, new ExecutionFaulted("greeting", RunsOfAPerson.At, DiskFull)));
        (await Eventually.Be(() => server.Do(new RetryRun(fresh, RetryStart.FailedTask), mine.Person.Id), answer => !answer.IsRefused)).Refusal.ShouldBeNull();
        (await server.Do(new RetryRun(run, RetryStart.FailedTask), mine.Person.Id)).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task a_selection_that_is_not_what_was_previewed_is_refused()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        await Fail(mine);
        var seen = await Eventually.Be(
            async () => (await mine.Person.Client.Ask("{ retryPreview { total { value } seen } }")).At("retryPreview"), preview => preview.At("total", "value").GetInt32() == 1);
        var input = new { commandId = Guid.CreateVersion7(), seen = seen.Text("seen"), from = "FAILED_TASK", expectedCount = 2 };
        (await mine.Person.Client.AskRefused(Retry, new { input })).ShouldBe("run.selection_differs");
        (await mine.Person.Client.AskRefused(Retry, new { input = new { input.commandId, input.from, expectedCount = 1 } })).ShouldBe("input.invalid");
        foreach (var wrong in (string[])["status: [CANCELLED]", "status: [FAILED, COMPLETED]", "retried: true"])
        {
            (await mine.Person.Client.AskRefused($"{{ retryPreview(filter: {{ {wrong} }}) {{ total {{ value }} }} }}")).ShouldBe("input.invalid", wrong);
        }

        await using var other = await RunsOfAPerson.Make(server, connected: false);
        (await other.Person.Client.Ask("{ retryPreview { total { value } } }")).At("retryPreview", "total", "value").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task two_runs_of_a_workflow_are_held_against_each_other()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var left = await Greet(mine, "hello");
        var right = await Greet(mine, "good day");
        await Eventually.Be(async () => (await mine.Person.Client.Ask("{ runs(filter: { status: [COMPLETED] }) { nodes { id } } }")).At("runs", "nodes").GetArrayLength(), n => n == 2);
        const string Query = """
            query($left: UUID!, $right: UUID!) { runDifference(left: $left, right: $right) {
              sameDefinition taskCount differingCount first { leftSequence rightSequence instance type }
              tasks { instance differs left { output durationSeconds } right { output } } variables { name left right } } }
            """;
        var difference = (await mine.Person.Client.Ask(Query, new { left, right })).At("runDifference");
        difference.At("sameDefinition").GetBoolean().ShouldBeTrue();
        (difference.At("first", "leftSequence").GetInt32(), difference.Text("first", "instance")).ShouldBe((4, "/do/0/greet"));
        difference.At("tasks", 0, "differs").EnumerateArray().Select(e => e.GetString()).ShouldBe(["output"]);
        difference.Text("tasks", 0, "right", "output").ShouldBe("good day");
        difference.Text("variables", 0, "left").ShouldBe("hello");
        var same = (await mine.Person.Client.Ask(Query, new { left, right = left })).At("runDifference");
        same.At("first").ValueKind.ShouldBe(JsonValueKind.Null);
        same.At("tasks").GetArrayLength().ShouldBe(0);
        await using var stranger = await RunsOfAPerson.Make(server, connected: false);
        (await stranger.Person.Client.AskRefused(Query, new { left, right })).ShouldBe("run.not_found");
    }

    private static List<(Guid Run, Guid Retry)> Retries(JsonElement page) =>
        [.. page.At("results").EnumerateArray().Select(result => (result.At("run", "id").GetGuid(), result.At("retry", "id").GetGuid()))];

    private static async Task<Guid> Fail(RunsOfAPerson mine)
    {
        var run = await mine.Begin();
        await mine.Runner.Submit(mine.Runner.Event(run, 2, new ExecutionFaulted("greeting", RunsOfAPerson.At, DiskFull)));
        await Eventually.Be(async () => (await mine.Person.Client.Ask($"{{ run(id: \"{run}\") {{ status }} }}")).Text("run", "status"), status => status == "FAILED");
        return run;
    }

    /// <summary>Goes on from the failed task of a run, to fail there again.</summary>
    private async Task<Guid> FailAgain(RunsOfAPerson mine, Guid run)
    {
        var retry = (await server.Do(new RetryRun(run, RetryStart.FailedTask), mine.Person.Id)).Stream!.Value;
        (await mine.BeginNext()).ShouldBe(retry);
        await mine.Runner.Submit(mine.Runner.Event(retry, 2, new ExecutionFaulted("greeting", RunsOfAPerson.At, DiskFull)));
        await Eventually.Be(async () => (await mine.Person.Client.Ask($"{{ run(id: \"{retry}\") {{ status }} }}")).Text("run", "status"), status => status == "FAILED");
        return retry;
    }

    private static async Task<Guid> Greet(RunsOfAPerson mine, string said)
    {
        var run = await mine.Begin();
        var output = Content.Of(Json.Of(said));
        await mine.Runner.Submit(
            mine.Runner.Event(run, 2, new ExecutionTaskCreated("/do/0/greet", "/do/0/greet", "greet", "set", RunsOfAPerson.At)),
            mine.Runner.Event(run, 3, new ExecutionTaskStarted("/do/0/greet", "/do/0/greet", RunsOfAPerson.At, null)),
            mine.Runner.Event(run, 4, new ExecutionTaskCompleted("/do/0/greet", "/do/0/greet", RunsOfAPerson.At, output, null, null, null)),
            mine.Runner.Event(run, 5, new ExecutionVariablesChanged("/do/0/greet", "/do/0/greet", RunsOfAPerson.At, Content.Of(Json.Of(("output", Json.Of(said)))), null)),
            mine.Runner.Event(run, 6, new ExecutionCompleted("greeting", RunsOfAPerson.At, output)));
        return run;
    }
}
