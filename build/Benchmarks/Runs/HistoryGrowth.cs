using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;

namespace Jarvis.Benchmarks.Runs;

/// <summary>P16: append, first page, dashboard and the replay of one run on a long history beside a hundredth of it, two servers on two databases taking turns.</summary>
internal sealed class HistoryGrowth : IFigure
{
    private const long Many = 1_000_000;
    private const long VeryMany = 10_000_000;
    private const long QuickMany = 100_000;
    private const int Fold = 100;
    private const int EventsPerBatch = GrownHistory.EventsPerRun;
    private const int PageSize = 50;

    private const string Page = """
        { runs(first: 50) { totalCount { value } edges { cursor node { id status workflowName requestedAt startedAt } } pageInfo { hasNextPage endCursor } } }
        """;

    private const string Dashboard = """
        { statistics(period: LAST_7_DAYS, timeZone: "Asia/Shanghai") { total { runs running completed failed successRate averageSeconds } steps { from figures { runs completed failed } } failures { errorType node runs } } }
        """;

    public string Name => "P16";

    public string Work => "a history that grew";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var many = rounds.IsQuick ? QuickMany : rounds.IsLarge ? VeryMany : Many;
        await using var large = await GrownServer.MakeAsync(stage, "grown", many, many / Fold, cancellation);
        await using var small = await GrownServer.MakeAsync(stage, "small", many / Fold, many / Fold, cancellation);
        List<Row> rows = [];
        foreach (var (work, measure) in ((string, Func<GrownServer, Task>)[])
            [
                ("append of 20 events", server => server.AppendAsync(cancellation)),
                ("first page of runs with its count", server => server.Owner.SendRawAsync(JsonSerializer.SerializeToUtf8Bytes(new { query = Page }), cancellation)),
                ("dashboard of seven days", server => server.Owner.SendRawAsync(JsonSerializer.SerializeToUtf8Bytes(new { query = Dashboard }), cancellation)),
                ("replay of one run", server => server.ReplayAsync(cancellation)),
            ])
        {
            var pairs = await rounds.TakeAsync(
                () => MillisecondsAsync(() => measure(large), rounds.Length), () => MillisecondsAsync(() => measure(small), rounds.Length), () => Task.Delay(rounds.Length / 8, cancellation));
            rows.Add(Medians.Row(this, pairs, "ms", "a hundredth of it", new Target(1.5, 1.1, Better.Lower), Limits.Growth) with
            {
                Work = string.Create(CultureInfo.InvariantCulture, $"{work} at {large.Events:#,0} events"),
            });
        }

        rows[0] = rows[0] with { Notes = "one request after the other; the history is copies of real runs: both have the same last week, and the long one a hundred of them" };
        return rows;
    }

    /// <summary>The mean of one after the other.</summary>
    private static async Task<double> MillisecondsAsync(Func<Task> work, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var count = 0;
        while (watch.Elapsed < time)
        {
            await work();
            count++;
        }

        return watch.Elapsed.TotalMilliseconds / count;
    }

    /// <summary>A server on a database of its own whose history was made so long.</summary>
    private sealed class GrownServer : IAsyncDisposable
    {
        private readonly JarvisServer server;
        private readonly LoadRunner runner;
        private readonly Uri history;
        private RunFeed feed;

        private GrownServer(JarvisServer server, OwnerClient owner, LoadRunner runner, Guid run, long events)
        {
            this.server = server;
            this.runner = runner;
            Owner = owner;
            Events = events;
            history = new Uri($"/audit/streams/{Domain.Platform.StreamIds.Execution(run)}", UriKind.Relative);
            feed = new RunFeed(runner);
        }

        public OwnerClient Owner { get; }

        public long Events { get; }

        public static async Task<GrownServer> MakeAsync(Stage stage, string name, long events, long eventsInAWeek, CancellationToken cancellation)
        {
            var (connectionString, folder, run, there) = await GrownHistory.MakeAsync(stage, name, events, eventsInAWeek, cancellation);
            var server = await JarvisServer.StartAsync(connectionString, folder, cancellation);
            var owner = await server.SignInAsync(cancellation);
            var page = (await owner.QueryAsync(Page, null, cancellation)).GetProperty("runs").GetProperty("edges").GetArrayLength();
            if (page != PageSize)
            {
                throw new InvalidOperationException("The page does not show the copied runs.");
            }

            return new GrownServer(server, owner, await LoadRunner.PairAsync(server, owner, "growth", cancellation), run, there);
        }

        public async Task AppendAsync(CancellationToken cancellation)
        {
            const int LongestRun = 2_000;
            feed = feed.Sequence >= LongestRun ? new RunFeed(runner) : feed;
            await runner.SubmitAsync(RunFeed.Batch([feed], EventsPerBatch), cancellation);
        }

        public async Task ReplayAsync(CancellationToken cancellation)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, history);
            request.Headers.Authorization = new("Bearer", Owner.AccessToken);
            using var answer = await server.Http.SendAsync(request, cancellation);
            var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation);
            if (text.AsSpan().Count('\n') != EventsPerBatch)
            {
                throw new InvalidOperationException("The copied run's history is not whole.");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await runner.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
