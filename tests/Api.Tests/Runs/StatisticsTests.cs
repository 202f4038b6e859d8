using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>Figures of runs: by calendar step in a zone, equal to the lists of the same runs, now and at a position.</summary>
public sealed class StatisticsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Error = "https://serverlessworkflow.io/spec/1.0.0/errors/communication";
    private const string Figures = "runs completed failed cancelled successRate timed averageSeconds medianSeconds p95Seconds";

    // Saturday 28 February 2026, 16:30 UTC: Sunday 1 March, 00:30 in Shanghai, another day, week and month than in UTC.
    private static readonly DateTimeOffset Night = new(2026, 2, 28, 16, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task a_run_counts_for_the_day_week_and_month_of_the_zone()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        await Run(mine, Night, 10);
        await Run(mine, Night.AddHours(40), 20);
        await Run(mine, Night.AddHours(-20), 30, fails: "/do/0/greet");

        var days = await Ask(mine, "by: DAY");
        Days(days).ShouldBe("2026-02-28:1 2026-03-01:1 2026-03-02:1 2026-03-03:0");
        days.At("timeZone").GetString().ShouldBe("Asia/Shanghai");
        Days(await Ask(mine, "by: WEEK")).ShouldBe("2026-02-28:2 2026-03-02:1");
        Days(await Ask(mine, "by: MONTH")).ShouldBe("2026-02-28:1 2026-03-01:2");
        Days(await Ask(mine, "by: DAY, timeZone: \"UTC\"")).ShouldBe("2026-02-28:1 2026-03-01:0 2026-03-02:1 2026-03-03:0");
        // A zone whose offset is no whole hour.
        Days(await Ask(mine, "by: DAY, timeZone: \"Asia/Kathmandu\"")).ShouldBe("2026-02-28:2 2026-03-01:0 2026-03-02:1 2026-03-03:0");
    }

    [Fact]
    public async Task totals_equal_the_list_of_the_same_runs_and_causes_open_theirs()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        foreach (var (hours, seconds) in ((int, int)[])[(0, 4), (1, 1), (2, 3), (3, 2), (50, 100)])
        {
            await Run(mine, Night.AddHours(hours), seconds);
        }

        await Run(mine, Night.AddHours(4), 5, fails: "/do/2/each/do@3/0/fetch");
        await Run(mine, Night.AddHours(5), 6, fails: "/do/2/each/do@9/0/fetch");
        await Run(mine, Night.AddHours(5), 7, fails: "/do/0/greet");
        await mine.Request();

        var all = await Ask(mine, "by: WEEK");
        var total = all.At("total");
        total.At("runs").GetInt32().ShouldBe(8);
        total.At("successRate").GetDouble().ShouldBe(5.0 / 8);
        total.At("averageSeconds").GetDouble().ShouldBe((4 + 1 + 3 + 2 + 100 + 5 + 6 + 7) / 8.0);
        total.At("medianSeconds").GetDouble().ShouldBe(4);
        total.At("p95Seconds").GetDouble().ShouldBe(100);
        all.At("steps", 0, "figures", "medianSeconds").GetDouble().ShouldBe(4);
        all.At("steps", 1, "figures", "p95Seconds").GetDouble().ShouldBe(100);
        await SameAsList(mine, all, total);
        foreach (var step in all.At("steps").EnumerateArray())
        {
            await SameAsList(mine, step, step.At("figures"));
        }

        var causes = all.At("failures");
        causes.EnumerateArray().Select(cause => $"{cause.Text("node")} {cause.Text("runs")}").ShouldBe(["/do/2/each/do/0/fetch 2", "/do/0/greet 1"]);
        causes.At(0, "errorType").GetString().ShouldBe(Error);
        causes.At(0, "workflow", "name").GetString().ShouldBe("greeting");
        causes.At(0, "share").GetDouble().ShouldBe(2.0 / 3);
        var opened = await mine.Person.Client.Ask(
            "query($node: String) { runs(filter: { errorNode: $node }) { nodes { error { instance } } } }", new { node = causes.Text(0, "node") });
        opened.At("runs", "nodes").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task a_past_position_has_the_numbers_it_had_and_one_workflow_or_device_has_its_own()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        await using var other = await RunsOfAPerson.Make(server);
        await Run(mine, Night, 10);
        await Run(mine, Night.AddHours(1), 20, fails: "/do/0/greet");
        var then = await Ask(mine, "by: DAY");
        var position = then.Text("asOf")!;
        await Run(mine, Night.AddHours(2), 30);
        await Run(other, Night, 10);

        var now = await Ask(mine, "by: DAY");
        now.At("total", "runs").GetInt32().ShouldBe(3);
        var past = await Ask(mine, $"by: DAY, asOf: {{ position: \"{position}\" }}");
        past.ToString().ShouldBe(then.ToString());

        var device = $"deviceId: \"{mine.Runner.Device}\"";
        var workflow = (await mine.Person.Client.Ask("{ workflow(name: \"greeting\") { id statistics(from: \"2026-02-28\", to: \"2026-03-03\") { total { runs medianSeconds } } } }")).At("workflow");
        workflow.At("statistics", "total", "runs").GetInt32().ShouldBe(3);
        workflow.At("statistics", "total", "medianSeconds").GetDouble().ShouldBe(20);
        var one = $"workflowId: \"{workflow.Text("id")}\"";
        foreach (var scope in (string[])[device, one, $"{one}, {device}"])
        {
            (await Ask(mine, $"by: DAY, {scope}")).ToString().ShouldBe(now.ToString(), scope);
        }

        (await Ask(mine, $"by: DAY, deviceId: \"{other.Runner.Device}\"")).At("total", "runs").GetInt32().ShouldBe(0);
        (await Ask(other, $"by: DAY, {one}")).At("total", "runs").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task periods_have_names_and_nonsense_is_refused()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (_, position) = await mine.Request();
        foreach (var period in (string[])["TODAY", "THIS_WEEK", "THIS_MONTH", "LAST_7_DAYS", "LAST_30_DAYS"])
        {
            var answer = await mine.Person.Client.Ask($"{{ statistics(period: {period}, atLeast: \"{position}\") {{ from to total {{ runs pending successRate medianSeconds }} }} }}");
            answer.At("statistics", "total", "runs").GetInt32().ShouldBe(1, period);
            answer.At("statistics", "total", "successRate").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        foreach (var wrong in (string[])[
            "period: TODAY, from: \"2026-01-01\", to: \"2026-01-02\"", "from: \"2026-01-01\"", "from: \"2026-01-02\", to: \"2026-01-01\"",
            "from: \"2020-01-01\", to: \"2026-01-01\"", "period: TODAY, timeZone: \"Asia/Atlantis\"", "from: \"0001-01-01\", to: \"0001-01-02\"", "from: \"9999-12-30\", to: \"9999-12-31\", by: MONTH"])
        {
            (await mine.Person.Client.AskRefused($"{{ statistics({wrong}) {{ total {{ runs }} }} }}")).ShouldBe("input.invalid", wrong);
        }

        foreach (var wrong in (string[])["from: \"0001-01-01\", to: \"0001-01-02\"", "to: \"0001-01-02\"", "from: \"9999-12-30\", to: \"9999-12-31\""])
        {
            (await mine.Person.Client.AskRefused($"{{ runsPerDay({wrong}) {{ total }} }}")).ShouldBe("input.invalid", wrong);
        }
    }

    [Fact]
    public async Task an_administrator_names_the_owners_and_nobody_else_does()
    {
        await using var one = await RunsOfAPerson.Make(server);
        await using var other = await RunsOfAPerson.Make(server);
        await Run(one, Night, 10);
        await Run(one, Night.AddHours(3), 20, fails: "/do/0/greet");
        await Run(other, Night, 30);
        using var administrator = await server.ClientOf(Guid.CreateVersion7(), Domain.Accounts.AccountRole.Administrator);
        async Task<string> Of(HttpClient client, string owners)
        {
            var answer = await client.Ask(
                $"{{ statistics(from: \"2026-02-28\", to: \"2026-03-03\", timeZone: \"Asia/Kathmandu\", ownerIds: [{owners}], atLeast: \"{await Settled()}\") "
                + "{ total { runs failed averageSeconds } failures { runs } } }");
            var total = answer.At("statistics", "total");
            return $"{total.At("runs")} {total.At("failed")} {total.At("averageSeconds")} {answer.At("statistics", "failures").GetArrayLength()}";
        }

        (await Of(administrator, $"\"{one.Person.Id}\"")).ShouldBe("2 1 15 1");
        (await Of(administrator, $"\"{other.Person.Id}\"")).ShouldBe("1 0 30 0");
        (await Of(administrator, $"\"{one.Person.Id}\", \"{other.Person.Id}\"")).ShouldBe("3 1 20 1");
        (await Of(one.Person.Client, $"\"{one.Person.Id}\"")).ShouldBe("2 1 15 1");
        (await one.Person.Client.AskRefused($"{{ statistics(ownerIds: [\"{other.Person.Id}\"]) {{ total {{ runs }} }} }}")).ShouldBe("auth.forbidden");
        (await one.Person.Client.AskRefused($"{{ statistics(ownerIds: [\"{one.Person.Id}\", \"{other.Person.Id}\"]) {{ total {{ runs }} }} }}")).ShouldBe("auth.forbidden");
        (await administrator.AskRefused("{ statistics(ownerIds: []) { total { runs } } }")).ShouldBe("input.invalid");
    }

    private static string Days(JsonElement statistics) =>
        string.Join(' ', statistics.At("steps").EnumerateArray().Select(step => $"{step.Text("from")}:{step.Text("figures", "runs")}"));

    private static async Task SameAsList(RunsOfAPerson mine, JsonElement period, JsonElement figures)
    {
        var list = await mine.Person.Client.Ask(
            "query($from: DateTime, $to: DateTime) { runs(filter: { occurredFrom: $from, occurredTo: $to }) { totalCount { value isExact } } "
            + "completed: runs(filter: { status: [COMPLETED], occurredFrom: $from, occurredTo: $to }) { totalCount { value } } }",
            new { from = period.Text("begin"), to = period.Text("end") });
        list.At("runs", "totalCount", "value").GetInt32().ShouldBe(figures.At("runs").GetInt32());
        list.At("completed", "totalCount", "value").GetInt32().ShouldBe(figures.At("completed").GetInt32());
    }

    private async Task<JsonElement> Ask(RunsOfAPerson mine, string arguments)
    {
        var at = arguments.Contains("asOf", StringComparison.Ordinal) ? "" : $", atLeast: \"{await Settled()}\"";
        var answer = await mine.Person.Client.Ask(
            $"{{ statistics(from: \"2026-02-28\", to: \"2026-03-03\", {arguments}{at}) {{ asOf timeZone begin end total {{ {Figures} }} "
            + $"steps {{ from begin end figures {{ {Figures} }} }} failures {{ errorType node runs share workflow {{ name }} }} }} }}");
        return answer.At("statistics");
    }

    /// <summary>The head once it moves no more: ends of runs are written to them by messages.</summary>
    private async Task<string> Settled()
    {
        long last = -1;
        return await Eventually.Be(
            async () =>
            {
                await Task.Delay(300);
                var head = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
                var settled = head == last;
                last = head;
                return settled ? head.ToString(CultureInfo.InvariantCulture) : "";
            }, head => head.Length > 0);
    }

    private static async Task Run(RunsOfAPerson mine, DateTimeOffset at, int seconds, string? fails = null)
    {
        var (run, _) = await mine.Request();
        await mine.Runner.ReceiveCommand();
        await mine.Runner.Claim(run);
        await mine.Runner.Submit(
            mine.Runner.Event(run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), at, null, null, null)),
            mine.Runner.Event(run, 2, fails is null
                ? new ExecutionCompleted("greeting", at.AddSeconds(seconds), Content.Of(Domain.Workflows.Data.Json.Of("done")))
                : new ExecutionFaulted("greeting", at.AddSeconds(seconds), new FaultError(Error, 500, fails, null))));
    }
}
