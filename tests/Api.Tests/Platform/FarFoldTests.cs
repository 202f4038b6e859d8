using Jarvis.Api.Platform;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>A long history folded in portions gives the rows that the daemon gave, wherever it is cut, and is handed back to the daemon.</summary>
public sealed class FarFoldTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>, IAsyncLifetime
{
    private const string Elsewhere = "views_elsewhere";
    private const string Shard = "Runs:All";
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly RunsView view = new();

    public async ValueTask InitializeAsync()
    {
        await History();
        await CaughtUp();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task wherever_a_history_is_cut_into_portions_the_rows_are_those_of_the_daemon()
    {
        const int Many = 100_000;
        var head = await server.Scalar<long>($"select last_seq_id from jarvis.mt_event_progression where name = '{Shard}'");
        foreach (var (portion, bytes) in ((int, long)[])[(1, Many), (3, Many), (10, Many), (64, Many), (Many, Many * 100L), (Many, 1), (Many, 3_000)])
        {
            await Sql($"drop schema if exists {Elsewhere} cascade; {ViewTables.TablesIn(Elsewhere)}");
            var reached = new List<long>();
            await Fold.Fold(view.In(Elsewhere), view.In(Elsewhere).Begin()!, 0, head, null, reached.Add, CancellationToken.None, portion, bytes);
            reached.ShouldBeInOrder();
            reached[^1].ShouldBe(head);
            if (portion < Many || bytes < Many)
            {
                reached.Count.ShouldBeGreaterThan(2, "nothing was cut");
            }

            await using var connection = await Open();
            foreach (var table in view.Tables)
            {
                var difference = await TableDifference.Of(connection, table, ViewTables.Schema, Elsewhere, CancellationToken.None);
                difference.Live.ShouldBeGreaterThan(0, $"no event of this history is listed in {table}");
                (difference.OnlyLive, difference.OnlyNew).ShouldBe((0, 0), $"{table} in portions of {portion} events, {bytes} bytes");
            }
        }
    }

    [Fact]
    public async Task a_view_is_taken_from_the_daemon_folded_from_the_first_event_and_handed_back()
    {
        var before = await Snapshot();
        var far = server.Services.GetRequiredService<FarViews>();
        var daemon = server.Services.GetRequiredService<IProjectionCoordinator>().DaemonForMainDatabase();
        far.Begin(RunsView.Name);
        await daemon.StopAgentAsync(Shard);
        await Sql($"truncate {string.Join(", ", view.Tables.Select(table => $"views.{table}"))}; delete from jarvis.mt_event_progression where name = '{Shard}'");
        // It waits for its turn, as at a start.
        await daemon.StartAgentAsync(Shard, CancellationToken.None);

        await server.Services.GetRequiredService<ViewCatchUp>().CatchUp(view, CancellationToken.None, near: 0);
        await CaughtUp();
        (await Snapshot()).ShouldBe(before);

        // And the daemon goes on.
        await History();
        await CaughtUp();
        (await Snapshot()).ShouldNotBe(before);
    }

    [Fact]
    public async Task a_view_whose_connection_breaks_while_it_catches_up_is_not_left_to_the_daemon()
    {
        var before = await Snapshot();
        var far = server.Services.GetRequiredService<FarViews>();
        var daemon = server.Services.GetRequiredService<IProjectionCoordinator>().DaemonForMainDatabase();
        far.Begin(RunsView.Name);
        await daemon.StopAgentAsync(Shard);
        // Portions of a long history are written without looking at tables from end to end, which tells them from the daemon's.
        await Sql($"""
            create sequence public.writings; create table public.writers (is_portion boolean);
            create function public.break_twice() returns trigger language plpgsql as $$ begin
                insert into public.writers values (current_setting('enable_seqscan') = 'off');
                if nextval('public.writings') <= 2 then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(60); end if;
                return null;
            end $$;
            create trigger break_twice after insert on views.runs for each statement execute function public.break_twice();
            truncate {string.Join(", ", view.Tables.Select(table => $"views.{table}"))}; delete from jarvis.mt_event_progression where name = '{Shard}'
            """);
        try
        {
            await daemon.StartAgentAsync(Shard, CancellationToken.None);
            await server.Services.GetRequiredService<ViewCatchUp>().CatchUp(view, CancellationToken.None, near: 0);
            await CaughtUp();
            (await server.Scalar<long>("select last_value from public.writings")).ShouldBeGreaterThan(2, "the connection was not broken twice");
            (await server.Scalar<long>("select count(*) from public.writers where not is_portion")).ShouldBe(0, "the daemon wrote it");
            (await Snapshot()).ShouldBe(before);
        }
        finally
        {
            await Sql("drop trigger break_twice on views.runs; drop function public.break_twice(); drop table public.writers; drop sequence public.writings");
        }
    }

    [Fact]
    public async Task a_server_that_starts_far_behind_catches_up_and_the_daemon_goes_on()
    {
        const int Far = 30_000;
        var before = await Snapshot();
        await server.Stop();
        // The view's tables are new, and behind the last event are as many positions that were taken and rolled back.
        await Sql($"""
            truncate {string.Join(", ", view.Tables.Select(table => $"views.{table}"))};
            delete from jarvis.mt_event_progression where name = '{Shard}';
            select setval('jarvis.mt_events_sequence', (select max(seq_id) + {Far} from jarvis.mt_events));
            update jarvis.mt_event_progression set last_seq_id = (select max(seq_id) + {Far} from jarvis.mt_events) where name = '{ViewProgress.HighWater}';
            """);
        await server.Restart();
        await CaughtUp();
        (await Snapshot()).ShouldBe(before);

        await History();
        await CaughtUp();
        (await Snapshot()).ShouldNotBe(before);
    }

    [Fact]
    public async Task where_somebody_else_moved_the_progress_nothing_is_written()
    {
        await Sql($"drop schema if exists {Elsewhere} cascade; {ViewTables.TablesIn(Elsewhere)}; insert into jarvis.mt_event_progression (name, last_seq_id) values ('Elsewhere:All', 5) on conflict do nothing");
        var head = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        await Should.ThrowAsync<InvalidOperationException>(
            () => Fold.Fold(view.In(Elsewhere), view.In(Elsewhere).Begin()!, 0, head, "Elsewhere:All", _ => { }, CancellationToken.None));
        (await server.Scalar<long>($"select count(*) from {Elsewhere}.runs")).ShouldBe(0);
        (await server.Scalar<long>("select last_seq_id from jarvis.mt_event_progression where name = 'Elsewhere:All'")).ShouldBe(5);
        await Sql("delete from jarvis.mt_event_progression where name = 'Elsewhere:All'");
    }

    [Fact]
    public async Task where_the_progress_was_lost_with_its_portion_nothing_is_written()
    {
        await Sql($"drop schema if exists {Elsewhere} cascade; {ViewTables.TablesIn(Elsewhere)}; delete from jarvis.mt_event_progression where name = 'Elsewhere:All'");
        var head = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");

        await Should.ThrowAsync<InvalidOperationException>(
            () => Fold.Fold(view.In(Elsewhere), view.In(Elsewhere).Begin()!, 1, head, "Elsewhere:All", _ => { }, CancellationToken.None));

        (await server.Scalar<long>($"select count(*) from {Elsewhere}.runs")).ShouldBe(0);
        (await server.Scalar<long>("select count(*) from jarvis.mt_event_progression where name = 'Elsewhere:All'")).ShouldBe(0);
    }

    private FarFold Fold => server.Services.GetRequiredService<FarFold>();

    /// <summary>Runs side by side, with something of everything that is listed about a run, and a clock that is set meanwhile.</summary>
    private async Task History()
    {
        const int Runs = 6;
        var owner = Guid.CreateVersion7();
        var device = await server.PairedDevice(owner);
        var runs = Enumerable.Range(0, Runs).Select(_ => Guid.CreateVersion7()).ToArray();
        await Save(session => session.Events.Append(device, new DeviceClockMeasured(1, 250, 5, At)));
        for (var step = 0; step < 7; step++)
        {
            for (var i = 0; i < Runs; i++)
            {
                var (run, execution, number) = (runs[i], StreamIds.Execution(runs[i]), i);
                await Save(session =>
                {
                    switch (step)
                    {
                        case 0:
                            session.Events.StartStream<Run>(run, [
                                new RunRequested(owner, null, null, "ab", "tests", "far", RunTrigger.Local, device, owner, At.AddMinutes(20 * number), null, null, null, null),
                                new RunBeganOnDevice(device, At)]);
                            break;
                        case 1:
                            session.Events.Append(device, new DeviceClockMeasured(1, 1_000 * number, 5, At));
                            session.Events.Append(run, new RunStarted(At.AddMinutes(20 * number), 1));
                            session.Events.StartStream<Execution>(execution, [
                                new ExecutionStarted("far", new DefinitionReference("tests", "far", "1.0.0"), At, null, null, null),
                                new ExecutionTaskCreated("/do/0/a", "/do/0/a", "a", "set", At), new ExecutionTaskStarted("/do/0/a", "/do/0/a", At, new Content.Erased())]);
                            break;
                        case 2:
                            session.SetHeader("blobs", $"[{{\"hash\":\"{new string('a', 64)}\",\"size\":3,\"type\":\"text/plain\"}}]");
                            session.Events.Append(execution, new ExecutionVariablesChanged("/do/0/a", "/do/0/a", At, new Content.Erased(), null));
                            break;
                        case 3:
                            session.Events.Append(execution,
                                new ExecutionLogged([new LogLine(At, LogSeverity.Warning, "/do/0/a"), new LogLine(At, LogSeverity.Info, null)], new Content.Erased()),
                                new ExecutionProgressed(40, ["/do/0/a"], At), new ExecutionTaskRetried("/do/0/a", "/do/0/a", At, 2),
                                new ExecutionBlobAttached("/do/0/a", "/do/0/a", At, new BlobReference(new string('b', 64), 7, "image/png"), BlobPurpose.Screenshot));
                            break;
                        case 4:
                            session.Events.Append(execution,
                                new ExecutionTaskSuspended("/do/0/a", "/do/0/a", At, At.AddSeconds(3)), new ExecutionTaskResumed("/do/0/a", "/do/0/a", At.AddSeconds(3)),
                                new ExecutionProgressed(80, [], At.AddSeconds(4)),
                                new ExecutionBlobAttached("/do/0/a", "/do/0/a", At.AddSeconds(9), new BlobReference(new string('b', 64), 7, "image/png"), BlobPurpose.Screenshot));
                            break;
                        case 5:
                            var fault = new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/0/a", new Content.Erased());
                            session.Events.Append(execution, number % 2 == 0
                                ? new ExecutionTaskCompleted("/do/0/a", "/do/0/a", At.AddSeconds(5), new Content.Erased(), null, null, null)
                                : new ExecutionTaskFaulted("/do/0/a", "/do/0/a", At.AddSeconds(5), fault));
                            session.Events.Append(run, number % 2 == 0 ? new RunCompleted(At.AddSeconds(6 + number), 9) : new RunFailed(At.AddSeconds(6 + number), 9, fault));
                            break;
                        default:
                            session.Events.Append(run, new RunLookedAt(owner, At.AddMinutes(1)));
                            break;
                    }
                });
            }
        }
    }

    private async Task Save(Action<Marten.IDocumentSession> write)
    {
        await using var session = server.Store.LightweightSession();
        write(session);
        await session.SaveChangesAsync();
    }

    private async Task CaughtUp()
    {
        using var patience = new CancellationTokenSource(Patience);
        var head = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        while (await server.Scalar<long>($"select coalesce((select last_seq_id from jarvis.mt_event_progression where name = '{Shard}'), 0)") < head)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<string> Snapshot()
    {
        var all = new List<string>();
        foreach (var table in view.Tables)
        {
            all.Add($"{table}: {await server.Scalar<string>($"select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from views.{table} t")}");
        }

        return string.Join('\n', all);
    }

    private async Task<NpgsqlConnection> Open()
    {
        var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private async Task Sql(string sql)
    {
        await using var connection = await Open();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
