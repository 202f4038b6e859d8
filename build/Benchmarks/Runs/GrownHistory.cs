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
    private const int CopiesAtOnce = 20_000;

    private static readonly string[] ViewsOfRuns = ["runs", "run_tasks", "run_variables", "run_log", "run_progress"];

    /// <summary>Copies the runs until there are so many events.</summary>
    /// <param name="eventsInAWeek">As many stand in each week, however long the history is.</param>
    /// <returns>One of the copied runs from the middle, and the events there are.</returns>
    public static async Task<(Guid Run, long Events)> GrowAsync(NpgsqlDataSource source, string schema, IReadOnlyList<Guid> runs, long events, long eventsInAWeek, CancellationToken cancellation)
    {
        var ids = string.Join(", ", runs.Select(run => $"'{run}'"));
        await EventTable.ExecuteAsync(source, $"""
            create schema if not exists bench;
            drop table if exists bench.copied, bench.pattern;
            create table bench.pattern as
            select e.*, row_number() over (order by e.seq_id) rank from {schema}.mt_events e
            where stream_id in (select id from unnest(array[{ids}]::uuid[]) id union all select {Companion("id")} from unnest(array[{ids}]::uuid[]) id);
            """, cancellation);
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
        for (var from = 1; from <= copies; from += CopiesAtOnce)
        {
            var span = string.Create(CultureInfo.InvariantCulture, $"c.k between {from} and {Math.Min(copies, from + CopiesAtOnce - 1)}");
            var earlier = string.Create(CultureInfo.InvariantCulture, $"({copies} - c.k) * interval '{secondsApart} seconds'");
            await CopyAsync(source, schema, "mt_streams", "s", $"join bench.copied c on c.old = s.id and {span}", "", new() { ["id"] = "c.new" }, cancellation);
            await CopyAsync(source, schema, "mt_events", "e", $"join bench.pattern p on p.seq_id = e.seq_id join bench.copied c on c.old = e.stream_id and {span}", "order by c.k, p.rank", new()
            {
                ["seq_id"] = string.Create(CultureInfo.InvariantCulture, $"{first} + (c.k - 1) * {each} + p.rank - 1"),
                ["id"] = "gen_random_uuid()",
                ["stream_id"] = "c.new",
                ["timestamp"] = $"e.timestamp - {earlier}",
            }, cancellation);
            foreach (var view in ViewsOfRuns)
            {
                Dictionary<string, string> changed = new() { ["run_id"] = "c.new" };
                foreach (var column in await ColumnsAsync(source, "views", view, cancellation))
                {
                    if (column.EndsWith("position", StringComparison.Ordinal))
                    {
                        var place = string.Create(CultureInfo.InvariantCulture, $"(select {first} + (c.k - 1) * {each} + p.rank - 1 from bench.pattern p where p.seq_id = t.{column})");
                        changed[column] = column == "to_position" ? $"case when t.{column} = {ViewTables.Open} then t.{column} else {place} end" : place;
                    }
                    else if (column.EndsWith("_at", StringComparison.Ordinal))
                    {
                        changed[column] = $"t.{column} - {earlier}";
                    }
                }

                await CopyAsync(source, "views", view, "t", $"join bench.copied c on c.old = t.run_id and {span}", "order by c.k", changed, cancellation);
            }
        }

        await SeededRuns.FiguresAsync(source, first - 1, cancellation);
        var last = first + (copies * each) - 1;
        await EventTable.ExecuteAsync(source, string.Create(CultureInfo.InvariantCulture, $"""
            select setval('{schema}.mt_events_sequence', {last});
            update {schema}.mt_event_progression set last_seq_id = {last};
            """), cancellation);
        await EventTable.ExecuteAsync(source, "vacuum analyze", cancellation);
        var middle = (Guid)(await EventTable.ScalarAsync(source, $"select new from bench.copied where k = {Math.Max(1, copies / 2)} and old = '{runs[0]}'", cancellation))!;
        return (middle, last);
    }

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
        NpgsqlDataSource source, string schema, string table, string name, string joined, string order, Dictionary<string, string> changed, CancellationToken cancellation)
    {
        var columns = await ColumnsAsync(source, schema, table, cancellation);
        var values = columns.Select(column => changed.GetValueOrDefault(column) ?? $"{name}.{column}");
        await EventTable.ExecuteAsync(
            source, $"insert into {schema}.{table} ({string.Join(", ", columns)}) select {string.Join(", ", values)} from {schema}.{table} {name} {joined} {order}", cancellation);
    }
}
