using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>The first screen: one question, and every number is the length of a list.</summary>
public sealed class HomeTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Question = """
        query($atLeast: Position) { home(timeZone: "UTC", atLeast: $atLeast) {
            timeZone
            devices { id name status pausedAt }
            running { totalCount { value isExact } nodes { id } }
            needsAttention { totalCount { value } nodes { id attention } }
            today { begin end total { runs successRate } }
            week { steps { from begin end figures { runs } } }
            favourites { id name } } }
        """;

    private static readonly FaultError DiskFull = new("https://example.org/disk-full", 507, "/do/0/greet", null);
    private static readonly FaultError Interrupted = new(Domain.Workflows.Interpreter.FaultTypes.Interrupted, 500, "/do/0/greet", null);

    [Fact]
    public async Task every_number_equals_the_list_it_stands_for()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        await using var other = await RunsOfAPerson.Make(server);
        var running = await Begin(mine);
        await Complete(mine, await Begin(mine));
        var failed = await Begin(mine);
        await Fail(mine, failed, DiskFull);
        var stranger = await Begin(other);
        await Fail(other, stranger, DiskFull);
        var workflow = (await mine.Person.Client.Ask("{ workflow(name: \"greeting\") { id } }")).At("workflow", "id").GetGuid();
        await server.Do(new FavouriteWorkflow(workflow), mine.Person.Id);

        var home = await Home(mine, seen => seen.At("today", "total", "runs").GetInt32() == 3 && seen.At("needsAttention", "totalCount", "value").GetInt32() == 1
            && seen.At("running", "totalCount", "value").GetInt32() == 1 && seen.At("favourites").GetArrayLength() == 1);

        home.At("running", "nodes", 0, "id").GetGuid().ShouldBe(running);
        home.At("needsAttention", "nodes", 0, "id").GetGuid().ShouldBe(failed);
        home.Text("needsAttention", "nodes", 0, "attention").ShouldBe("FAILED");
        home.At("today", "total", "successRate").GetDouble().ShouldBe(0.5);
        home.Text("favourites", 0, "name").ShouldBe("greeting");
        home.Text("devices", 0, "status").ShouldBe("ONLINE");
        home.At("week", "steps").GetArrayLength().ShouldBe(7);
        var today = await Count(mine.Person, new { occurredFrom = home.Text("today", "begin"), occurredTo = home.Text("today", "end") });
        today.ShouldBe(home.At("today", "total", "runs").GetInt32());
        var week = home.At("week", "steps").EnumerateArray().ToList();
        (await Count(mine.Person, new { occurredFrom = week[0].Text("begin"), occurredTo = week[^1].Text("end") })).ShouldBe(week.Sum(step => step.At("figures", "runs").GetInt32()));
        (await Count(mine.Person, new { needsAttention = true })).ShouldBe(1);
        (await Count(mine.Person, new { needsAttention = false })).ShouldBe(2);
    }

    [Fact]
    public async Task a_run_that_was_looked_at_or_retried_needs_nobody()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var looked = await Begin(mine);
        await Fail(mine, looked, DiskFull);
        var interrupted = await Begin(mine);
        await Fail(mine, interrupted, Interrupted);
        var both = await Home(mine, seen => seen.At("needsAttention", "nodes").GetArrayLength() == 2);
        both.At("needsAttention", "nodes").EnumerateArray().Select(node => node.Text("attention")).ShouldBe(["INTERRUPTED", "FAILED"]);

        await using (var other = await RunsOfAPerson.Make(server))
        {
            (await LookRefused(other, looked)).ShouldBe("run.not_found");
        }

        var commandId = Guid.CreateVersion7();
        var position = await Look(mine, commandId, looked);
        (await Look(mine, commandId, looked)).ShouldBe(position);
        await Look(mine, Guid.CreateVersion7(), looked);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{looked}' and type = 'ai.jarvis.run.looked-at.v1'")).ShouldBe(1);
        var left = await Home(mine, seen => seen.At("needsAttention", "nodes").GetArrayLength() == 1);
        left.At("needsAttention", "nodes", 0, "id").GetGuid().ShouldBe(interrupted);

        await server.Do(new RetryRun(interrupted, RetryStart.Start), mine.Person.Id);
        await Home(mine, seen => seen.At("needsAttention", "totalCount", "value").GetInt32() == 0);
        (await mine.Person.Client.Ask("query($id: UUID!) { run(id: $id) { attention status } }", new { id = interrupted }))
            .At("run", "attention").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task a_control_that_expired_needs_a_person_until_it_is_asked_again()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await Begin(mine);
        await Eventually.Be(() => Status(mine, run), status => status == "RUNNING");
        var control = (await server.Do(new PauseRun(run), mine.Person.Id)).Subject!.Value;
        server.Clock.Move(RunLimits.ControlTime + TimeSpan.FromSeconds(1));
        await server.Send(new ControlDeadlineCame(mine.Person.Id, run, control));

        var home = await Home(mine, seen => seen.At("needsAttention", "nodes").GetArrayLength() == 1);
        home.Text("needsAttention", "nodes", 0, "attention").ShouldBe("CONTROL_EXPIRED");
        await server.Do(new PauseRun(run), mine.Person.Id);
        await Home(mine, seen => seen.At("needsAttention", "totalCount", "value").GetInt32() == 0);
    }

    [Fact]
    public async Task runs_on_a_screen_are_followed_by_their_ids_whatever_becomes_of_them()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var seen = await Begin(mine);
        var unseen = await Begin(mine);
        await Eventually.Be(() => Status(mine, seen), status => status == "RUNNING");
        await using var socket = await SocketUnderTest.OpenAs(server, mine.Person.AccessToken);
        // From what was seen on: whether the subscription or the change is there first makes no difference.
        var after = (await mine.Person.Client.Ask("query($id: UUID!) { run(id: $id) { cursor } }", new { id = seen })).Text("run", "cursor");
        var variables = new { ids = new[] { seen }, after };
        await socket.Subscribe("1", "subscription($ids: [UUID!], $after: Cursor) { runsChanged(after: $after, filter: { ids: $ids }) { run { id status } } }", variables);
        await socket.Subscribe("2", "subscription($ids: [UUID!]!, $after: Cursor) { runsProgress(after: $after, ids: $ids) { run { id } progress { percent current } cursor } }", variables);
        await Task.WhenAll(Progress(mine, unseen, 2, 10), Progress(mine, seen, 2, 40));
        await Complete(mine, unseen, 3);
        await Complete(mine, seen, 3);

        var status = "";
        var percent = 0;
        while (status != "COMPLETED" || percent != 40)
        {
            var message = (await socket.Receive())!.Value;
            message.Text("type").ShouldBe("next");
            var data = message.At("payload", "data");
            if (data.TryGetProperty("runsChanged", out var change))
            {
                change.At("run", "id").GetGuid().ShouldBe(seen);
                status = change.Text("run", "status")!;
            }
            else if (data.TryGetProperty("runsProgress", out var progress))
            {
                progress.At("run", "id").GetGuid().ShouldBe(seen);
                percent = progress.At("progress", "percent").GetInt32();
                progress.Text("progress", "current", 0).ShouldBe("greet");
            }
        }
    }

    [Theory]
    [InlineData("NEWEST")]
    [InlineData("OLDEST")]
    [InlineData("LATEST_STARTED")]
    [InlineData("EARLIEST_STARTED")]
    [InlineData("LONGEST")]
    [InlineData("SHORTEST")]
    [InlineData("RECENTLY_CHANGED")]
    [InlineData("WORKFLOW")]
    public async Task a_list_in_any_order_is_paged_both_ways_without_a_gap(string order)
    {
        await using var mine = await RunsOfAPerson.Make(server);
        for (var i = 0; i < 3; i++)
        {
            await Complete(mine, await Begin(mine, seconds: i * 7 % 3), seconds: 10 + (i * 5 % 3));
            await mine.Request();
        }

        await Eventually.Be(() => Count(mine.Person, new { status = new[] { "COMPLETED", "PENDING" } }), count => count == 6);
        var whole = await Ids(mine, order, "first: 100", null);
        whole.Order().Count().ShouldBe(6);
        var forward = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Page(mine, order, $"first: 2{(cursor is null ? "" : ", after: $cursor")}", cursor);
            forward.AddRange(page.At("nodes").EnumerateArray().Select(node => node.Text("id")!));
            cursor = page.At("pageInfo", "hasNextPage").GetBoolean() ? page.Text("pageInfo", "endCursor") : null;
        }
        while (cursor is not null);
        forward.ShouldBe(whole);
        var last = await Page(mine, order, "last: 4", null);
        last.At("nodes").EnumerateArray().Select(node => node.Text("id")!).ShouldBe(whole.TakeLast(4));
        (await Ids(mine, order, "last: 4, before: $cursor", last.Text("pageInfo", "startCursor"))).ShouldBe(whole.Take(2));
    }

    [Fact]
    public async Task more_runs_than_stand_on_a_screen_are_refused()
    {
        var person = await Person.Register(server);
        var ids = Enumerable.Range(0, 201).Select(_ => Guid.CreateVersion7()).ToArray();
        (await person.Client.AskRefused("query($ids: [UUID!]) { runs(filter: { ids: $ids }) { nodes { id } } }", new { ids })).ShouldBe("input.invalid");
    }

    private static async Task<JsonElement> Home(RunsOfAPerson mine, Func<JsonElement, bool> isIt) =>
        await Eventually.Be(async () => (await mine.Person.Client.Ask(Question)).At("home"), isIt);

    private static async Task<int> Count(Person person, object filter) =>
        (await person.Client.Ask("query($filter: RunFilter) { runs(filter: $filter) { totalCount { value } } }", new { filter })).At("runs", "totalCount", "value").GetInt32();

    private static async Task<string> Status(RunsOfAPerson mine, Guid run) =>
        (await mine.Person.Client.Ask("query($id: UUID!) { run(id: $id) { status } }", new { id = run })).Text("run", "status")!;

    private static async Task<List<string>> Ids(RunsOfAPerson mine, string order, string page, string? cursor) =>
        [.. (await Page(mine, order, page, cursor)).At("nodes").EnumerateArray().Select(node => node.Text("id")!)];

    private static async Task<JsonElement> Page(RunsOfAPerson mine, string order, string page, string? cursor) => (await mine.Person.Client.Ask(
        $"query($order: RunOrder!{(cursor is null ? "" : ", $cursor: String")}) {{ runs(order: $order, {page}) {{ nodes {{ id }} pageInfo {{ hasNextPage startCursor endCursor }} }} }}",
        new { order, cursor })).At("runs");

    private static async Task<string> Look(RunsOfAPerson mine, Guid commandId, params Guid[] runIds) => (await mine.Person.Client.Ask(
        "mutation($input: LookAtRunsInput!) { lookAtRuns(input: $input) { position } }", new { input = new { commandId, runIds } })).Text("lookAtRuns", "position")!;

    private static Task<string> LookRefused(RunsOfAPerson mine, params Guid[] runIds) => mine.Person.Client.AskRefused(
        "mutation($input: LookAtRunsInput!) { lookAtRuns(input: $input) { position } }", new { input = new { commandId = Guid.CreateVersion7(), runIds } });

    /// <summary>A run that begins now, by a right clock.</summary>
    private async Task<Guid> Begin(RunsOfAPerson mine, int seconds = 0)
    {
        var (run, _) = await mine.Request();
        while ((await mine.Runner.ReceiveCommand())["runId"]?.ToString() != run.ToString())
        {
            // Another run's, which this test leaves alone.
        }

        await mine.Runner.Claim(run);
        await mine.Runner.Submit(mine.Runner.Event(
            run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), server.Clock.GetUtcNow().AddSeconds(-seconds), null, null, null)));
        return run;
    }

    private async Task Complete(RunsOfAPerson mine, Guid run, long sequence = 2, int seconds = 5) =>
        await mine.Runner.Submit(mine.Runner.Event(run, sequence, new ExecutionCompleted("greeting", server.Clock.GetUtcNow().AddSeconds(seconds), null)));

    private async Task Fail(RunsOfAPerson mine, Guid run, FaultError error) =>
        await mine.Runner.Submit(mine.Runner.Event(run, 2, new ExecutionFaulted("greeting", server.Clock.GetUtcNow(), error)));

    private async Task Progress(RunsOfAPerson mine, Guid run, long sequence, int percent) =>
        await mine.Runner.Submit(mine.Runner.Event(run, sequence, new ExecutionProgressed(percent, ["greet"], server.Clock.GetUtcNow())));
}
