using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Runs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>Live views: everything once, in order, from any cursor on.</summary>
public sealed class LiveRunTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Changed = "subscription($id: UUID!, $after: Cursor) { runChanged(id: $id, after: $after) { stream sequence position type cursor data } }";

    [Fact]
    public async Task one_run_is_followed_from_its_beginning_to_its_end()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var (run, _) = await mine.Request();
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        await socket.Subscribe("1", Changed, new { id = run });
        await mine.Runner.ReceiveCommand();
        await mine.Runner.Claim(run);
        var events = new List<JsonElement>();
        for (var i = 1; i <= 40; i++)
        {
            await mine.Log(run, i, $"line {i}");
        }

        await mine.Complete(run, 41);
        while (events.Count == 0 || events[^1].Text("type") != "ai.jarvis.run.completed.v1")
        {
            events.Add(await Next(socket));
        }

        Sequences(events, "EXECUTION").ShouldBe(Enumerable.Range(1, 41));
        Sequences(events, "RUN").ShouldBe(Enumerable.Range(1, events.Count(e => e.Text("stream") == "RUN")));
        events.First(e => e.Text("type") == "ai.jarvis.run.log.v1").Text("data", "texts", 0).ShouldBe("line 1");
    }

    [Fact]
    public async Task a_follower_that_comes_back_with_any_cursor_misses_nothing_and_gets_nothing_twice()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        for (var i = 2; i <= 30; i++)
        {
            await mine.Log(run, i, $"line {i}");
        }

        await mine.Complete(run, 31);
        var whole = await Follow(mine, run, null, 1);
        foreach (var cut in (int[])[1, whole.Count / 2, whole.Count - 2])
        {
            var rest = await Follow(mine, run, whole[cut - 1].Text("cursor"), 1);
            rest.Select(e => e.Text("position")).ShouldBe(whole.Skip(cut).Select(e => e.Text("position")));
        }
    }

    [Fact]
    public async Task many_followers_of_one_run_are_told_the_same()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        var followers = Enumerable.Range(0, 20).Select(_ => Follow(mine, run, null, 1)).ToList();
        for (var i = 2; i <= 20; i++)
        {
            await mine.Log(run, i, $"line {i}");
        }

        await mine.Complete(run, 21);
        var told = await Task.WhenAll(followers);
        // Each stream in its own order; how the two interleave depends on when each commit was seen.
        foreach (var one in told)
        {
            Sequences(one, "EXECUTION").ShouldBe(Enumerable.Range(1, 21));
            Sequences(one, "RUN").ShouldBe(Enumerable.Range(1, one.Count(e => e.Text("stream") == "RUN")));
        }
    }

    [Fact]
    public async Task a_live_view_goes_on_after_the_database_cut_every_connection()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        await socket.Subscribe("1", Changed, new { id = run });
        while ((await Next(socket)).Text("type") != "ai.jarvis.run.started.v1")
        {
        }

        await using (var admin = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString))
        {
            await admin.OpenAsync();
            await using var cut = new NpgsqlCommand("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", admin);
            await cut.ExecuteScalarAsync();
        }

        await Eventually.Be(
            async () => (await mine.Runner.Submit(mine.Runner.Event(run, 2, new Domain.Runs.ExecutionProgressed(7, [], RunsOfAPerson.At)))).Item1, status => status == 200);
        (await Next(socket)).At("data", "percent").GetInt32().ShouldBe(7);
        // Those that were cut and lie in the pool yet are no other test's.
        server.Services.GetRequiredService<NpgsqlDataSource>().Clear();
        server.Services.GetRequiredKeyedService<NpgsqlDataSource>(ApplicationSetup.PlainConnections).Clear();
    }

    [Fact]
    public async Task a_strangers_run_cannot_be_followed()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        await using var other = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        await using var socket = await SocketUnderTest.OpenAs(server, other.Person.AccessToken);
        await socket.Subscribe("1", Changed, new { id = run });
        (await socket.Receive())!.Value.Text("payload", 0, "extensions", "code").ShouldBe("run.not_found");
    }

    [Fact]
    public async Task the_log_is_followed_line_by_line_from_a_cursor_inside_an_event()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        await mine.Log(run, 2, "a", "b", "c");
        const string Log = "subscription($id: UUID!, $after: Cursor) { runLog(id: $id, after: $after) { text cursor } }";
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        await socket.Subscribe("1", Log, new { id = run });
        var lines = new List<JsonElement>();
        for (var i = 0; i < 3; i++)
        {
            lines.Add((await socket.Receive())!.Value.At("payload", "data", "runLog"));
        }

        lines.Select(line => line.Text("text")).ShouldBe(["a", "b", "c"]);
        await socket.Subscribe("2", Log, new { id = run, after = lines[0].Text("cursor") });
        await mine.Log(run, 3, "d");
        var again = new List<string?>();
        while (again.Count < 3)
        {
            var message = (await socket.Receive())!.Value;
            if (message.Text("id") == "2")
            {
                again.Add(message.Text("payload", "data", "runLog", "text"));
            }
        }

        again.ShouldBe(["b", "c", "d"]);
    }

    [Fact]
    public async Task changes_of_many_runs_come_settled_in_order_and_resume()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        var (first, position) = await mine.Request();
        var cursor = Jarvis.Api.Runs.RunChangeCursor.Of(position - 1).Value;
        await socket.Subscribe("1", "subscription($after: Cursor) { runsChanged(after: $after) { position cursor run { id status } } }", new { after = cursor });
        var (second, _) = await mine.Request();
        var seen = new List<JsonElement>();
        while (seen.Select(change => change.At("run", "id").GetGuid()).Distinct().Count() < 2)
        {
            seen.Add((await socket.Receive())!.Value.At("payload", "data", "runsChanged"));
        }

        seen[0].At("run", "id").GetGuid().ShouldBe(first);
        seen[^1].At("run", "id").GetGuid().ShouldBe(second);
        var positions = seen.Select(change => long.Parse(change.Text("position")!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        positions.ShouldBe(positions.Order());
    }

    [Fact]
    public async Task each_change_of_many_runs_is_told_with_what_held_at_that_change()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        await socket.Subscribe("1", "subscription { runsChanged { run { id workflow { name } } } }");
        var (first, _) = await mine.Request();
        (await Told(first)).Text("name").ShouldBe("greeting");

        // The second run's workflow did not exist yet when the first was told of.
        await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting.Replace("name: greeting", "name: parting", StringComparison.Ordinal)), mine.Person.Id);
        var second = (await server.Do(new RequestRun(null, "parting", null, null, null, RunTrigger.Manual), mine.Person.Id)).Stream!.Value;
        (await Told(second)).Text("name").ShouldBe("parting");

        async Task<JsonElement> Told(Guid run)
        {
            while (true)
            {
                var change = (await socket.Receive())!.Value.At("payload", "data", "runsChanged", "run");
                if (change.At("id").GetGuid() == run)
                {
                    return change.At("workflow");
                }
            }
        }
    }

    private async Task<List<JsonElement>> Follow(RunsOfAPerson mine, Guid run, string? after, int ends)
    {
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        await socket.Subscribe("1", Changed, new { id = run, after });
        var events = new List<JsonElement>();
        while (events.Count(e => e.Text("type") is "ai.jarvis.run.completed.v1" or "io.serverlessworkflow.workflow.completed.v1") < 2 * ends)
        {
            events.Add(await Next(socket));
        }

        return events;
    }

    private static async Task<JsonElement> Next(SocketUnderTest socket)
    {
        var message = (await socket.Receive())!.Value;
        message.Text("type").ShouldBe("next", message.ToString());
        return message.At("payload", "data", "runChanged");
    }

    private static IEnumerable<int> Sequences(IEnumerable<JsonElement> events, string stream) =>
        events.Where(e => e.Text("stream") == stream).Select(e => e.At("sequence").GetInt32());
}
