using System.Diagnostics;
using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P14: the engine without a server: trivial tasks, each flushed to the journal before the next begins.</summary>
internal sealed class EngineAlone : IFigure
{
    private const int Runs = 500;
    private const int QuickRuns = 32;
    private const int AtOnce = 16;

    public string Name => "P14";

    public string Work => "the engine alone";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        Directory.CreateDirectory(stage.Folder);
        var runs = rounds.IsQuick ? QuickRuns : Runs;
        var pairs = await rounds.TakeAsync(
            async () =>
            {
                await using var engine = EngineUnderTest.Alone(stage);
                var left = runs;
                var watch = Stopwatch.StartNew();
                await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(
                    async () =>
                    {
                        while (Interlocked.Decrement(ref left) >= 0)
                        {
                            await engine.RunAsync(cancellation);
                        }
                    },
                    cancellation)));
                return runs * EngineUnderTest.StepsPerRun / watch.Elapsed.TotalSeconds;
            },
            () => Task.Run(() => SqliteCommits.PerSecond(stage.Folder, rounds.Length), cancellation),
            () => Task.CompletedTask);
        return
        [
            Medians.Row(
                this, pairs, "tasks/s", "SQLite commits", new Target(0.5, 1.5, Better.Higher), Limits.EngineAlone,
                $"{runs} runs of {EngineUnderTest.StepsPerRun} set tasks, {AtOnce} at once; SQLite: one row a commit, WAL, synchronous=FULL"),
        ];
    }
}
