using System.Diagnostics;
using Jarvis.Benchmarks.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P1: the most events a second that the public address takes, checked, sealed and durable.</summary>
internal sealed class BatchedIngest : IFigure
{
    public const int EventsPerBatch = 1000;
    public const int RunsPerBatch = 20;
    public const int Senders = 4;

    // Each run goes on through so many batches, so that beginnings stand in the same proportion as in real runs of 500 events.
    private const int BatchesPerRun = 10;
    private const int MostEventsPerSecond = 40_000;

    public string Name => "P1";

    public string Work => "batched ingest";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var crew = await Crew.OfAsync(server, Senders, cancellation);
        var first = Prepare(crew, batches: 2);
        await Load.SendAsync(first, TimeSpan.FromMinutes(1), cancellation);
        var table = await EventTable.LikeStoreAsync(source, EventsPerBatch, cancellation);

        var batches = (int)(rounds.Length.TotalSeconds * MostEventsPerSecond / EventsPerBatch / Senders) + 1;
        var pairs = await rounds.TakeAsync(
            async () =>
            {
                var lanes = Prepare(crew, batches);
                GC.Collect();
                var (sent, seconds) = await Load.SendAsync(lanes, rounds.Length, cancellation);
                return sent * EventsPerBatch / seconds;
            },
            () => CopyAsync(source, table, rounds.Length, cancellation),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "events/s", "binary COPY", new Target(0.35, 0.9, Better.Higher), Limits.BatchedIngest,
                $"{Senders} requests at a time of {EventsPerBatch} events of {RunsPerBatch} runs; COPY with as many connections, {EventsPerBatch} rows a commit"),
        ];
    }

    public static IReadOnlyList<Load.Lane> Prepare(IReadOnlyList<LoadRunner> crew, int batches) =>
        Load.Prepare(crew, batches, RunsPerBatch, EventsPerBatch / RunsPerBatch, BatchesPerRun);

    private static async Task<double> CopyAsync(NpgsqlDataSource source, EventTable table, TimeSpan time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var commits = await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(
            async () =>
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                var count = 0;
                while (watch.Elapsed < time)
                {
                    await table.CopyAsync(connection, EventsPerBatch, EventsPerBatch / RunsPerBatch, cancellation);
                    count++;
                }

                return count;
            },
            cancellation)));
        return commits.Sum() * EventsPerBatch / watch.Elapsed.TotalSeconds;
    }
}
