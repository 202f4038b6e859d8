using System.Diagnostics;
using System.Globalization;
using Jarvis.Benchmarks.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P4: the engine runs sixteen runs at once and submits; a step counts when the server has it durably.</summary>
internal sealed class EngineSubmits : IFigure
{
    private const int AtOnce = 16;

    public string Name => "P4";

    public string Work => "the engine and its batches";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var bench = await PgBench.FindAsync(stage, cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        await using var engine = await EngineUnderTest.PairedAsync(stage, server, cancellation);
        var first = await engine.RunAsync(cancellation);
        await engine.SubmittedAsync(cancellation);
        var eventsPerRun = (int)engine.Journal.Find(first)!.LastSequence;
        var eventsPerStep = eventsPerRun / (double)EngineUnderTest.StepsPerRun;
        var table = await EventTable.LikeStoreAsync(source, 1000, cancellation);
        var script = table.InsertScript(eventsPerRun);

        var pairs = await rounds.TakeAsync(
            async () =>
            {
                var watch = Stopwatch.StartNew();
                var runs = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(
                    async () =>
                    {
                        var count = 0;
                        while (watch.Elapsed < rounds.Length)
                        {
                            await engine.RunAsync(cancellation);
                            count++;
                        }

                        return count;
                    },
                    cancellation)));
                await engine.SubmittedAsync(cancellation);
                return runs.Sum() * EngineUnderTest.StepsPerRun / watch.Elapsed.TotalSeconds;
            },
            async () => EngineUnderTest.StepsPerRun * await bench.RateAsync(script, AtOnce, rounds.Length, cancellation),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "steps/s", "pgbench", new Target(0.15, 0.6, Better.Higher), Limits.EngineSubmits,
                string.Create(CultureInfo.InvariantCulture, $"e = {eventsPerStep:0.0} events a step; {AtOnce} runs at once, {EngineUnderTest.StepsPerRun} steps each; pgbench: {eventsPerRun} rows a commit, {AtOnce} clients")),
        ];
    }
}
