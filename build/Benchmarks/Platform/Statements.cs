using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Jarvis.Benchmarks.Platform;

/// <summary>What PostgreSQL itself counts of its statements (pg_stat_statements): which of them a figure's time goes to.</summary>
internal static partial class Statements
{
    private const int Shown = 30;
    private const int ShownCharacters = 110;

    /// <summary>From the next start of PostgreSQL on.</summary>
    public static async Task WatchAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        foreach (var sql in new[] { "alter system set shared_preload_libraries = 'pg_stat_statements'", "alter system set pg_stat_statements.track = 'all'" })
        {
            await EventTable.ExecuteAsync(source, sql, cancellation);
        }
    }

    /// <summary>The costliest since the last time they were told.</summary>
    public static async Task TellAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await EventTable.ExecuteAsync(source, "create extension if not exists pg_stat_statements", cancellation);
        await using (var command = source.CreateCommand(
            "select calls, rows, total_exec_time, total_plan_time, wal_bytes::bigint, toplevel, query from pg_stat_statements order by total_exec_time desc limit $1"))
        {
            command.Parameters.AddWithValue(Shown);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            Report.Say("  calls, rows, ms in all, ms a call, WAL in KiB; + inside another");
            while (await reader.ReadAsync(cancellation))
            {
                var (calls, milliseconds) = (reader.GetInt64(0), reader.GetDouble(2));
                var text = Space().Replace(reader.GetString(6), " ");
                Report.Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {calls,8} {reader.GetInt64(1),9} {milliseconds,9:0} {milliseconds / calls,8:0.000} {reader.GetInt64(4) / 1024,8} {(reader.GetBoolean(5) ? ' ' : '+')} {text[..Math.Min(text.Length, ShownCharacters)]}"));
            }
        }

        await EventTable.ExecuteAsync(source, "select pg_stat_statements_reset()", cancellation);
    }

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
