using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jarvis.Benchmarks.Platform;
using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// P8: from the commit, by the database's own clock, to the frame at each of a hundred subscribers, at 2,000 events a second;
/// and to the moment at which every view shows it.
/// </summary>
internal sealed class ToldAtCommit : IFigure
{
    private const int Subscribers = 100;
    private const int EventsPerBatch = 20;
    private const int BatchesPerSecond = 100;
    private const int Runners = 4;
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(10);

    public string Name => "P8";

    public string Work => "commit to subscriber told";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var server = await stage.ServerAsync(cancellation);
        var owner = await server.SignInAsync(cancellation);
        await using var source = NpgsqlDataSource.Create(stage.ConnectionString);
        var crew = await Crew.OfAsync(server, Runners, cancellation);

        List<RunFeed> runs = [];
        for (var i = 0; i < Subscribers; i++)
        {
            var run = new RunFeed(crew[i % Runners]);
            await run.Runner.SubmitAsync(RunFeed.Batch([run], EventsPerBatch), cancellation);
            runs.Add(run);
        }

        await stage.SettleAsync(cancellation);
        var table = await EventTable.LikeStoreAsync(source, 1000, cancellation);
        ConcurrentDictionary<(Guid Run, long Sequence), DateTime> told = new();
        List<SubscriberSocket> sockets = [];
        try
        {
            foreach (var run in runs)
            {
                sockets.Add(await SubscribeAsync(owner, run, told, cancellation));
            }

            List<Round> measured = [];
            for (var i = 0; i < rounds.Count + (rounds.IsQuick ? 0 : 1); i++)
            {
                await stage.SettleAsync(cancellation);
                var notified = await NotifyAsync(source, table, rounds.Length, cancellation);
                await stage.SettleAsync(cancellation);
                told.Clear();
                var (events, visible) = await TellAsync(source, runs, told, rounds.Length, cancellation);
                measured.Add(new Round(events, notified, visible));
                Report.Say($"  round {i + 1}: told {At(events, .5):0.0} / {At(events, .99):0.0} ms, NOTIFY {At(notified, .5):0.0} / {At(notified, .99):0.0} ms, views p99 {At(visible, .99):0} ms");
            }

            return Rows(rounds.IsQuick ? measured : measured[1..]);
        }
        finally
        {
            foreach (var socket in sockets)
            {
                await socket.DisposeAsync();
            }
        }
    }

    private List<Row> Rows(List<Round> rounds)
    {
        var notes = $"{Subscribers} subscribers, each to a run of its own; {BatchesPerSecond} batches of {EventsPerBatch} a second; the peer commits as many rows with one NOTIFY each";
        Row Told(string work, double share, Target target) => Medians.Row(
            this, [.. rounds.Select(r => new Pair(At(r.Told, share), At(r.Notified, share)))], "ms", "NOTIFY", target, Limits.Told, notes) with { Work = work };
        var visible = rounds.Select(r => At(r.Visible, 0.99)).ToArray();
        return
        [
            Told("commit to subscriber told, p50", 0.5, new Target(10, 4, Better.Lower)),
            Told("commit to subscriber told, p99", 0.99, new Target(20, 5, Better.Lower)) with { Notes = null },
            new Row(Name, "commit to visible in every view, p99", Medians.Of(visible), null, "ms", "absolute", Medians.Of(visible), new Target(500, 100, Better.Lower), Limits.Visible)
            {
                Spread = (visible.Min(), visible.Max()),
            },
        ];
    }

    private static double At(IReadOnlyList<double> sorted, double share) => Medians.Quantile(sorted, share);

    private static Task<SubscriberSocket> SubscribeAsync(
        OwnerClient owner, RunFeed run, ConcurrentDictionary<(Guid Run, long Sequence), DateTime> told, CancellationToken cancellation) =>
        SubscriberSocket.SubscribeAsync(
            owner,
            "subscription($id: UUID!) { runChanged(id: $id) { type sequence position at cursor } }",
            new { id = run.RunId },
            (frame, at) =>
            {
                using var message = JsonDocument.Parse(frame);
                var root = message.RootElement;
                if (root.GetProperty("type").GetString() == "next"
                    && root.GetProperty("payload").TryGetProperty("data", out var data)
                    && data.ValueKind == JsonValueKind.Object
                    && data.GetProperty("runChanged").TryGetProperty("sequence", out var sequence)
                    && sequence.ValueKind == JsonValueKind.Number)
                {
                    told.TryAdd((run.RunId, sequence.GetInt64()), at);
                }
            },
            cancellation);

    /// <summary>Sends at the fixed rate, whatever the answers take; then waits until everyone was told.</summary>
    private static async Task<(IReadOnlyList<double> Told, IReadOnlyList<double> Visible)> TellAsync(
        NpgsqlDataSource source, List<RunFeed> runs, ConcurrentDictionary<(Guid Run, long Sequence), DateTime> told, TimeSpan time, CancellationToken cancellation)
    {
        var before = runs.ToDictionary(run => run.RunId, run => run.Sequence);
        using var watchingEnds = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var progress = ViewProgress.WatchAsync(source, watchingEnds.Token);
        List<Task> sending = [];
        var watch = Stopwatch.StartNew();
        for (var n = 0; watch.Elapsed < time; n++)
        {
            var run = runs[n % runs.Count];
            sending.Add(run.Runner.SubmitAsync(RunFeed.Batch([run], EventsPerBatch), cancellation));
            var next = TimeSpan.FromSeconds((n + 1.0) / BatchesPerSecond) - watch.Elapsed;
            if (next > TimeSpan.Zero)
            {
                await Task.Delay(next, cancellation);
            }
        }

        await Task.WhenAll(sending);
        var commits = await CommitsAsync(source, before, cancellation);
        var waiting = Stopwatch.StartNew();
        while (told.Count < commits.Count && waiting.Elapsed < Late)
        {
            await Task.Delay(20, cancellation);
        }

        if (told.Count < commits.Count)
        {
            throw new InvalidOperationException($"{commits.Count - told.Count} of {commits.Count} events were not told within {Late.TotalSeconds} s.");
        }

        var last = commits.Values.Max(c => c.Position);
        await ViewProgress.ReachesAsync(source, last, Late, cancellation);
        await watchingEnds.CancelAsync();
        var shown = await progress;
        double[] latencies = [.. commits.Select(c => (told[c.Key] - c.Value.At).TotalMilliseconds).Order()];
        double[] visible = [.. commits.Values.Select(c => (shown.When(c.Position) - c.At).TotalMilliseconds).Order()];
        return (latencies, visible);
    }

    private static async Task<Dictionary<(Guid Run, long Sequence), (DateTime At, long Position)>> CommitsAsync(
        NpgsqlDataSource source, Dictionary<Guid, long> before, CancellationToken cancellation)
    {
        var schema = await ViewProgress.SchemaAsync(source, cancellation);
        await using var command = source.CreateCommand(
            $"select stream_id, version, seq_id, pg_xact_commit_timestamp(xmin) from {schema}.mt_events where stream_id = any($1)");
        command.Parameters.AddWithValue(before.Keys.Select(StreamIds.Execution).ToArray());
        Dictionary<(Guid, long), (DateTime, long)> commits = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (run, sequence) = (StreamIds.RunOf(reader.GetGuid(0)), reader.GetInt64(1));
            if (sequence > before[run])
            {
                commits[(run, sequence)] = (reader.GetDateTime(3), reader.GetInt64(2));
            }
        }

        return commits;
    }

    /// <summary>The peer: as many commits of as many rows, each with one NOTIFY, and a connection that listens.</summary>
    private static async Task<IReadOnlyList<double>> NotifyAsync(NpgsqlDataSource source, EventTable table, TimeSpan time, CancellationToken cancellation)
    {
        ConcurrentDictionary<int, DateTime> heard = new();
        await using var listener = await source.OpenConnectionAsync(cancellation);
        listener.Notification += (_, e) => heard.TryAdd(int.Parse(e.Payload, CultureInfo.InvariantCulture), DateTime.UtcNow);
        await using (var listen = new NpgsqlCommand("listen bench", listener))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        using var listeningEnds = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = ListenAsync(listener, listeningEnds.Token);
        Dictionary<int, uint> transactions = [];
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        {
            await using var insert = await table.PrepareInsertAsync(connection, EventsPerBatch, cancellation);
            var watch = Stopwatch.StartNew();
            for (var n = 0; watch.Elapsed < time; n++)
            {
                await using (var transaction = await connection.BeginTransactionAsync(cancellation))
                {
                    table.Fill(insert);
                    insert.Transaction = transaction;
                    await insert.ExecuteNonQueryAsync(cancellation);
                    await using var notify = new NpgsqlCommand("select pg_notify('bench', $1), pg_current_xact_id()::xid", connection, transaction);
                    notify.Parameters.AddWithValue(n.ToString(CultureInfo.InvariantCulture));
                    await using (var reader = await notify.ExecuteReaderAsync(cancellation))
                    {
                        await reader.ReadAsync(cancellation);
                        transactions[n] = reader.GetFieldValue<uint>(1);
                    }

                    await transaction.CommitAsync(cancellation);
                }

                var next = TimeSpan.FromSeconds((n + 1.0) / BatchesPerSecond) - watch.Elapsed;
                if (next > TimeSpan.Zero)
                {
                    await Task.Delay(next, cancellation);
                }
            }
        }

        await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        await listeningEnds.CancelAsync();
        await listening;

        List<double> latencies = [];
        await using var ask = source.CreateCommand("select pg_xact_commit_timestamp(x::text::xid) from unnest($1) with ordinality as t(x, n) order by n");
        ask.Parameters.AddWithValue(transactions.Values.Select(x => (long)x).ToArray());
        await using var times = await ask.ExecuteReaderAsync(cancellation);
        foreach (var n in transactions.Keys)
        {
            await times.ReadAsync(cancellation);
            if (heard.TryGetValue(n, out var at))
            {
                latencies.Add((at - times.GetDateTime(0)).TotalMilliseconds);
            }
        }

        latencies.Sort();
        return latencies;
    }

    private static async Task ListenAsync(NpgsqlConnection listener, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await listener.WaitAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }

    /// <summary>Milliseconds, ascending.</summary>
    private sealed record Round(IReadOnlyList<double> Told, IReadOnlyList<double> Notified, IReadOnlyList<double> Visible);
}
