using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Tests.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>From a person's registration to the read models of a finished run.</summary>
public sealed class ReadSideTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Greeting = """
        document: { dsl: '1.0.0', namespace: tests, name: greeting, version: '1.0.0' }
        do:
          - greet: { set: { said: hello } }
        """;

    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task a_run_can_be_read_back_in_every_view_now_and_as_of_then()
    {
        var (client, owner) = await Registered();
        await client.Ask("mutation($i: PublishWorkflowInput!) { publishWorkflow(input: $i) { position workflow { id name revision } } }",
            new { i = new { commandId = Guid.NewGuid(), source = Greeting } });
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var started = await client.Ask("mutation($i: StartRunInput!) { startRun(input: $i) { position run { id } } }",
            new { i = new { commandId = Guid.NewGuid(), workflowName = "greeting", input = new { name = "Ana" }, reason = "to see" } });
        var run = started.At("startRun", "run", "id").GetGuid();
        var requestedAt = started.Text("startRun", "position");
        await runner.ReceiveCommand();
        await runner.Claim(run);
        const string Task = "/do/0/greet";
        var (status, _) = await runner.Submit(
            runner.Event(run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, Content.Of(Json.Of(("name", Json.Of("Ana")))), null, null)),
            runner.Event(run, 2, new ExecutionTaskCreated(Task, Task, "greet", "set", At)),
            runner.Event(run, 3, new ExecutionTaskStarted(Task, Task, At, Content.Of(Json.Of(("a", Json.Of(1)))))),
            runner.Event(run, 4, new ExecutionLogged([new LogLine(At, LogSeverity.Info, Task), new LogLine(At, LogSeverity.Error, Task)], Content.Of(Json.Of([Json.Of("hello there"), Json.Of("so bad")])))),
            runner.Event(run, 5, new ExecutionTaskCompleted(Task, Task, At.AddSeconds(2), Content.Of(Json.Of(("said", Json.Of("hello")))), null, null, null)),
            runner.Event(run, 6, new ExecutionVariablesChanged(Task, Task, At.AddSeconds(2), Content.Of(Json.Of(("output", Json.Of(("said", Json.Of("hello")))))), null)),
            runner.Event(run, 7, new ExecutionProgressed(50, [Task], At)),
            runner.Event(run, 8, new ExecutionCompleted("greeting", At.AddSeconds(3), Content.Of(Json.Of("done")))));
        status.ShouldBe(200);
        await Eventually.Be(async () => (await client.Ask("query($id: UUID!) { run(id: $id) { status } }", new { id = run })).Text("run", "status"), s => s == "COMPLETED");

        var seen = (await client.Ask(
            """
            query($id: UUID!) { run(id: $id) { id position cursor status workflowName revision trigger requestedBy { id } reason input output occurredAt durationSeconds
              workflow { name } device { name status } progress { percent } controls { id } statusHistory { status at actorId reason }
              tasks(first: 5) { nodes { task instance name kind status attempts arguments output durationSeconds sequence } pageInfo { hasNextPage } }
              log(first: 5) { nodes { text level sequence index } }
              bad: log(search: "BAD") { nodes { text } }
              errors: log(level: ERROR) { nodes { text } }
              variables(afterTask: "/do/0/greet") { sequence context changed }
              timeline(first: 50) { nodes { type stream sequence data } } } }
            """, new { id = run })).At("run");
        seen.Text("reason").ShouldBe("to see");
        seen.Text("input", "name").ShouldBe("Ana");
        seen.Text("output").ShouldBe("done");
        seen.Text("device", "name").ShouldBe("workbench");
        seen.At("durationSeconds").GetDouble().ShouldBe(3);
        seen.At("progress", "percent").GetInt32().ShouldBe(100);
        seen.Text("tasks", "nodes", 0, "status").ShouldBe("COMPLETED");
        seen.Text("tasks", "nodes", 0, "output", "said").ShouldBe("hello");
        seen.Text("tasks", "nodes", 0, "arguments", "a").ShouldBe("1");
        seen.At("log", "nodes").GetArrayLength().ShouldBe(2);
        seen.At("bad", "nodes").EnumerateArray().Select(line => line.Text("text")).ShouldBe(["so bad"]);
        seen.At("errors", "nodes").EnumerateArray().Select(line => line.Text("text")).ShouldBe(["so bad"]);
        seen.Text("variables", "context", "output", "said").ShouldBe("hello");
        seen.At("statusHistory").EnumerateArray().Select(change => change.Text("status")).ShouldBe(["PENDING", "RUNNING", "COMPLETED"]);
        seen.At("timeline", "nodes").EnumerateArray().Count(e => e.Text("stream") == "EXECUTION").ShouldBe(8);

        var then = await client.Ask(
            "query($id: UUID!, $p: Position!) { run(id: $id, asOf: { position: $p }) { status output tasks { nodes { task } } } runs(asOf: { position: $p }) { asOf nodes { status } } }",
            new { id = run, p = requestedAt });
        then.Text("run", "status").ShouldBe("PENDING");
        then.At("run", "tasks", "nodes").GetArrayLength().ShouldBe(0);
        then.Text("runs", "asOf").ShouldBe(requestedAt);
        then.Text("runs", "nodes", 0, "status").ShouldBe("PENDING");

        var lists = await client.Ask(
            """
            { runs(filter: { status: [COMPLETED] }) { totalCount { value isExact } edges { cursor node { id device { name } workflow { name } } } }
              workflows { nodes { name revision source revisions { number } } } devices { nodes { name os status } }
              runsPerDay(from: "2026-03-01", to: "2026-03-01", timeZone: "Asia/Shanghai") { day total completed } viewer { email roles timeZone } position }
            """);
        lists.At("runs", "totalCount", "value").GetInt32().ShouldBe(1);
        lists.Text("workflows", "nodes", 0, "source").ShouldBe(Greeting);
        lists.At("runsPerDay", 0, "completed").GetInt32().ShouldBe(1);
        lists.Text("viewer", "roles", 0).ShouldBe("owner");

        var (other, _) = await Registered();
        (await other.Ask("query($id: UUID!) { run(id: $id) { id } runs { nodes { id } totalCount { value } } }", new { id = run })).ToString()
            .ShouldBe("""{"run":null,"runs":{"nodes":[],"totalCount":{"value":0}}}""");

        var history = await client.GetStringAsync($"/audit/streams/{run}");
        history.TrimEnd().Split('\n').Length.ShouldBeGreaterThan(3);
        (await other.GetAsync($"/audit/streams/{run}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<(HttpClient Client, Guid Owner)> Registered()
    {
        var client = server.Anonymous();
        using var answer = await client.PostAsJsonAsync("/auth/register", new { email = $"{Guid.NewGuid():N}@example.com", password = "correct horse" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Text("accessToken"));
        return (client, (await client.Ask("{ viewer { id } }")).At("viewer", "id").GetGuid());
    }
}
