using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// R13: two thousand live subscribers, each told the twenty events of its run: none lost, none twice, and how long after the commit; and five hundred
/// requests a second, sent at their times whatever the answers take, while the subscribers stay.
/// </summary>
internal sealed class ManySubscribers : IFigure
{
    private const int Subscribers = 2_000;
    private const int QuickSubscribers = 100;
    private const int Runs = 100;
    private const int EventsPerRun = 20;
    private const int EventsPerBatch = 5;
    private const int BatchesPerSecond = 50;
    private const int RequestsPerSecond = 500;
    private const int Runners = 4;
    private const int OpenedAtOnce = 20;
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Doubles = TimeSpan.FromSeconds(2);

    private const string Listing = "{ runs(first: 20, filter: { status: [RUNNING] }) { edges { cursor node { id status workflowName requestedAt } } pageInfo { hasNextPage } } }";
    private const string Single = "query($id: UUID!) { run(id: $id) { id status startedAt } }";

    public string Name => "R13";

    public string Work => "2,000 subscribers";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var owner = await server.SignInAsync(cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var crew = await Crew.OfAsync(server, Runners, cancellation);
        var count = rounds.IsQuick ? QuickSubscribers : Subscribers;

        List<RunFeed> runs = [];
        for (var i = 0; i < Runs; i++)
        {
            var run = new RunFeed(crew[i % Runners]);
            await run.Runner.SubmitAsync(RunFeed.Batch([run], 1), cancellation);
            runs.Add(run);
        }

        await stage.SettleAsync(cancellation);
        ConcurrentDictionary<(int Subscriber, long Position), DateTime> told = new();
        var doubled = 0;
        var sockets = new SubscriberSocket[count];
        try
        {
            var watch = Stopwatch.StartNew();
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce, CancellationToken = cancellation }, async (n, cancel) =>
                sockets[n] = await FollowAsync(owner, runs[n % Runs], position =>
                {
                    if (!told.TryAdd((n, position), DateTime.UtcNow))
                    {
                        Interlocked.Increment(ref doubled);
                    }
                }, cancel));
            Report.Say($"  {count} subscribers after {watch.Elapsed.TotalSeconds:0.0} s; the server holds {Megabytes(server.PeakMemory):0} MB at most");

            // Each follows its run from the beginning: what stands there already is told first.
            await UntilAsync(() => told.Count >= count, "the first event", cancellation);
            await stage.SettleAsync(cancellation);
            var before = (await CommitsAsync(source, runs, cancellation)).Keys.Max();
            await SendAsync(runs, cancellation);
            var commits = await CommitsAsync(source, runs, cancellation);
            var ofRuns = commits.Values.CountBy(commit => commit.Run).ToDictionary();
            var expected = Enumerable.Range(0, count).Sum(n => ofRuns[runs[n % Runs].RunId]);
            await UntilAsync(() => told.Count >= expected, "every event", cancellation);
            await Task.Delay(Doubles, cancellation);
            double[] latencies = [.. told.Where(pair => pair.Key.Position > before).Select(pair => (pair.Value - commits[pair.Key.Position].At).TotalMilliseconds).Order()];
            double wrong = doubled + Math.Abs(told.Count - expected) + told.Keys.Count(key => commits[key.Position].Run != runs[key.Subscriber % Runs].RunId);
            var asked = await AskAsync(owner, runs, rounds.IsQuick ? TimeSpan.FromSeconds(1) : 5 * rounds.Length, cancellation);
            var memory = Megabytes(server.PeakMemory);
            return
            [
                Absolute("told to 2,000 subscribers: lost or twice", wrong, "events", new Target(0, 0, Better.Lower))
                    with { Notes = $"{count:#,0} subscribers, {Runs} runs of {EventsPerRun} events, {EventsPerBatch * BatchesPerSecond} events and {EventsPerBatch * BatchesPerSecond * count / Runs:#,0} tellings a second; peak memory of the server {memory:0} MB" },
                Absolute("told to 2,000 subscribers, p99", Medians.Quantile(latencies, 0.99), "ms", new Target(2_000, 1_000, Better.Lower)),
                Absolute("500 requests a second, p99", Medians.Quantile(asked, 0.99), "ms", new Target(250, 100, Better.Lower))
                    with { Notes = $"lists of 20 and single runs by turns; p50 {Medians.Quantile(asked, 0.5):0.0} ms; from the time a request was due" },
            ];
        }
        finally
        {
            foreach (var socket in sockets.Where(socket => socket is not null))
            {
                await socket.DisposeAsync();
            }
        }
    }

    private static double Megabytes(long bytes) => bytes / (1024.0 * 1024);

    private Row Absolute(string work, double value, string unit, Target target) =>
        new(Name, work, value, null, unit, "absolute", value, target);

    private static Task<SubscriberSocket> FollowAsync(OwnerClient owner, RunFeed run, Action<long> told, CancellationToken cancellation) =>
        SubscriberSocket.SubscribeAsync(
            owner,
            "subscription($id: UUID!) { runChanged(id: $id) { type sequence position at cursor } }",
            new { id = run.RunId },
            (frame, _) =>
            {
                using var message = JsonDocument.Parse(frame);
                if (message.RootElement.GetProperty("type").GetString() == "next"
                    && message.RootElement.GetProperty("payload").GetProperty("data").GetProperty("runChanged") is var change
                    && change.GetProperty("position").GetString() is { } position)
                {
                    told(long.Parse(position, CultureInfo.InvariantCulture));
                }
            },
            cancellation);

    /// <summary>Every event of the runs, in both of their streams, by position.</summary>
    private static async Task<Dictionary<long, (Guid Run, DateTime At)>> CommitsAsync(NpgsqlDataSource source, List<RunFeed> runs, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"select seq_id, stream_id, pg_xact_commit_timestamp(xmin) from {await ViewProgress.SchemaAsync(source, cancellation)}.mt_events where stream_id = any($1)");
        command.Parameters.AddWithValue(runs.SelectMany(run => new[] { run.RunId, StreamIds.Execution(run.RunId) }).ToArray());
        Dictionary<long, (Guid, DateTime)> commits = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            commits[reader.GetInt64(0)] = (StreamIds.RunOf(reader.GetGuid(1)), reader.GetDateTime(2));
        }

        return commits;
    }

    private static async Task UntilAsync(Func<bool> done, string what, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (!done() && watch.Elapsed < Late)
        {
            await Task.Delay(20, cancellation);
        }

        if (!done())
        {
            Report.Say($"  not everybody was told {what} within {Late.TotalSeconds} s");
        }
    }

    private static async Task SendAsync(List<RunFeed> runs, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        List<Task> sending = [];
        for (var n = 0; n < Runs * EventsPerRun / EventsPerBatch; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / BatchesPerSecond) - watch.Elapsed;
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellation);
            }

            var run = runs[n % Runs];
            sending.Add(run.Runner.SubmitAsync(RunFeed.Batch([run], EventsPerBatch), cancellation));
        }

        await Task.WhenAll(sending);
    }

    /// <returns>Milliseconds from when each request was due to its answer's last byte, ascending.</returns>
    private static async Task<IReadOnlyList<double>> AskAsync(OwnerClient owner, List<RunFeed> runs, TimeSpan time, CancellationToken cancellation)
    {
        byte[][] bodies =
        [
            .. runs.SelectMany(run => (byte[][])
            [
                JsonSerializer.SerializeToUtf8Bytes(new { query = Listing }),
                JsonSerializer.SerializeToUtf8Bytes(new { query = Single, variables = new { id = run.RunId } }),
            ]),
        ];
        for (var warm = 0; warm < RequestsPerSecond; warm++)
        {
            await owner.SendRawAsync(bodies[warm % bodies.Length], cancellation);
        }

        var watch = Stopwatch.StartNew();
        List<Task<double>> asking = [];
        for (var n = 0; n < RequestsPerSecond * time.TotalSeconds; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / RequestsPerSecond);
            if (due - watch.Elapsed > TimeSpan.Zero)
            {
                await Task.Delay(due - watch.Elapsed, cancellation);
            }

            asking.Add(OneAsync(bodies[n % bodies.Length], due));
        }

        return [.. (await Task.WhenAll(asking)).Order()];

        async Task<double> OneAsync(byte[] body, TimeSpan due)
        {
            await owner.SendRawAsync(body, cancellation);
            return (watch.Elapsed - due).TotalMilliseconds;
        }
    }
}
