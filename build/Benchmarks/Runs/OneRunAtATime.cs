using Jarvis.Benchmarks.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P5: how long ten durable steps of a lone run take.</summary>
internal sealed class OneRunAtATime : IFigure
{
    private const int RunsPerRound = 40;

    public string Name => "P5";

    public string Work => "one run at a time, 10 steps, p50";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var bench = await PgBench.FindAsync(stage, cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var crew = await Crew.OfAsync(server, 1, cancellation);
        await AcknowledgedSteps.RunAsync(crew[0], cancellation);
        var table = await EventTable.LikeStoreAsync(source, 200, cancellation);
        var script = table.InsertScript(RunFeed.EventsPerStep);
        var runs = rounds.IsQuick ? 5 : RunsPerRound;

        var pairs = await rounds.TakeAsync(
            async () =>
            {
                List<double> milliseconds = [];
                for (var i = 0; i < runs; i++)
                {
                    milliseconds.Add((await AcknowledgedSteps.RunAsync(crew[0], cancellation)).Sum(step => step.TotalMilliseconds));
                }

                return Medians.Of(milliseconds);
            },
            async () =>
            {
                var commits = await bench.LatenciesAsync(script, runs * AcknowledgedSteps.StepsPerRun, cancellation);
                return Medians.Of(commits.Chunk(AcknowledgedSteps.StepsPerRun).Select(ten => ten.Sum()));
            },
            () => stage.SettleAsync(cancellation));
        return [Medians.Row(this, pairs, "ms", "ten pgbench commits", new Target(4, 2, Better.Lower), Limits.OneRunAtATime)];
    }
}
