using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Application.Runs;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>The lists of runs: whose they are, page by page, then and now, and made anew.</summary>
public sealed class RunViewTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_query_that_forgot_its_filter_sees_nothing_of_others()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (run, position) = await mine.Request();
        await Seen(mine.Person, position);
        var views = server.Services.GetRequiredService<ViewReader>();
        var stranger = new Caller(Guid.CreateVersion7(), AccountRole.Owner, Guid.NewGuid(), null);
        var owner = stranger with { AccountId = mine.Person.Id };
        var administrator = stranger with { Role = AccountRole.Administrator };
        foreach (var table in ViewTables.Guarded)
        {
            (await Count(views, stranger, table)).ShouldBe(0, table);
        }

        (await Count(views, owner, "runs")).ShouldBeGreaterThan(0);
        (await Count(views, administrator, "runs")).ShouldBeGreaterThan(0);
        // The guard is the role's: it cannot read what is not a view, nor write, nor is it left behind on the connection.
        await Should.ThrowAsync<PostgresException>(() => views.Rows(owner, "select count(*) from sign_in.credentials", [], r => r.GetInt64(0), CancellationToken.None));
        await Should.ThrowAsync<PostgresException>(() => views.Rows(owner, "delete from views.runs returning 1", [], r => r.GetInt32(0), CancellationToken.None));
        (await server.Scalar<string>("select current_user::text")).ShouldNotBe(ViewTables.ReaderRole);
        run.ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task an_administrator_sees_that_a_run_is_and_not_what_is_in_it()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (run, position) = await mine.Request();
        await Seen(mine.Person, position);
        var token = (await server.Services.GetRequiredService<Sessions>().Begin(Guid.CreateVersion7(), AccountRole.Administrator, null, CancellationToken.None)).AccessToken;
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var seen = (await client.Ask(
            "query($id: UUID!) { run(id: $id) { status workflowName input reason device { name } workflow { name source } timeline { nodes { type data } } } }", new { id = run })).At("run");
        seen.Text("status").ShouldBe("PENDING");
        seen.At("input").ValueKind.ShouldBe(JsonValueKind.Null);
        seen.At("workflow", "source").ValueKind.ShouldBe(JsonValueKind.Null);
        seen.At("timeline", "nodes", 0, "data").TryGetProperty("input", out _).ShouldBeFalse();
        (await client.GetStringAsync($"/audit/streams/{run}")).ShouldContain("\"input\":{\"k\":");
        (await client.GetAsync("/audit/events?from=1&to=5")).IsSuccessStatusCode.ShouldBeTrue();
        (await mine.Person.Client.GetAsync("/audit/events?from=1&to=5")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task pages_meet_in_both_directions_and_hold_still_under_inserts()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var runs = new List<string>();
        long position = 0;
        for (var i = 0; i < 7; i++)
        {
            (var run, position) = await mine.Request();
            runs.Insert(0, run.ToString());
        }

        await Seen(mine.Person, position);
        var forward = new List<string>();
        string? after = null;
        for (var page = 0; page < 3; page++)
        {
            var answer = (await mine.Person.Client.Ask(
                "query($after: String) { runs(first: 3, after: $after) { totalCount { value isExact } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }",
                new { after })).At("runs");
            forward.AddRange(answer.At("edges").EnumerateArray().Select(edge => edge.Text("node", "id")!));
            answer.At("pageInfo", "hasNextPage").GetBoolean().ShouldBe(page < 2);
            after = answer.Text("pageInfo", "endCursor");
            await mine.Request();
        }

        forward.ShouldBe(runs);
        var back = (await mine.Person.Client.Ask(
            "query($before: String) { runs(last: 3, before: $before) { edges { node { id } } pageInfo { hasPreviousPage } } }", new { before = after })).At("runs");
        back.At("edges").EnumerateArray().Select(edge => edge.Text("node", "id")).ShouldBe(runs[3..6]);
        (await mine.Person.Client.AskRefused("{ runs(first: 101) { nodes { id } } }")).ShouldBe("page.invalid");
        (await mine.Person.Client.AskRefused("{ runs(first: 1, last: 1) { nodes { id } } }")).ShouldBe("page.invalid");
        (await mine.Person.Client.AskRefused("""{ runs(after: "bm9uZQ") { nodes { id } } }""")).ShouldBe("page.invalid");
    }

    [Fact]
    public async Task counts_are_exact_by_status_and_fall_with_it()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        await mine.Complete(run, 2);
        var (_, position) = await mine.Request();
        await Seen(mine.Person, position);
        var counts = await Eventually.Be(
            async () => (await mine.Person.Client.Ask(
                "{ all: runs { totalCount { value isExact } } done: runs(filter: { status: [COMPLETED] }) { totalCount { value } } text: runs(filter: { text: \"greet\" }) { totalCount { value isExact } } }")).ToString(),
            text => text.Contains("\"done\":{\"totalCount\":{\"value\":1}}", StringComparison.Ordinal));
        counts.ShouldContain("\"all\":{\"totalCount\":{\"value\":2,\"isExact\":true}}");
        counts.ShouldContain("\"text\":{\"totalCount\":{\"value\":2,\"isExact\":true}}");
        (await server.Scalar<long>("select count(*) from views.run_counts where n <= 0")).ShouldBe(0);
    }

    [Fact]
    public async Task runs_are_found_by_their_error_their_trigger_and_the_beginning_of_their_id()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var failed = await mine.Begin();
        await mine.Runner.Submit(mine.Runner.Event(failed, 2, new ExecutionFaulted(
            "greeting", RunsOfAPerson.At, new FaultError("https://example.org/disk-full", 507, "/do/0/greet", Content.Of(Json.Of(("title", Json.Of("secret words"))))))));
        await Eventually.Be(
            async () => (await mine.Person.Client.Ask("{ runs(filter: { status: [FAILED] }) { nodes { id } } }")).At("runs", "nodes").GetArrayLength(), found => found == 1);
        var retried = (await server.Do(new RetryRun(failed, RetryStart.Start), mine.Person.Id)).Stream!.Value;
        var (other, position) = await mine.Request();
        await Seen(mine.Person, position);

        (await Found("errorType: \"https://example.org/disk\"")).ShouldBe([failed]);
        (await Found("errorType: \"https://example.org/net\"")).ShouldBeEmpty();
        (await Found("trigger: RETRY")).ShouldBe([retried]);
        (await Found("text: \"DISK-full\"")).ShouldBe([failed]);
        (await Found($"text: \"{other.ToString()[..30]}\"")).ShouldContain(other);
        (await Found("text: \"secret words\"")).ShouldBeEmpty("what is sealed is not searched");

        async Task<List<Guid>> Found(string filter) =>
            [.. (await mine.Person.Client.Ask($"{{ runs(filter: {{ {filter} }}) {{ totalCount {{ isExact }} nodes {{ id }} }} }}"))
                .At("runs", "nodes").EnumerateArray().Select(run => run.At("id").GetGuid())];
    }

    [Fact]
    public async Task a_moment_is_given_by_position_or_by_instant_and_not_by_both()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (first, position) = await mine.Request();
        await Seen(mine.Person, position);
        var instant = await server.Scalar<DateTime>($"select timestamp from jarvis.mt_events where seq_id = {position}");
        await Task.Delay(20);
        var (_, later) = await mine.Request();
        await Seen(mine.Person, later);
        foreach (var asOf in (object[])[new { position = position.ToString(CultureInfo.InvariantCulture) }, new { instant = new DateTimeOffset(instant.AddMilliseconds(5), TimeSpan.Zero) }])
        {
            var runs = (await mine.Person.Client.Ask("query($asOf: AsOf!) { runs(asOf: $asOf) { asOf nodes { id } } }", new { asOf })).At("runs", "nodes");
            runs.EnumerateArray().Select(run => run.At("id").GetGuid()).ShouldBe([first]);
        }

        (await mine.Person.Client.AskRefused("{ runs(asOf: {}) { nodes { id } } }")).ShouldBe("input.invalid");
        (await mine.Person.Client.AskRefused("""{ runs(asOf: { position: "1", instant: "2026-01-01T00:00:00Z" }) { nodes { id } } }""")).ShouldBe("input.invalid");
    }

    [Fact]
    public async Task what_a_mutation_answered_is_seen_by_the_query_that_asks_for_it_and_the_future_is_refused()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        for (var i = 0; i < 5; i++)
        {
            var (run, position) = await mine.Request();
            var seen = await mine.Person.Client.Ask(
                "query($id: UUID!, $p: Position) { run(id: $id, atLeast: $p) { id } }", new { id = run, p = position.ToString(CultureInfo.InvariantCulture) });
            seen.At("run", "id").GetGuid().ShouldBe(run);
        }

        (await mine.Person.Client.AskRefused("""{ runs(atLeast: "99999999") { nodes { id } } }""")).ShouldBe("view.behind");
    }

    [Fact]
    public async Task a_view_made_anew_is_the_same_to_the_byte()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        for (var i = 0; i < 3; i++)
        {
            var run = await mine.Begin();
            await mine.Log(run, 2, "one", "two");
            await mine.Complete(run, 3);
        }

        var (_, position) = await mine.Request();
        await Seen(mine.Person, position);
        var before = await Quiet();
        var rebuild = server.Services.GetRequiredService<ViewRebuild>();
        foreach (var view in ViewsSetup.All)
        {
            var rebuilding = rebuild.Rebuild(view, CancellationToken.None);
            while (!rebuilding.IsCompleted)
            {
                // It is read all the while, and never half of it.
                (await mine.Person.Client.Ask("{ runs { totalCount { value } nodes { id } } }")).At("runs", "nodes").GetArrayLength().ShouldBe(4);
            }

            await rebuilding;
        }

        (await Quiet()).ShouldBe(before);
        var (_, later) = await mine.Request();
        await Seen(mine.Person, later);
    }

    /// <summary>The views once every event is in them and no process adds another.</summary>
    private async Task<string> Quiet()
    {
        var progress = server.Services.GetRequiredService<ViewProgress>();
        var last = await Snapshot();
        return await Eventually.Be(
            async () =>
            {
                await Task.Delay(400);
                var head = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
                var now = await Snapshot();
                var quiet = now == last && ViewsSetup.Names.All(view => progress.Of(view) == head);
                last = now;
                return quiet ? now : "";
            }, snapshot => snapshot.Length > 0);
    }

    private async Task<string> Snapshot()
    {
        var all = new List<string>();
        foreach (var table in ViewTables.Guarded)
        {
            all.Add(table + ": " + await server.Scalar<string>($"select coalesce(string_agg(t::text, '|' order by t::text), '') from views.{table} t"));
        }

        return string.Join('\n', all);
    }

    private static async Task<long> Count(ViewReader views, Caller caller, string table) =>
        (await views.Rows(caller, $"select count(*) from views.{table}", [], r => r.GetInt64(0), CancellationToken.None))[0];

    private static Task<JsonElement> Seen(Person person, long position) =>
        person.Client.Ask("query($p: Position!) { runs(atLeast: $p, first: 1) { nodes { id } } }", new { p = position.ToString(CultureInfo.InvariantCulture) });
}
