using System.Diagnostics;
using Jarvis.Benchmarks.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P3: sixteen runs at once, every step acknowledged as durable before the next one begins.</summary>
internal sealed class AcknowledgedSteps : IFigure
{
    public const int RunsAtOnce = 16;
    public const int StepsPerRun = 10;

    public string Name => "P3";

    public string Work => "an acknowledgement per step";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var bench = await PgBench.FindAsync(stage, cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var crew = await Crew.OfAsync(server, 1, cancellation);
        await StepsAsync(crew[0], RunsAtOnce, TimeSpan.FromSeconds(0.5), cancellation);
        var table = await EventTable.LikeStoreAsync(source, 200, cancellation);
        var script = table.InsertScript(RunFeed.EventsPerStep);

        var pairs = await rounds.TakeAsync(
            async () => await StepsAsync(crew[0], RunsAtOnce, rounds.Length, cancellation),
            () => bench.RateAsync(script, RunsAtOnce, rounds.Length, cancellation),
            () => stage.SettleAsync(cancellation));
        return
        [
            Medians.Row(
                this, pairs, "steps/s", "pgbench", new Target(0.4, 1.0, Better.Higher), Limits.AcknowledgedSteps,
                $"e = {RunFeed.EventsPerStep} events a step; {RunsAtOnce} runs at once, {StepsPerRun} steps each; pgbench: e rows a commit, {RunsAtOnce} clients"),
        ];
    }

    /// <summary>So many runs after one another in each of the lanes, a request for each step.</summary>
    /// <returns>Steps a second.</returns>
    private static async Task<double> StepsAsync(LoadRunner runner, int lanes, TimeSpan time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var steps = await Task.WhenAll(Enumerable.Range(0, lanes).Select(async _ =>
        {
            var done = 0;
            while (watch.Elapsed < time)
            {
                done += (await RunAsync(runner, cancellation)).Count;
            }

            return done;
        }));
        return steps.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>One run of ten steps.</summary>
    /// <returns>How long each took until it was durable.</returns>
    public static async Task<IReadOnlyList<TimeSpan>> RunAsync(LoadRunner runner, CancellationToken cancellation)
    {
        var run = new RunFeed(runner);
        List<TimeSpan> took = [];
        for (var step = 0; step < StepsPerRun; step++)
        {
            // The first step brings the run's own beginning along.
            var batch = RunFeed.Batch([run], step == 0 ? RunFeed.EventsPerStep + 1 : RunFeed.EventsPerStep);
            var began = Stopwatch.GetTimestamp();
            await runner.SubmitAsync(batch, cancellation);
            took.Add(Stopwatch.GetElapsedTime(began));
        }

        return took;
    }
}
