using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Testing;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Aggregation;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Application.Tests.Runs;

/// <summary>Both writers of the hot path leave the same rows, and the store treats them alike.</summary>
public sealed class ExecutionWriterTests : IAsyncLifetime
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 30, 0, TimeSpan.Zero);
    private static readonly Guid Owner = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Guid Device = Guid.Parse("0195527b-9d40-7000-8000-000000000002");
    private static readonly Guid[] Runs = [.. Enumerable.Range(10, 3).Select(n => Guid.Parse($"0195527b-9d40-7000-8000-0000000000{n}"))];

    private Side marten = null!;
    private Side rows = null!;

    public async ValueTask InitializeAsync()
    {
        marten = await Side.Open(_ => new MartenExecutionWriter());
        rows = await Side.Open(store => new RowExecutionWriter(store, new FixedClock()));
        foreach (var side in (Side[])[marten, rows])
        {
            await side.Append([.. Runs.Select(run => Appending(run, 0, 5))]);
            await side.Append([Appending(Runs[0], 5, 20), Appending(Runs[2], 5, 1)]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await marten.DisposeAsync();
        await rows.DisposeAsync();
    }

    [Fact]
    public async Task Both_writers_leave_the_same_rows_in_the_same_order()
    {
        const string Events = """
            select stream_id, version, data::text, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers::text, user_name,
                is_archived, row_number() over (order by seq_id) as place
            from jarvis.mt_events order by stream_id, version
            """;
        const string Streams = "select id, type, version, tenant_id, is_archived, snapshot_less from (select *, compacted_version as snapshot_less from jarvis.mt_streams) s order by id";
        var left = await marten.Rows(Events);
        left.Count.ShouldBe(36);
        (await rows.Rows(Events)).ShouldBe(left);
        (await rows.Rows(Streams)).ShouldBe(await marten.Rows(Streams));
    }

    [Fact]
    public async Task Positions_have_no_gap_and_follow_the_order_of_the_events()
    {
        var positions = await rows.Rows("select seq_id from jarvis.mt_events order by seq_id");

        positions.ShouldBe([.. Enumerable.Range(1, 36).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
    }

    [Fact]
    public async Task The_store_reads_back_the_same_events_with_their_metadata()
    {
        foreach (var run in Runs)
        {
            var read = await rows.Fetch(run);
            var expected = await marten.Fetch(run);

            read.Select(Seen).ShouldBe(expected.Select(Seen));
        }

        static object Seen(IEvent e) => (e.Version, e.Timestamp, e.EventTypeName, e.UserName, e.CorrelationId, e.CausationId, e.Data.ToString(),
            string.Join(',', e.Headers!.OrderBy(h => h.Key).Select(h => $"{h.Key}={h.Value}")));
    }

    [Fact]
    public async Task The_daemon_folds_and_rebuilds_the_same_views()
    {
        foreach (var side in (Side[])[marten, rows])
        {
            await side.CatchUp();
            (await side.Counts()).ShouldBe([25, 5, 6]);
            await side.Rebuild();
            (await side.Counts()).ShouldBe([25, 5, 6]);
        }
    }

    [Fact]
    public async Task Neither_writer_appends_to_an_archived_stream()
    {
        foreach (var side in (Side[])[marten, rows])
        {
            await side.Archive(Runs[1]);
            (await side.Fetch(Runs[1])).ShouldBeEmpty();

            await Should.ThrowAsync<Exception>(() => side.Append([Appending(Runs[1], 5, 1)]));

            (await side.Rows("select count(*) from jarvis.mt_events where stream_id = '" + StreamIds.Execution(Runs[1]) + "'")).ShouldBe(["5"]);
        }
    }

    [Fact]
    public async Task A_stream_that_somebody_else_began_meanwhile_is_left_as_it_is()
    {
        foreach (var side in (Side[])[marten, rows])
        {
            await Should.ThrowAsync<Exception>(() => side.Append([Appending(Runs[1], 0, 2)]));

            (await side.Rows("select version from jarvis.mt_streams where id = '" + StreamIds.Execution(Runs[1]) + "'")).ShouldBe(["5"]);
        }
    }

    [Fact]
    public async Task Events_that_the_session_does_not_know_are_handed_back_to_be_told()
    {
        var told = await rows.Append([Appending(Runs[1], 5, 2)]);

        told.Select(e => (e.StreamId, e.Version)).ShouldBe([(StreamIds.Execution(Runs[1]), 6), (StreamIds.Execution(Runs[1]), 7)]);
        told.ShouldAllBe(e => e.Sequence > 36);
        (await marten.Append([Appending(Runs[1], 5, 2)])).ShouldBeEmpty();
    }

    private static ExecutionAppend Appending(Guid run, long version, int events) => new(
        run, Owner, Device, version,
        [.. Enumerable.Range((int)version + 1, events).Select(n => new RunnerEvent(run, n, 3, Event(n), $"hash-{n}"))]);

    private static IExecutionEvent Event(int n) => (n % 3) switch
    {
        0 => new ExecutionTaskCreated("/do/0/a", $"/do/0/a@{n}", "a", "set", At),
        1 => new ExecutionTaskCompleted("/do/0/a", $"/do/0/a@{n}", At, new Content.Sealed(Owner, [1, 2, 3, (byte)n]), null, "end", null),
        _ => new ExecutionLogged([new LogLine(At, LogSeverity.Warning, "/do/0/a")], new Content.Sealed(Owner, [9, (byte)n])),
    };

    /// <summary>A view of the test's own, folded by the daemon.</summary>
    public sealed record EventCount(Guid Id, int Count);

    private sealed class EventCounting : SingleStreamProjection<EventCount, Guid>
    {
        public override EventCount? Evolve(EventCount? snapshot, Guid id, IEvent e) => new(id, (snapshot?.Count ?? 0) + 1);
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => At;
    }

    private sealed class Side : IAsyncDisposable
    {
        private readonly TestDatabase database;
        private readonly NpgsqlDataSource source;
        private readonly DocumentStore store;
        private readonly IExecutionWriter writer;

        private Side(TestDatabase database, NpgsqlDataSource source, DocumentStore store, IExecutionWriter writer)
        {
            this.database = database;
            this.source = source;
            this.store = store;
            this.writer = writer;
        }

        public static async Task<Side> Open(Func<IDocumentStore, IExecutionWriter> writing)
        {
            var database = await TestDatabase.CreateAsync();
            var source = NpgsqlDataSource.Create(database.ConnectionString);
            var store = DocumentStore.For(options =>
            {
                options.UseJarvis(source, new FixedClock(), new EventFeed());
                options.Projections.Add<EventCounting>(ProjectionLifecycle.Async);
            });
            await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
            return new Side(database, source, store, writing(store));
        }

        public async Task<IReadOnlyList<IEvent>> Append(IReadOnlyList<ExecutionAppend> appends)
        {
            await using var session = store.LightweightSession();
            await session.BeginTransactionAsync(TestContext.Current.CancellationToken);
            var untold = await writer.Append(session, appends, TestContext.Current.CancellationToken);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
            return untold;
        }

        public async Task<IReadOnlyList<string>> Rows(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync();
            List<string> read = [];
            while (await reader.ReadAsync())
            {
                read.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
            }

            return read;
        }

        public async Task<IReadOnlyList<IEvent>> Fetch(Guid run)
        {
            await using var session = store.QuerySession();
            return await session.Events.FetchStreamAsync(StreamIds.Execution(run));
        }

        public async Task Archive(Guid run)
        {
            await using var session = store.LightweightSession();
            session.Events.ArchiveStream(StreamIds.Execution(run));
            await session.SaveChangesAsync();
        }

        public async Task CatchUp()
        {
            using var daemon = await store.BuildProjectionDaemonAsync();
            await daemon.StartAllAsync();
            await daemon.WaitForNonStaleData(TimeSpan.FromSeconds(30));
            await daemon.StopAllAsync();
        }

        public async Task Rebuild()
        {
            using var daemon = await store.BuildProjectionDaemonAsync();
            await daemon.RebuildProjectionAsync<EventCounting>(CancellationToken.None);
        }

        public async Task<IReadOnlyList<int>> Counts()
        {
            await using var session = store.QuerySession();
            var counts = new List<int>();
            foreach (var run in Runs)
            {
                counts.Add((await session.LoadAsync<EventCount>(StreamIds.Execution(run)))!.Count);
            }

            return counts;
        }

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            await source.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
