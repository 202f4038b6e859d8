using System.Text.Json;
using Jarvis.Api.Platform;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Jarvis.Application.Runs;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Wolverine;
using Wolverine.Runtime;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>What administrators see of the system itself and do to it; every act stands in history.</summary>
public sealed class OperationsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Letters = "{ operations { deadLetters(first: 100) { totalCount { value } nodes { id type queue error replaying facts attempts } } } }";

    [Fact]
    public async Task the_state_of_daemon_queues_and_health_is_told_to_administrators_alone()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        await mine.Request();
        var (administrator, _) = await Administrator();
        var told = await Eventually.Be(
            async () => (await administrator.Ask(
                "{ operations { head settled projections { name state position behind behindSeconds late tables rebuild { phase } } queues { name waiting scheduled outgoing } health { status checks { name status reason } } } }")).At("operations"),
            seen => seen.At("projections").EnumerateArray().All(projection => projection.At("behind").GetDouble() == 0 && projection.Text("state") == "RUNNING")
                // A run's deadline is a scheduled message, which the dispatch sends behind the commit.
                && seen.At("queues").EnumerateArray().Sum(queue => queue.At("scheduled").GetInt32()) > 0);
        told.At("projections").EnumerateArray().Select(projection => projection.Text("name")).ShouldBe(["Runs", "Workflows", "Devices", "Accounts"]);
        told.At("projections").EnumerateArray().ShouldAllBe(projection => projection.Text("position") == told.Text("head") && !projection.At("late").GetBoolean());
        told.At("health", "checks").EnumerateArray().Select(check => check.Text("name")).ShouldContain("views");

        (await mine.Person.Client.AskRefused("{ operations { head } }")).ShouldBe("auth.forbidden");
        (await mine.Person.Client.AskRefused("{ compareView(view: \"Runs\") { same } }")).ShouldBe("auth.forbidden");
        (await Do(mine.Person.Client, "StartViewRebuild", "view", "Runs")).ShouldBe("auth.forbidden");
    }

    [Fact]
    public async Task a_dead_letter_is_read_without_texts_and_replayed_or_discarded_once()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (run, _) = await mine.Request();
        var (administrator, account) = await Administrator();
        var replayed = await DeadLetter(new RetryDispatch(mine.Person.Id, run));
        var discarded = await DeadLetter(new RetryDispatch(mine.Person.Id, run));
        var letters = (await administrator.Ask(Letters)).At("operations", "deadLetters", "nodes").EnumerateArray().ToList();
        var letter = letters.Single(node => node.At("id").GetGuid() == replayed);
        letter.Text("type")!.ShouldContain("RetryDispatch");
        letter.Text("error")!.ShouldContain("InvalidOperationException");
        letter.ToString().ShouldNotContain("a secret", Case.Insensitive, "what an error says may be personal");
        letter.At("facts", "runId").GetGuid().ShouldBe(run);

        (await Do(administrator, "ReplayDeadLetters", "ids", new[] { Guid.CreateVersion7() })).ShouldBe("deadletter.not_found");
        (await Do(administrator, "ReplayDeadLetters", "ids", new[] { replayed })).ShouldBe("");
        (await Do(administrator, "DiscardDeadLetters", "ids", new[] { discarded })).ShouldBe("");
        await Eventually.Be(
            async () => (await administrator.Ask(Letters)).At("operations", "deadLetters", "nodes").EnumerateArray().Select(node => node.At("id").GetGuid()).ToList(),
            left => !left.Contains(replayed) && !left.Contains(discarded));
        foreach (var (type, id) in (List<(string, Guid)>)[("replayed", replayed), ("discarded", discarded)])
        {
            (await server.Scalar<long>(
                $"select count(*) from jarvis.mt_events where type = 'ai.jarvis.operation.dead-letters-{type}.v1' and user_name = '{account}' and data -> 'messageIds' ? '{id}'")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task a_view_is_made_anew_beside_the_live_one_compared_and_put_in_place()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (run, _) = await mine.Request();
        var (administrator, _) = await Administrator();
        (await Do(administrator, "SwitchView", "view", "Runs")).ShouldBe("view.no_rebuild");
        (await Do(administrator, "StartViewRebuild", "view", "Nothing")).ShouldBe("view.not_found");
        (await Do(administrator, "StartViewRebuild", "view", "runs")).ShouldBe("");
        await Ready(administrator, "Runs");
        (await Do(administrator, "StartViewRebuild", "view", "Runs")).ShouldBe("view.rebuild_under_way");

        // What comes meanwhile is in both; what the live one alone was given is found.
        var (later, _) = await mine.Request();
        var same = (await administrator.Ask("{ compareView(view: \"Runs\") { same tables { table live new onlyLive onlyNew } } }")).At("compareView");
        same.At("same").GetBoolean().ShouldBeTrue(same.ToString());
        await server.Scalar<int>($"update views.runs set workflow_name = 'spoilt' where run_id = '{run}' returning 1");
        var differs = (await administrator.Ask("{ compareView(view: \"Runs\") { same tables { table onlyLive onlyNew } } }")).At("compareView");
        differs.At("same").GetBoolean().ShouldBeFalse();
        var table = differs.At("tables").EnumerateArray().Single(t => t.Text("table") == "runs");
        table.At("onlyLive").GetDouble().ShouldBe(table.At("onlyNew").GetDouble());
        table.At("onlyLive").GetDouble().ShouldBeGreaterThan(0);

        (await Do(administrator, "SwitchView", "view", "Runs")).ShouldBe("");
        var names = (await mine.Person.Client.Ask("{ runs { nodes { id workflowName } } }")).At("runs", "nodes").EnumerateArray().ToList();
        names.Select(node => node.At("id").GetGuid()).ShouldBe([later, run]);
        names.ShouldAllBe(node => node.Text("workflowName") == "greeting");
        var (last, _) = await mine.Request();
        await Eventually.Be(
            async () => (await mine.Person.Client.Ask("{ runs(first: 1) { nodes { id } } }")).At("runs", "nodes", 0, "id").GetGuid(), newest => newest == last);
    }

    [Fact]
    public async Task a_view_that_was_made_anew_and_is_not_wanted_is_thrown_away()
    {
        await Person.Register(server);
        var (administrator, _) = await Administrator();
        (await Do(administrator, "StartViewRebuild", "view", "Accounts")).ShouldBe("");
        await Ready(administrator, "Accounts");
        (await Do(administrator, "DiscardViewRebuild", "view", "Accounts")).ShouldBe("");
        (await Do(administrator, "DiscardViewRebuild", "view", "Accounts")).ShouldBe("view.no_rebuild");
        (await server.Scalar<long>("select count(*) from pg_namespace where nspname = 'views_next_accounts'")).ShouldBe(0);
        (await server.Scalar<long>("select count(*) from jarvis.mt_events where type in ('ai.jarvis.operation.view-rebuild-started.v1', 'ai.jarvis.operation.view-rebuild-discarded.v1') and stream_id = (select stream_id from jarvis.mt_events where type = 'ai.jarvis.operation.view-rebuild-started.v1' and data ->> 'view' = 'Accounts')"))
            .ShouldBe(2);
        (await administrator.Ask("{ accounts { nodes { id } } }")).At("accounts", "nodes").GetArrayLength().ShouldBeGreaterThan(0);
    }

    private static Task<JsonElement> Ready(HttpClient administrator, string view) => Eventually.Be(
        async () => (await administrator.Ask("{ operations { projections { name rebuild { phase percent position target failure startedAt } } } }"))
            .At("operations", "projections").EnumerateArray().Single(projection => projection.Text("name") == view).At("rebuild"),
        rebuild => rebuild.ValueKind == JsonValueKind.Object && rebuild.Text("phase") == "READY" && rebuild.At("percent").GetInt32() == 100);

    /// <summary>Empty where it was done, else the code of the refusal.</summary>
    private static async Task<string> Do(HttpClient client, string act, string field, object value)
    {
        var input = new Dictionary<string, object> { ["commandId"] = Guid.CreateVersion7(), ["reason"] = "a test", [field] = value };
        var answer = await client.Answer(
            $"mutation($input: {act}Input!) {{ {char.ToLowerInvariant(act[0])}{act[1..]}(input: $input) {{ position operations {{ head }} }} }}", new { input });
        return answer.TryGetProperty("errors", out var errors) ? errors.Text(0, "extensions", "code")! : "";
    }

    [Fact]
    public async Task a_view_that_another_process_makes_anew_is_left_to_it()
    {
        var (administrator, _) = await Administrator();
        await using var other = new NpgsqlConnection(server.ConnectionString);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var theirs = new NpgsqlCommand("select pg_advisory_lock(732, hashtext('views_next_workflows')); create schema views_next_workflows", other);
        await theirs.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        (await Do(administrator, "StartViewRebuild", "view", "Workflows")).ShouldBe("");
        await Phase(administrator, "Workflows", "FAILED");
        (await Do(administrator, "SwitchView", "view", "Workflows")).ShouldBe("view.rebuild_not_ready");
        (await Do(administrator, "DiscardViewRebuild", "view", "Workflows")).ShouldBe("");

        (await server.Scalar<long>("select count(*) from pg_namespace where nspname = 'views_next_workflows'")).ShouldBe(1, "theirs stands");
        await using var done = new NpgsqlCommand("drop schema views_next_workflows; select pg_advisory_unlock_all()", other);
        await done.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task a_view_is_not_put_in_place_whose_database_died_while_it_was_made_anew()
    {
        var (administrator, _) = await Administrator();
        (await Do(administrator, "StartViewRebuild", "view", "Devices")).ShouldBe("");
        await Phase(administrator, "Devices", "READY");
        await server.Scalar<long>("select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and classid = 732 and pid <> pg_backend_pid()");

        await Phase(administrator, "Devices", "FAILED");
        (await Do(administrator, "SwitchView", "view", "Devices")).ShouldBe("view.rebuild_not_ready");
        (await Do(administrator, "DiscardViewRebuild", "view", "Devices")).ShouldBe("");

        (await server.Scalar<long>("select count(*) from pg_namespace where nspname = 'views_next_devices'")).ShouldBe(0);
    }

    [Fact]
    public async Task who_reads_a_view_for_long_keeps_nobody_else_from_it_while_a_new_one_waits_for_its_place()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (administrator, _) = await Administrator();
        (await Do(administrator, "StartViewRebuild", "view", "Workflows")).ShouldBe("");
        await Phase(administrator, "Workflows", "READY");
        await using var reader = new NpgsqlConnection(server.ConnectionString);
        await reader.OpenAsync(cancel);
        await using var reading = await reader.BeginTransactionAsync(cancel);
        await using var read = new NpgsqlCommand("select count(*) from views.workflows", reader, reading);
        await read.ExecuteScalarAsync(cancel);

        var rebuild = server.Services.GetRequiredService<ViewRebuild>().Of("Workflows").ShouldNotBeNull();
        var once = new RebuildSwitch(server.Services.GetRequiredService<NpgsqlDataSource>(), server.Services.GetRequiredService<RebuildStandstill>()) { Attempts = 1 };
        (await once.Switch(rebuild, cancel)).ShouldBe(OperationRefusals.ViewBusy);
        rebuild.Phase.ShouldBe(RebuildPhase.Ready);

        var switching = Do(administrator, "SwitchView", "view", "Workflows");
        await Eventually.Be(
            () => server.Scalar<long>("select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock' and relation = 'views.workflows'::regclass"), waiting => waiting > 0);
        await server.Scalar<long>("select count(*) from views.workflows");
        switching.IsCompleted.ShouldBeFalse("it is still being read by the first");

        await reading.DisposeAsync();
        (await switching).ShouldBe("");
        (await server.Scalar<long>("select count(*) from pg_namespace where nspname = 'views_next_workflows'")).ShouldBe(0);
    }

    private static Task<JsonElement> Phase(HttpClient administrator, string view, string phase) => Eventually.Be(
        async () => (await administrator.Ask("{ operations { projections { name rebuild { phase } } } }")).At("operations", "projections").EnumerateArray()
            .Single(projection => projection.Text("name") == view).At("rebuild"),
        rebuild => rebuild.ValueKind == JsonValueKind.Object && rebuild.Text("phase") == phase);

    /// <summary>A message as the bus leaves it when its handler failed for good.</summary>
    private async Task<Guid> DeadLetter(RetryDispatch message)
    {
        var runtime = (WolverineRuntime)server.Services.GetRequiredService<IWolverineRuntime>();
        var envelope = runtime.RoutingFor(typeof(RetryDispatch)).RouteForPublish(message, null).Single();
        envelope.Status = EnvelopeStatus.Incoming;
        envelope.OwnerId = runtime.DurabilitySettings.AssignedNodeNumber;
        await runtime.Storage.Inbox.StoreIncomingAsync(envelope);
        await runtime.Storage.Inbox.MoveToDeadLetterStorageAsync(envelope, new InvalidOperationException("a secret"));
        return envelope.Id;
    }

    private async Task<(HttpClient Client, Guid Account)> Administrator()
    {
        var account = Guid.CreateVersion7();
        return (await server.ClientOf(account, AccountRole.Administrator), account);
    }
}
