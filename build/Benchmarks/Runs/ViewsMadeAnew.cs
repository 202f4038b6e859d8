using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Jarvis.Application.Platform;
using Jarvis.Benchmarks.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Marten;
using Npgsql;

namespace Jarvis.Benchmarks.Runs;

/// <summary>
/// P7: every view made anew from a million events while the server serves, beside Marten's own rebuild of the same views with nobody else there; and a
/// server that begins with empty views, beside Marten's daemon. Both sides have the same history, each in a database of its own.
/// </summary>
internal sealed class ViewsMadeAnew : IFigure
{
    private const long Many = 1_000_000;
    private const long QuickMany = 20_000;
    private const int EventsInAWeek = 100_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenPages = TimeSpan.FromMilliseconds(50);
    private static readonly byte[] Page = JsonSerializer.SerializeToUtf8Bytes(new { query = "{ runs(first: 50) { edges { node { id status workflowName } } } }" });

    public string Name => "P7";

    public string Work => "views made anew";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var (ours, folder, _, events) = await GrownHistory.MakeAsync(stage, "anew", rounds.Events ?? (rounds.IsQuick ? QuickMany : Many), EventsInAWeek, cancellation);
        var postgres = await stage.PostgresAsync(cancellation);
        var peer = postgres.ConnectionString("plain");
        await using (var source = NpgsqlDataSource.Create(postgres.ConnectionString("postgres")))
        {
            NpgsqlConnection.ClearAllPools();
            await EventTable.ExecuteAsync(source, "create database plain template anew strategy file_copy", cancellation);
        }

        // Both take a minute and more: no round but those that count.
        var once = rounds with { IsQuick = true };
        var rebuilt = await once.TakeAsync(
            () => ServingAsync(ours, folder, events, cancellation), () => PlainlyAsync(peer, events, isCold: false, cancellation), () => stage.SettleAsync(cancellation));
        await SameAsync(ours, peer, cancellation);
        var caughtUp = await once.TakeAsync(
            () => ColdAsync(ours, folder, events, cancellation), () => PlainlyAsync(peer, events, isCold: true, cancellation), () => stage.SettleAsync(cancellation));
        await SameAsync(ours, peer, cancellation);
        return
        [
            Medians.Row(this, rebuilt, "events/s", "Marten's rebuild", new Target(1, 5, Better.Higher), null,
                "all views one after the other, while a page is read each 50 ms and a batch of 20 comes each 200; Marten's with nobody else there") with
            {
                Work = string.Create(CultureInfo.InvariantCulture, $"rebuild of every view over {events:#,0} events, serving"),
            },
            Medians.Row(this, caughtUp, "events/s", "Marten's daemon", new Target(1, 10, Better.Higher), null, "ours from the moment the server is ready on") with
            {
                Work = string.Create(CultureInfo.InvariantCulture, $"cold catch-up over {events:#,0} events"),
            },
        ];
    }

    private static async Task<double> ServingAsync(string connectionString, string folder, long events, CancellationToken cancellation)
    {
        await using var server = await JarvisServer.StartAsync(connectionString, folder, cancellation);
        var owner = await server.SignInAsync(cancellation);
        var administrator = await server.SignInAsync(cancellation, asAdministrator: true);
        await using var runner = await LoadRunner.PairAsync(server, owner, "anew", cancellation);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var patient = new HttpClient { BaseAddress = server.Address, Timeout = Longest };
        var serving = Task.WhenAll(ReadAsync(owner, done.Token), SubmitAsync(runner, done.Token));
        var watch = Stopwatch.StartNew();
        foreach (var view in ViewsSetup.Names)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/views/{view}/rebuild", UriKind.Relative));
            await administrator.QueryAsync("{ viewer { id } }", null, cancellation);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", administrator.AccessToken);
            using var answer = await patient.SendAsync(request, cancellation);
            answer.EnsureSuccessStatusCode();
        }

        var rate = events / watch.Elapsed.TotalSeconds;
        await done.CancelAsync();
        await serving;
        return rate;
    }

    private static async Task ReadAsync(OwnerClient owner, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await owner.SendRawAsync(Page, CancellationToken.None);
            await Task.Delay(BetweenPages, CancellationToken.None);
        }
    }

    private static async Task SubmitAsync(LoadRunner runner, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await runner.SubmitAsync(RunFeed.Batch([new RunFeed(runner)], GrownHistory.EventsPerRun), CancellationToken.None);
            await Task.Delay(BetweenBatches, CancellationToken.None);
        }
    }

    private static async Task<double> ColdAsync(string connectionString, string folder, long events, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await EventTable.ExecuteAsync(source, $"delete from {ViewTables.Schema}.shapes", cancellation);
        await using var server = await JarvisServer.StartAsync(connectionString, folder, cancellation);
        var watch = Stopwatch.StartNew();
        var done = (long)(await EventTable.ScalarAsync(
            source, $"select coalesce(min(last_seq_id), 0) from {EventStoreSetup.Schema}.mt_event_progression where name = '{RunsView.Name}:All'", cancellation))!;
        await ReachedAsync(source, events, cancellation);
        return (events - done) / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> PlainlyAsync(string connectionString, long events, bool isCold, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var options = new StoreOptions();
        options.UseJarvis(source, TimeProvider.System, new EventFeed());
        options.SetUpViews();
        await using var store = new DocumentStore(options);
        using var daemon = await store.BuildProjectionDaemonAsync();
        if (!isCold)
        {
            var rebuilding = Stopwatch.StartNew();
            foreach (var view in ViewsSetup.Names)
            {
                await daemon.RebuildProjectionAsync(view, Longest, cancellation);
            }

            return events / rebuilding.Elapsed.TotalSeconds;
        }

        await EventTable.ExecuteAsync(
            source, $"truncate {string.Join(", ", ViewsSetup.All.SelectMany(view => view.Tables).Select(table => $"{ViewTables.Schema}.{table}"))}; "
            + $"delete from {EventStoreSetup.Schema}.mt_event_progression where name like '%:%'", cancellation);
        var watch = Stopwatch.StartNew();
        await daemon.StartAllAsync();
        await ReachedAsync(source, events, cancellation);
        var rate = events / watch.Elapsed.TotalSeconds;
        await daemon.StopAllAsync();
        return rate;
    }

    private static async Task ReachedAsync(NpgsqlDataSource source, long position, CancellationToken cancellation)
    {
        var views = string.Join(", ", ViewsSetup.Names.Select(view => $"'{view}:All'"));
        var query = $"select count(*) from {EventStoreSetup.Schema}.mt_event_progression where name in ({views}) and last_seq_id >= {position}";
        for (var watch = Stopwatch.StartNew(); (long)(await EventTable.ScalarAsync(source, query, cancellation))! < ViewsSetup.Names.Count;)
        {
            if (watch.Elapsed > Longest)
            {
                throw new InvalidOperationException("The views did not catch up.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }
    }

    /// <summary>What is fast must be right: both have the same rows of the runs that both know.</summary>
    private static async Task SameAsync(string ours, string peer, CancellationToken cancellation)
    {
        async Task<string> Of(string connectionString)
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            return (string)(await EventTable.ScalarAsync(source, """
                select concat_ws(' ', count(*), sum(hashtext(r::text)::bigint), (select concat_ws(' ', count(*), sum(hashtext(t::text)::bigint)) from views.run_tasks t
                    where exists (select from bench.copied where new = t.run_id)))
                from views.runs r where exists (select from bench.copied where new = r.run_id)
                """, cancellation))!;
        }

        var (one, other) = (await Of(ours), await Of(peer));
        if (one != other || one.StartsWith("0 ", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The views differ: {one} beside {other}.");
        }
    }
}
