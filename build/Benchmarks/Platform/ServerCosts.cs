using Jarvis.Benchmarks.Runs;
using Npgsql;

namespace Jarvis.Benchmarks.Platform;

/// <summary>P17, its absolute half: how soon a server is ready, and the most memory it holds while it takes all the batches it can.</summary>
internal sealed class ServerCosts : IFigure
{
    private const string DatabaseName = "fresh";

    public string Name => "P17";

    public string Work => "cold start; memory";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        // A database and a process of its own: what other figures left in memory is not this one's.
        var postgres = await stage.PostgresAsync(cancellation);
        await postgres.EnsureDatabaseAsync(DatabaseName, cancellation);
        var connectionString = postgres.ConnectionString(DatabaseName);
        var data = Path.Combine(stage.DataFolder, "fresh");

        // The first start of all makes the tables; it is an installation, not a start.
        await using (await JarvisServer.StartAsync(connectionString, data, cancellation))
        {
        }

        List<double> seconds = [];
        List<double> megabytes = [];
        for (var round = 0; round < (rounds.IsQuick ? 1 : rounds.Count); round++)
        {
            await using var server = await JarvisServer.StartAsync(connectionString, data, cancellation);
            seconds.Add(server.StartedAfter.TotalSeconds);
            // One runner sends as many requests at a time as in P1: each pairing would count against the codes that one may try.
            var runner = (await Crew.OfAsync(server, 1, cancellation))[0];
            const int BatchesPerSender = 60;
            var lanes = BatchedIngest.Prepare([.. Enumerable.Repeat(runner, BatchedIngest.Senders)], rounds.IsQuick ? 5 : BatchesPerSender);
            await Load.SendAsync(lanes, 2 * rounds.Length, cancellation);
            const double BytesPerMegabyte = 1024 * 1024;
            megabytes.Add(server.PeakMemory / BytesPerMegabyte);
            Report.Say($"  round {round + 1}: ready after {seconds[^1]:0.00} s, peak {megabytes[^1]:0} MB");
        }

        NpgsqlConnection.ClearAllPools();
        return
        [
            Absolute("cold start to ready", "s", seconds, new Target(6, 2, Better.Lower), Limits.ColdStart),
            Absolute("peak memory of the server during P1", "MB", megabytes, new Target(400, 200, Better.Lower), Limits.Memory),
        ];
    }

    private Row Absolute(string work, string unit, List<double> measured, Target target, string? limit)
    {
        var median = Medians.Of(measured);
        return new Row(Name, work, median, null, unit, "absolute", median, target, limit) { Spread = (measured.Min(), measured.Max()) };
    }
}
