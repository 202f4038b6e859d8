using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Testing;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Aggregation;
using Microsoft.Extensions.Logging.Abstractions;
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
    public async Task A_run_that_begins_has_the_same_documents_from_both()
    {
        const string Grants = "select id, data::text, mt_dotnet_type, mt_last_modified is null from jarvis.mt_doc_rungrant order by id";
        const string Dispatches = "select id, data::text, mt_version, mt_dotnet_type, mt_last_modified is null, owner_id, device_id, is_waiting from jarvis.mt_doc_rundispatch order by id";
        Guid[] begun = [Guid.Parse("0195527b-9d40-7000-8000-0000000000b1"), Guid.Parse("0195527b-9d40-7000-8000-0000000000b2")];
        foreach (var side in (Side[])[marten, rows])
        {
            await side.Append([.. begun.Select(run => Appending(run, 0, 2) with
            {
                Beginning = [new RunBeganOnDevice(Device, At)],
                Grant = new RunGrant(run, Owner, Device),
                // One of them ends at once.
                Dispatch = run == begun[0] ? new RunDispatch { Id = run, OwnerId = Owner, DeviceId = Device } : null,
            })]);
        }

        (await rows.Rows(Grants)).ShouldBe(await marten.Rows(Grants));
        (await rows.Rows(Dispatches)).ShouldBe(await marten.Rows(Dispatches));
        (await rows.Rows(Grants)).Count.ShouldBe(2);
        (await rows.Rows(Dispatches)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_run_that_takes_note_and_ends_leaves_the_same_rows_from_both()
    {
        var run = Guid.Parse("0195527b-9d40-7000-8000-0000000000c1");
        var requested = new RunRequested(Owner, null, null, "hash", "ns", "name", RunTrigger.Local, Device, Owner, At, null, null, null, null);
        var ended = new Run { Requested = requested, Status = RunStatus.Completed };
        foreach (var side in (Side[])[marten, rows])
        {
            await side.Append([Appending(run, 0, 2) with
            {
                Beginning = [requested, new RunBeganOnDevice(Device, At)],
                Grant = new RunGrant(run, Owner, Device),
                Dispatch = new RunDispatch { Id = run, OwnerId = Owner, DeviceId = Device },
            }]);
            await side.Append([Appending(run, 2, 1) with { Notes = [new RunPaused(At, 3)], Noted = new NotedRun(ended with { Status = RunStatus.Paused }, 3) }]);
            (await side.Rows("select count(*) from jarvis.mt_doc_rundispatch")).ShouldBe(["1"]);
            await side.Append([Appending(run, 3, 1) with { Notes = [new RunResumed(At, 4), new RunCompleted(At, 4)], Noted = new NotedRun(ended, 5) }]);
            (await side.Rows("select count(*) from jarvis.mt_doc_rundispatch")).ShouldBe(["0"]);
        }

        var events = $"""
            select seq_id - min(seq_id) over () as place, stream_id, version, data::text, type, timestamp, mt_dotnet_type, correlation_id, headers::text, user_name
            from jarvis.mt_events where stream_id in ('{run}', '{StreamIds.Execution(run)}') order by stream_id, version
            """;
        var streams = $"select id, type, version from jarvis.mt_streams where id in ('{run}', '{StreamIds.Execution(run)}') order by id";
        var left = await marten.Rows(events);
        left.Count.ShouldBe(9);
        (await rows.Rows(events)).ShouldBe(left);
        (await rows.Rows(streams)).ShouldBe(await marten.Rows(streams));
    }

    [Fact]
    public async Task A_run_does_not_end_beside_one_that_waits_for_its_place()
    {
        var run = Guid.Parse("0195527b-9d40-7000-8000-0000000000c2");
        var waiting = Guid.Parse("0195527b-9d40-7000-8000-0000000000c3");
        var requested = new RunRequested(Owner, null, null, "hash", "ns", "name", RunTrigger.Local, Device, Owner, At, null, null, null, null);
        foreach (var side in (Side[])[marten, rows])
        {
            await side.Append([
                Appending(run, 0, 2) with { Beginning = [requested], Grant = new RunGrant(run, Owner, Device), Dispatch = new RunDispatch { Id = run, OwnerId = Owner, DeviceId = Device } },
                Appending(waiting, 0, 2) with { Grant = new RunGrant(waiting, Owner, Device), Dispatch = new RunDispatch { Id = waiting, OwnerId = Owner, IsWaiting = true } },
            ]);

            await Should.ThrowAsync<Exception>(() => side.Append([Appending(run, 2, 1) with
            {
                Notes = [new RunCompleted(At, 3)],
                Noted = new NotedRun(new Run { Requested = requested, Status = RunStatus.Completed }, 2),
            }]));

            (await side.Rows($"select version from jarvis.mt_streams where id in ('{run}', '{StreamIds.Execution(run)}')")).ShouldBe(["1", "2"], ignoreOrder: true);
            (await side.Rows("select count(*) from jarvis.mt_doc_rundispatch")).ShouldBe(["2"]);
        }

        (await rows.Rows("select last_value = (select max(seq_id) from jarvis.mt_events) from jarvis.mt_events_sequence")).ShouldBe(["True"], "no position is drawn in vain");
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
    public async Task What_the_writer_tells_of_is_what_the_store_reads_back()
    {
        var run = Guid.Parse("0195527b-9d40-7000-8000-0000000000a1");
        var told = await rows.Append([Appending(run, 0, 6) with { Beginning = [new RunBeganOnDevice(Device, At)] }, Appending(Runs[1], 5, 3)]);

        var stored = await rows.Stored(told.Select(e => e.Sequence).Min());

        told.Count.ShouldBe(10);
        told.Select(Seen).ShouldBe(stored.Select(Seen));

        static object Seen(IEvent e) => (
            (e.Sequence, e.Id, e.StreamId, e.Version, e.Timestamp, e.EventTypeName, e.DotNetTypeName),
            (e.UserName, e.CorrelationId, e.CausationId, e.TenantId, e.IsArchived, e.AggregateTypeName),
            (e.EventType, System.Text.Json.JsonSerializer.Serialize(e.Data, e.EventType, EventJson.Stored)),
            e.Headers is null ? "" : string.Join(',', e.Headers.OrderBy(h => h.Key).Select(h => $"{h.Key}={h.Value}")));
    }

    [Fact]
    public async Task What_is_large_is_stored_and_not_kept_in_memory()
    {
        var run = Guid.Parse("0195527b-9d40-7000-8000-0000000000a2");
        var large = new ExecutionLogged([new LogLine(At, LogSeverity.Warning, "/do/0/a")], new Content.Sealed(Owner, new byte[64 * 1024]));
        var appending = Appending(run, 0, 3);

        var told = await rows.Append([appending with { Events = [.. appending.Events, new RunnerEvent(run, 4, 3, large, "hash-4", [])] }]);

        told.Select(e => e.Version).ShouldBe([1, 2, 3]);
        (await rows.Fetch(run)).Count.ShouldBe(4);
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

            var refused = await Should.ThrowAsync<Exception>(() => side.Append([Appending(Runs[1], 5, 1)]));
            if (side == rows)
            {
                refused.Message.ShouldContain("archived");
            }

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
    public async Task A_run_that_begins_with_its_events_has_both_its_streams_its_own_first()
    {
        var run = Guid.Parse("0195527b-9d40-7000-8000-0000000000a0");
        foreach (var side in (Side[])[marten, rows])
        {
            await side.Append([Appending(run, 0, 3) with
            {
                Beginning =
                [
                    new RunRequested(Owner, null, null, "hash", "ns", "name", RunTrigger.Local, Device, Owner, At, new Content.Sealed(Owner, [7]), null, null, null),
                    new RunBeganOnDevice(Device, At),
                ],
            }]);
        }

        var sql = $"""
            select seq_id - min(seq_id) over () as place, stream_id, version, data::text, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers::text,
                user_name, is_archived
            from jarvis.mt_events where stream_id in ('{run}', '{StreamIds.Execution(run)}') order by seq_id
            """;
        var left = await marten.Rows(sql);
        left.Select(line => line.Split('|')[1..3]).ShouldBe(
            [[run.ToString(), "1"], [run.ToString(), "2"], .. Enumerable.Range(1, 3).Select(n => (string[])[StreamIds.Execution(run).ToString(), n.ToString(System.Globalization.CultureInfo.InvariantCulture)])]);
        (await rows.Rows(sql)).ShouldBe(left);
        var streams = $"select id, type, version from jarvis.mt_streams where id in ('{run}', '{StreamIds.Execution(run)}') order by id";
        (await rows.Rows(streams)).ShouldBe(await marten.Rows(streams));
    }

    [Fact]
    public async Task Only_the_hot_path_s_own_connections_go_without_the_look_up_of_streams()
    {
        await rows.Append([Appending(Runs[1], 5, 1)]);

        var orphan = $"insert into jarvis.mt_events (seq_id, id, stream_id, version, data, type) values (9000, '{Guid.NewGuid()}', '{Guid.NewGuid()}', 1, 'null', 'x')";
        (await Should.ThrowAsync<PostgresException>(() => rows.Rows(orphan))).SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
        (await rows.Rows("show session_replication_role")).ShouldBe(["origin"]);
        (await rows.Rows("select count(*) from jarvis.mt_events e where not exists (select from jarvis.mt_streams s where s.id = e.stream_id)")).ShouldBe(["0"]);
    }

    [Fact]
    public async Task Without_the_right_to_leave_the_look_up_out_the_rows_are_the_same()
    {
        await using var plain = await Side.Open(store => new RowExecutionWriter(store, new FixedClock()), asOwnerOnly: true);
        await plain.Append([.. Runs.Select(run => Appending(run, 0, 5))]);

        (await plain.Rows("select count(*), has_parameter_privilege('session_replication_role', 'set') from jarvis.mt_events")).ShouldBe(["15|False"]);
    }

    private static ExecutionAppend Appending(Guid run, long version, int events) => new(
        run, Owner, Device, version,
        [.. Enumerable.Range((int)version + 1, events).Select(n => new RunnerEvent(run, n, 3, Event(n), $"hash-{n}", n % 2 == 0 ? [] : [new BlobReference(new string('a', 64), n, "image/png")]))]);

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
        private const string OwnerPassword = "pw";

        private readonly TestDatabase database;
        private readonly NpgsqlDataSource source;
        private readonly NpgsqlDataSource own;
        private readonly DocumentStore store;
        private readonly IExecutionWriter writer;

        private Side(TestDatabase database, NpgsqlDataSource source, NpgsqlDataSource own, DocumentStore store, IExecutionWriter writer)
        {
            this.own = own;
            this.database = database;
            this.source = source;
            this.store = store;
            this.writer = writer;
        }

        public static async Task<Side> Open(Func<IDocumentStore, IExecutionWriter> writing, bool asOwnerOnly = false)
        {
            var database = await TestDatabase.CreateAsync();
            var source = NpgsqlDataSource.Create(asOwnerOnly ? await OwnerOnly(database.ConnectionString) : database.ConnectionString);
            var store = DocumentStore.For(options =>
            {
                options.UseJarvis(source, new FixedClock(), new EventFeed());
                options.Projections.Add<EventCounting>(ProjectionLifecycle.Async);
            });
            await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
            var own = new NpgsqlDataSourceBuilder(source.ConnectionString);
            own.ConnectionStringBuilder.Password = asOwnerOnly ? OwnerPassword : new NpgsqlConnectionStringBuilder(database.ConnectionString).Password;
            RowExecutionWriter.Own(own);
            return new Side(database, source, own.Build(), store, writing(store));
        }

        /// <summary>A connection as an ordinary role that owns the database and nothing more.</summary>
        private static async Task<string> OwnerOnly(string connectionString)
        {
            var ofRole = new NpgsqlConnectionStringBuilder(connectionString) { Username = $"owner_{Guid.NewGuid():N}", Password = OwnerPassword };
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var command = source.CreateCommand($"create role {ofRole.Username} login password '{OwnerPassword}'; alter database \"{ofRole.Database}\" owner to {ofRole.Username}");
            await command.ExecuteNonQueryAsync();
            return ofRole.ConnectionString;
        }

        public async Task<IReadOnlyList<IEvent>> Append(IReadOnlyList<ExecutionAppend> appends)
        {
            await using var transaction = await ExecutionTransaction.Begin(store, own, TestContext.Current.CancellationToken);
            transaction.Check(RunEnds.Of(appends)?.Checks() ?? []);
            var written = await writer.Append(transaction, appends, TestContext.Current.CancellationToken);
            await transaction.Commit(TestContext.Current.CancellationToken);
            return written;
        }

        /// <summary>What the store's own loader gives to a view behind a position.</summary>
        public async Task<IReadOnlyList<IEvent>> Stored(long from)
        {
            const long Everything = 1_000_000;
            IEventStore<IDocumentOperations, IQuerySession> asStore = store;
            var loader = asStore.BuildEventLoader((IEventDatabase)store.Storage.Database, NullLogger.Instance, new EventFilterable(), new AsyncOptions(), new ShardName("test"));
            return await loader.LoadAsync(new EventRequest { Floor = from - 1, HighWater = Everything, Name = new ShardName("test"), ErrorOptions = new ErrorHandlingOptions(), Metrics = new SubscriptionMetrics(asStore, new ShardName("test"), (IEventDatabase)store.Storage.Database) }, CancellationToken.None);
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
            await own.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
