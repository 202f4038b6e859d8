using System.Globalization;
using Jarvis.Benchmarks.Platform;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// A history made long by copies of real runs under new ids and at earlier times: their streams, their events at positions of their own, and their rows in
/// the views, which then stand as far as the events do. The server is away meanwhile.
/// </summary>
internal static class GrownHistory
{
    /// <summary>So many are put in order in memory, for positions to rise along the table as they do where events come one after another.</summary>
    private const int CopiesAtOnce = 1_000;

    /// <summary>Events of a copied run that its PC sent; the run's own stream has a few more.</summary>
    public const int EventsPerRun = 20;

    /// <summary>Runs that are copied.</summary>
    private const int Runs = 10;

    private static readonly string[] ViewsOfRuns = ["runs", "run_tasks", "run_variables", "run_log", "run_progress"];

    /// <summary>A database of its own with so long a history, and the folder of the server that began it.</summary>
    public static async Task<(string ConnectionString, string Folder, Guid Run, long Events)> MakeAsync(
        Stage stage, string name, long events, long eventsInAWeek, CancellationToken cancellation)
    {
        Report.Say($"  a history of {events:#,0} events");
        var postgres = await stage.PostgresAsync(cancellation);
        await postgres.EnsureDatabaseAsync(name, cancellation);
        var connectionString = postgres.ConnectionString(name);
        var folder = Path.Combine(stage.DataFolder, name);
        List<Guid> runs = [];
        await using (var first = await JarvisServer.StartAsync(connectionString, folder, cancellation))
        {
            await using var pattern = await LoadRunner.PairAsync(first, await first.SignInAsync(cancellation), "pattern", cancellation);
            for (var i = 0; i < Runs; i++)
            {
                var feed = new RunFeed(pattern);
                await pattern.SubmitAsync(RunFeed.Batch([feed], EventsPerRun), cancellation);
                runs.Add(feed.RunId);
            }

            await using var watched = NpgsqlDataSource.Create(connectionString);
            var last = (long)(await EventTable.ScalarAsync(watched, $"select max(seq_id) from {await ViewProgress.SchemaAsync(watched, cancellation)}.mt_events", cancellation))!;
            await ViewProgress.ReachesAsync(watched, last, TimeSpan.FromMinutes(1), cancellation);
        }

        await using var source = BareTables.Open(connectionString);
        var (run, there) = await GrowAsync(source, await ViewProgress.SchemaAsync(source, cancellation), runs, events, eventsInAWeek, cancellation);
        return (connectionString, folder, run, there);
    }

    /// <summary>Copies the runs until there are so many events.</summary>
    /// <param name="eventsInAWeek">As many stand in each week, however long the history is.</param>
    /// <returns>One of the copied runs from the middle, and the events there are.</returns>
    private static async Task<(Guid Run, long Events)> GrowAsync(NpgsqlDataSource source, string schema, List<Guid> runs, long events, long eventsInAWeek, CancellationToken cancellation)
    {
        var ids = string.Join(", ", runs.Select(run => $"'{run}'"));
        await EventTable.ExecuteAsync(source, $"""
            create schema if not exists bench;
            drop table if exists bench.copied, bench.pattern;
            create table bench.pattern as
            select e.*, row_number() over (order by e.seq_id) rank from {schema}.mt_events e
            where stream_id in (select id from unnest(array[{ids}]::uuid[]) id union all select {Companion("id")} from unnest(array[{ids}]::uuid[]) id);
            """, cancellation);
        await EventTable.ExecuteAsync(
            source, $"drop table if exists bench.streams; create table bench.streams as select * from {schema}.mt_streams where id in (select stream_id from bench.pattern)", cancellation);
        var each = (long)(await EventTable.ScalarAsync(source, "select count(*) from bench.pattern", cancellation))!;
        var copies = (int)Math.Max(1, events / each);
        var secondsApart = (long)(TimeSpan.FromDays(7).TotalSeconds * each / eventsInAWeek);
        var first = (long)(await EventTable.ScalarAsync(source, $"select max(seq_id) + 1 from {schema}.mt_events", cancellation))!;
        await EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            create table bench.copied as
            select r old, k, (lpad(to_hex(floor(extract(epoch from now()) * 1000)::bigint - ({copies} - k) * {secondsApart}000::bigint), 12, '0')
                || '7' || substr(h, 1, 3) || '9' || substr(h, 4, 15))::uuid new
            from generate_series(1, {copies}) k, unnest(array[{ids}]::uuid[]) r, md5(k::text || r) h;
            insert into bench.copied select {Companion("old")}, k, {Companion("new")} from bench.copied;
            create index on bench.copied (k, old);
            """), cancellation);
        foreach (var view in ViewsOfRuns)
        {
            var columns = await ColumnsAsync(source, "views", view, cancellation);
            var ranks = columns.Select(column => IsPlace(column) ? $"(select rank from bench.pattern p where p.seq_id = t.{column}) {column}" : $"t.{column}");
            await EventTable.ExecuteAsync(source, $"""
                drop table if exists bench.{view};
                create table bench.{view} as select {string.Join(", ", ranks)} from views.{view} t where run_id in (select old from bench.copied where k = 1);
                analyze bench.{view}, bench.copied, bench.pattern;
                """, cancellation);
        }

        await BareTables.FillAsync(
            source, [$"{schema}.mt_streams", $"{schema}.mt_events", .. ViewsOfRuns.Select(view => $"views.{view}")], events, CopyAllAsync, cancellation);

        await SeededRuns.FiguresAsync(source, first - 1, cancellation);
        var last = first + (copies * each) - 1;
        await EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            select setval('{schema}.mt_events_sequence', {last});
            update {schema}.mt_event_progression set last_seq_id = {last};
            """), cancellation);
        await EventTable.ExecuteAsync(source, "vacuum analyze", cancellation);
        var middle = (Guid)(await EventTable.ScalarAsync(source, $"select new from bench.copied where k = {Math.Max(1, copies / 2)} and old = '{runs[0]}'", cancellation))!;
        return (middle, last);

        async Task CopyAllAsync()
        {
            for (var from = 1; from <= copies; from += CopiesAtOnce)
            {
                var span = string.Create(CultureInfo.InvariantCulture, $"c.k between {from} and {Math.Min(copies, from + CopiesAtOnce - 1)}");
                var earlier = string.Create(CultureInfo.InvariantCulture, $"({copies} - c.k) * interval '{secondsApart} seconds'");
                string Place(string rank) => string.Create(CultureInfo.InvariantCulture, $"{first} + (c.k - 1) * {each} + {rank} - 1");
                await CopyAsync(source, $"{schema}.mt_streams", "bench.streams", $"join bench.copied c on c.old = t.id and {span}", "order by c.k", new() { ["id"] = "c.new" }, cancellation);
                await CopyAsync(source, $"{schema}.mt_events", "bench.pattern", $"join bench.copied c on c.old = t.stream_id and {span}", "order by c.k, t.rank", new()
                {
                    ["seq_id"] = Place("t.rank"),
                    ["id"] = "gen_random_uuid()",
                    ["stream_id"] = "c.new",
                    ["timestamp"] = $"t.timestamp - {earlier}",
                }, cancellation);
                foreach (var view in ViewsOfRuns)
                {
                    Dictionary<string, string> changed = new() { ["run_id"] = "c.new" };
                    foreach (var column in await ColumnsAsync(source, "views", view, cancellation))
                    {
                        if (IsPlace(column))
                        {
                            changed[column] = column == "to_position" ? $"coalesce({Place("t.to_position")}, {ViewTables.Open})" : Place($"t.{column}");
                        }
                        else if (column.EndsWith("_at", StringComparison.Ordinal))
                        {
                            changed[column] = $"t.{column} - {earlier}";
                        }
                    }

                    await CopyAsync(source, $"views.{view}", $"bench.{view}", $"join bench.copied c on c.old = t.run_id and {span}", "order by c.k", changed, cancellation);
                }
            }
        }
    }

    private static bool IsPlace(string column) => column.EndsWith("position", StringComparison.Ordinal);

    private static string Companion(string id) => $"overlay({id}::text placing '8' from 15 for 1)::uuid";

    private static async Task<List<string>> ColumnsAsync(NpgsqlDataSource source, string schema, string table, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            "select column_name from information_schema.columns where table_schema = $1 and table_name = $2 and is_generated = 'NEVER' order by ordinal_position");
        command.Parameters.AddWithValue(schema);
        command.Parameters.AddWithValue(table);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<string> columns = [];
        while (await reader.ReadAsync(cancellation))
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }

    private static async Task CopyAsync(
        NpgsqlDataSource source, string table, string from, string joined, string order, Dictionary<string, string> changed, CancellationToken cancellation)
    {
        var columns = await ColumnsAsync(source, table.Split('.')[0], table.Split('.')[1], cancellation);
        var values = columns.Select(column => changed.GetValueOrDefault(column) ?? $"t.{column}");
        await EventTable.ExecuteAsync(
            source, $"insert into {table} ({string.Join(", ", columns)}) select {string.Join(", ", values)} from {from} t {joined} {order}", cancellation);
    }
}
