using System.Diagnostics;
using Jarvis.Benchmarks.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>How far the slowest view had come, and when: each view commits its progress together with its rows.</summary>
internal sealed class ViewProgress
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private readonly List<(DateTime At, long Position)> seen = [];

    /// <summary>When the first look saw every view at or behind this position.</summary>
    public DateTime When(long position)
    {
        var (low, high) = (0, seen.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (seen[middle].Position >= position)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return seen[low].At;
    }

    public static async Task<string> SchemaAsync(NpgsqlDataSource source, CancellationToken cancellation) =>
        (string)(await EventTable.ScalarAsync(
            source, "select table_schema from information_schema.tables where table_name = 'mt_event_progression' limit 1", cancellation)
            ?? throw new InvalidOperationException("The store keeps no progress of its views."));

    /// <summary>Looks every 5 ms until cancelled.</summary>
    public static async Task<ViewProgress> WatchAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        var progress = new ViewProgress();
        var query = await QueryAsync(source, CancellationToken.None);
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(query, connection);
        await command.PrepareAsync(CancellationToken.None);
        while (!cancellation.IsCancellationRequested)
        {
            var position = (long)(await command.ExecuteScalarAsync(CancellationToken.None))!;
            progress.seen.Add((DateTime.UtcNow, position));
            await Task.Delay(Look, CancellationToken.None);
        }

        return progress;
    }

    public static async Task ReachesAsync(NpgsqlDataSource source, long position, TimeSpan longest, CancellationToken cancellation)
    {
        var query = await QueryAsync(source, cancellation);
        var watch = Stopwatch.StartNew();
        while ((long)(await EventTable.ScalarAsync(source, query, cancellation))! < position)
        {
            if (watch.Elapsed > longest)
            {
                throw new InvalidOperationException($"The views did not reach position {position} within {longest.TotalSeconds} s.");
            }

            await Task.Delay(Look, cancellation);
        }

        // The watcher looks once more after it is reached.
        await Task.Delay(4 * Look, cancellation);
    }

    private static async Task<string> QueryAsync(NpgsqlDataSource source, CancellationToken cancellation) =>
        $"select coalesce(min(last_seq_id), 0) from {await SchemaAsync(source, cancellation)}.mt_event_progression where name like '%:%'";
}
