using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// P11: the numbers of thirty days, day by day in a zone drawn at random, with their causes of failure, beside the same aggregates over the runs themselves
/// in SQL: for one owner with all runs, for ten owners of fifty, for everybody; and for an owner with many runs beside one with few.
/// </summary>
internal sealed class DashboardNumbers : IFigure
{
    private const int Owners = 50;
    private const int OwnersAsked = 10;
    private const int Causes = 10;
    private const int Seed = 7;

    // Of ten million runs beside a hundred thousand, or of a million beside ten thousand: the same hundredfold.
    private const int Fold = 100;

    private static readonly string[] Zones = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "America/St_Johns"];

    private const string Query = """
        query($from: Date!, $to: Date!, $zone: String!, $owners: [UUID!]) {
          statistics(from: $from, to: $to, timeZone: $zone, ownerIds: $owners) {
            total { runs pending running paused completed failed cancelled successRate timed averageSeconds }
            steps { from figures { runs completed failed averageSeconds } }
            failures(first: 10) { errorType node runs share }
          }
        }
        """;

    public string Name => "P11";

    public string Work => "dashboard numbers";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var owner = await server.SignInAsync(cancellation);
        var administrator = await server.SignInAsync(cancellation, asAdministrator: true);
        await using var filled = BareTables.Open(stage.ConnectionString);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString + ";Max Auto Prepare=20;Auto Prepare Min Usages=2;Command Timeout=600");
        var (account, runs) = await SeededRuns.OfTheOwnerAsync(stage, owner, rounds, cancellation);
        Guid[] others = [.. Enumerable.Range(0, Owners).Select(_ => Guid.CreateVersion7())];
        await SeededRuns.AddAsync(filled, others, runs, cancellation);
        var many = Guid.CreateVersion7();
        var few = Guid.CreateVersion7();
        var manyRuns = rounds.IsLarge ? 10 * runs : runs;
        if (rounds.IsLarge)
        {
            await SeededRuns.AddAsync(filled, [many], manyRuns, cancellation);
        }
        else
        {
            many = account;
        }

        await SeededRuns.AddAsync(filled, [few], manyRuns / Fold, cancellation);

        Guid[] ten = others[..OwnersAsked];
        var chance = new Random(Seed);
        var rows = new List<Row>();
        foreach (var (work, client, asked) in ((string, OwnerClient, Guid[]?)[])
            [
                ("dashboard of one owner", owner, [account]),
                ("dashboard of ten owners of fifty", administrator, ten),
                ("dashboard of everybody", administrator, null),
            ])
        {
            await AgreeAsync(client, source, asked, cancellation);
            var pairs = await rounds.TakeAsync(
                () => RateAsync(() => AskAsync(client, asked, chance, cancellation), rounds.Length),
                () => RateAsync(() => ReckonAsync(source, asked, chance, cancellation), rounds.Length),
                () => stage.SettleAsync(cancellation));
            rows.Add(Medians.Row(
                this, pairs, "a second", "SQL over the runs", new Target(20, 50, Better.Higher), Limits.Dashboard,
                asked is null ? "runs, statuses, success, average, days and causes of 30 days, one after the other; medians are read from every duration and not part of it" : null) with { Work = work });
        }

        var grown = await rounds.TakeAsync(
            () => MillisecondsAsync(() => AskAsync(administrator, [many], chance, cancellation), rounds.Length),
            () => MillisecondsAsync(() => AskAsync(administrator, [few], chance, cancellation), rounds.Length),
            () => stage.SettleAsync(cancellation));
        rows.Add(Medians.Row(
            this, grown, "ms", "a hundredth of it", new Target(1.5, 1.1, Better.Lower), Limits.Dashboard) with
        {
            Work = string.Create(CultureInfo.InvariantCulture, $"dashboard over {manyRuns:#,0} runs beside {manyRuns / Fold:#,0}"),
        });
        return rows;
    }

    /// <summary>What is fast must be right: both ways count the same runs.</summary>
    private static async Task AgreeAsync(OwnerClient client, NpgsqlDataSource source, Guid[]? owners, CancellationToken cancellation)
    {
        foreach (var zone in Zones)
        {
            var (from, to) = Days();
            var told = (await client.QueryAsync(Query, new { from, to, zone, owners }, cancellation)).GetProperty("statistics").GetProperty("total").GetProperty("runs").GetInt64();
            var reckoned = await ReckonAsync(source, owners, zone, from, to, cancellation);
            if (told != reckoned || told == 0)
            {
                throw new InvalidOperationException($"The dashboard tells {told} runs, SQL finds {reckoned}.");
            }
        }
    }

    private static Task AskAsync(OwnerClient client, Guid[]? owners, Random chance, CancellationToken cancellation)
    {
        var (from, to) = Days();
        var zone = chance.GetItems(Zones, 1)[0];
        return client.SendRawAsync(JsonSerializer.SerializeToUtf8Bytes(new { query = Query, variables = new { from, to, zone, owners } }), cancellation);
    }

    private static Task<long> ReckonAsync(NpgsqlDataSource source, Guid[]? owners, Random chance, CancellationToken cancellation)
    {
        var (from, to) = Days();
        return ReckonAsync(source, owners, chance.GetItems(Zones, 1)[0], from, to, cancellation);
    }

    private static async Task<long> ReckonAsync(NpgsqlDataSource source, Guid[]? owners, string zone, DateOnly from, DateOnly to, CancellationToken cancellation)
    {
        var picked = $"to_position = {ViewTables.Open} and occurred_at >= $2::timestamp at time zone $1 and occurred_at < $3::timestamp at time zone $1"
            + (owners is null ? "" : owners is [_] ? " and owner_id = $4" : " and owner_id = any($4)");
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in (string[])
            [
                $"select (occurred_at at time zone $1)::date, status, count(*), count(ended_at), sum(extract(epoch from ended_at - started_at)) from views.runs where {picked} group by 1, 2",
                $"select workflow_id, error_type, error_instance, count(*), $1 from views.runs where {picked} and status = 'failed' group by 1, 2, 3 order by 4 desc limit {Causes}",
            ])
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = zone });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = from.ToDateTime(TimeOnly.MinValue) });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = to.AddDays(1).ToDateTime(TimeOnly.MinValue) });
            if (owners is not null)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = owners is [var one] ? one : owners });
            }

            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var runs = 0L;
        while (await reader.ReadAsync(cancellation))
        {
            runs += reader.GetInt64(2);
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
        }

        return runs;
    }

    private static (DateOnly From, DateOnly To) Days()
    {
        const int Shown = 30;
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        return (today.AddDays(1 - Shown), today);
    }

    private static async Task<double> RateAsync(Func<Task> dashboard, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var count = 0;
        while (watch.Elapsed < time)
        {
            await dashboard();
            count++;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> MillisecondsAsync(Func<Task> dashboard, TimeSpan time) => 1000 / await RateAsync(dashboard, time);
}
