using System.Diagnostics;
using Jarvis.Benchmarks.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P2: eight runners, each sending twenty events and waiting until they are durable.</summary>
internal sealed class ManyRunners : IFigure
{
    private const int Runners = 8;
    private const int EventsPerBatch = 20;
    private const int BatchesPerRun = 25;
    private const int MostEventsPerSecond = 40_000;

    public string Name => "P2";

    public string Work => "8 runners, batches of 20";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var crew = await Crew.OfAsync(server, Runners, cancellation);
        await Load.SendAsync(Prepare(crew, 10), TimeSpan.FromMinutes(1), cancellation);
        var table = await EventTable.LikeStoreAsync(source, 1000, cancellation);

        var batches = (int)(rounds.Length.TotalSeconds * MostEventsPerSecond / EventsPerBatch / Runners) + 1;
        var pairs = await rounds.TakeAsync(
            async () =>
            {
                var lanes = Prepare(crew, batches);
                GC.Collect();
                var (sent, seconds) = await Load.SendAsync(lanes, rounds.Length, cancellation);
                return sent * EventsPerBatch / seconds;
            },
            () => InsertAsync(source, table, rounds.Length, cancellation),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "events/s", "multi-row INSERT", new Target(0.35, 0.9, Better.Higher), Limits.ManyRunners,
                $"{EventsPerBatch} rows a commit on {Runners} connections, prepared"),
        ];
    }

    private static IReadOnlyList<Load.Lane> Prepare(IReadOnlyList<LoadRunner> crew, int batches) => Load.Prepare(crew, batches, 1, EventsPerBatch, BatchesPerRun);

    private static async Task<double> InsertAsync(NpgsqlDataSource source, EventTable table, TimeSpan time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var commits = await Task.WhenAll(Enumerable.Range(0, Runners).Select(_ => Task.Run(
            async () =>
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                await using var insert = await table.PrepareInsertAsync(connection, EventsPerBatch, cancellation);
                var count = 0;
                while (watch.Elapsed < time)
                {
                    table.Fill(insert);
                    await insert.ExecuteNonQueryAsync(cancellation);
                    count++;
                }

                return count;
            },
            cancellation)));
        return commits.Sum() * EventsPerBatch / watch.Elapsed.TotalSeconds;
    }
}
