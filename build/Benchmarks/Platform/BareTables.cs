using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Jarvis.Benchmarks.Platform;

/// <summary>
/// Tables that are filled with millions of rows: their keys and indexes are taken away before and made anew afterwards, which is many times as quick
/// as keeping them up row by row. What was there stands again in the end, checked by the database.
/// </summary>
internal static class BareTables
{
    /// <summary>Fewer rows than these are added quicker with everything in place.</summary>
    private const long WorthIt = 100_000;

    /// <summary>A connection for such work: room to sort, no flush at each commit, which the checkpoint at the end makes up for.</summary>
    public static NpgsqlDataSource Open(string connectionString) =>
        NpgsqlDataSource.Create(connectionString + ";Command Timeout=0;Options=-c work_mem=256MB -c maintenance_work_mem=1GB -c synchronous_commit=off");

    /// <param name="tables">With their schemas.</param>
    public static async Task FillAsync(NpgsqlDataSource source, IReadOnlyList<string> tables, long rows, Func<Task> fill, CancellationToken cancellation)
    {
        if (rows < WorthIt)
        {
            await fill();
            return;
        }

        var watch = Stopwatch.StartNew();
        var (keys, indexes) = (await KeysAsync(source, tables, cancellation), await IndexesAsync(source, tables, cancellation));
        foreach (var (table, name, _) in keys)
        {
            await EventTable.ExecuteAsync(source, $"alter table {table} drop constraint \"{name}\"", cancellation);
        }

        foreach (var (name, _) in indexes)
        {
            await EventTable.ExecuteAsync(source, $"drop index {name}", cancellation);
        }

        await fill();
        var filled = watch.Elapsed;
        foreach (var (_, definition) in indexes)
        {
            await EventTable.ExecuteAsync(source, definition, cancellation);
        }

        // What refers to another key was dropped first and comes last.
        foreach (var (table, name, definition) in Enumerable.Reverse(keys))
        {
            await EventTable.ExecuteAsync(source, $"alter table {table} add constraint \"{name}\" {definition}", cancellation);
        }

        Report.Say(string.Create(CultureInfo.InvariantCulture, $"    rows {filled.TotalSeconds:0} s, keys and indexes {(watch.Elapsed - filled).TotalSeconds:0} s"));
    }

    private static async Task<List<(string Table, string Name, string Definition)>> KeysAsync(NpgsqlDataSource source, IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
            where contype in ('f', 'p', 'u') and (conrelid = any($1::text[]::regclass[]) or contype = 'f' and confrelid = any($1::text[]::regclass[])) order by contype
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tables.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<(string, string, string)> keys = [];
        while (await reader.ReadAsync(cancellation))
        {
            keys.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return keys;
    }

    private static async Task<List<(string Name, string Definition)>> IndexesAsync(NpgsqlDataSource source, IReadOnlyList<string> tables, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
            where indrelid = any($1::text[]::regclass[]) and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tables.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<(string, string)> indexes = [];
        while (await reader.ReadAsync(cancellation))
        {
            indexes.Add((reader.GetString(0), reader.GetString(1)));
        }

        return indexes;
    }
}
