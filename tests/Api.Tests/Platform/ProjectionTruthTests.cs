using System.Collections.Concurrent;
using Jarvis.Api.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>
/// Many events by fifty writers at once, one save in twenty rolled back: every view says what folding the events says, and made anew it is
/// the same to the byte. <c>JARVIS_TRUTH_EVENTS</c> sets how many events (4,000 unless set; the goal is 100,000).
/// </summary>
[Trait("NoSecondGo", "races")]
public sealed class ProjectionTruthTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const int Writers = 50;
    private const int EventsPerRun = 20;
    private const int OneInRolledBack = 20;
    private const string Taken = "public.taken";

    private static readonly int Events = int.TryParse(Environment.GetEnvironmentVariable("JARVIS_TRUTH_EVENTS"), out var events) ? events : 4_000;
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentDictionary<Guid, int> tasks = new();
    private int rolledBack;

    [Fact]
    public async Task every_view_equals_the_fold_of_the_events_and_a_rebuild_gives_the_same_bytes()
    {
        var owner = Guid.CreateVersion7();
        var device = await server.PairedDevice(owner);
        // Judged at the commit: by then the events of the save have taken their positions.
        await Run($"create table {Taken} (n integer primary key deferrable initially deferred); insert into {Taken} values (1)");

        var runsEach = Math.Max(1, Events / Writers / EventsPerRun);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Write(writer, runsEach, owner, device))));
        rolledBack.ShouldBeGreaterThan(0);
        await CaughtUp();

        await ShouldEqualTheFold(owner);
        var before = await Snapshot();
        const string Indexes = "select string_agg(indexdef, ' ' order by indexdef) from pg_indexes where schemaname = 'views'";
        var indexes = await server.Scalar<string>(Indexes);
        foreach (var view in ViewsSetup.All)
        {
            await server.Services.GetRequiredService<ViewRebuild>().Rebuild(view, CancellationToken.None);
        }

        (await Snapshot()).ShouldBe(before);
        (await server.Scalar<string>(Indexes)).ShouldBe(indexes);
        // The store marks the positions that a rolled-back save had taken.
        (await server.Scalar<long>("select max(seq_id) - count(*) filter (where type <> 'tombstone') from jarvis.mt_events")).ShouldBeGreaterThan(0, "nothing was rolled back after it had taken its positions");
    }

    private async Task Write(int writer, int runs, Guid owner, Guid device)
    {
        var chance = new Random(writer);
        for (var i = 0; i < runs; i++)
        {
            var run = Guid.CreateVersion7();
            await Save(chance, session => session.Events.StartStream<Run>(run, [
                new RunRequested(owner, null, null, "ab", "tests", "truth", RunTrigger.Local, device, owner, At, null, null, null, null),
                new RunBeganOnDevice(device, At), new RunStarted(At, 1)]));
            var execution = new List<object> { new ExecutionStarted("truth", new DefinitionReference("tests", "truth", "1.0.0"), At, null, null, null) };
            var number = chance.Next(2, 6);
            for (var task = 0; task < number; task++)
            {
                var place = $"/do/{task}/step";
                execution.AddRange([
                    new ExecutionTaskCreated(place, place, "step", "set", At), new ExecutionTaskStarted(place, place, At, null),
                    new ExecutionTaskCompleted(place, place, At, null, null, null, null)]);
            }

            tasks[run] = number;
            await Save(chance, session => session.Events.StartStream<Execution>(StreamIds.Execution(run), execution));
            object end = chance.Next(3) switch
            {
                0 => new RunFailed(At, execution.Count, new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/0/step", null)),
                1 => new RunCancelled(At, execution.Count, null, null, null),
                _ => new RunCompleted(At, execution.Count),
            };
            await Save(chance, session => session.Events.Append(run, end));
        }
    }

    /// <summary>Saves; now and then only after a save of the same that took its positions and was rolled back.</summary>
    private async Task Save(Random chance, Action<IDocumentSession> write)
    {
        if (chance.Next(OneInRolledBack) == 0)
        {
            await using var lost = server.Store.LightweightSession();
            write(lost);
            lost.QueueSqlCommand($"insert into {Taken} values (1)");
            await Should.ThrowAsync<Exception>(() => lost.SaveChangesAsync());
            Interlocked.Increment(ref rolledBack);
        }

        await using var session = server.Store.LightweightSession();
        write(session);
        await session.SaveChangesAsync();
    }

    private async Task Run(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task CaughtUp()
    {
        var head = await server.Scalar<long>("select max(seq_id) from jarvis.mt_events");
        var progress = server.Services.GetRequiredService<ViewProgress>();
        foreach (var view in ViewsSetup.Names)
        {
            (await progress.Reach(view, head, TimeSpan.FromMinutes(5), CancellationToken.None)).ShouldBeTrue($"{view} is at {progress.Of(view)} of {head}");
        }
    }

    private async Task ShouldEqualTheFold(Guid owner)
    {
        var rows = new Dictionary<Guid, (string Status, string? Error, long Version, long Tasks)>();
        await using (var connection = new NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(
                """
                select r.run_id, r.status, r.error_type, r.stream_version, (select count(*) from views.run_tasks t where t.run_id = r.run_id)
                from views.runs r where r.owner_id = $1 and r.to_position = 9223372036854775807
                """, connection) { Parameters = { new() { Value = owner } } };
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows[reader.GetGuid(0)] = (reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4));
            }
        }

        rows.Count.ShouldBe(tasks.Count);
        await using var session = server.Store.QuerySession();
        foreach (var (id, expectedTasks) in tasks)
        {
            var run = (await session.Events.AggregateStreamAsync<Run>(id))!;
            var row = rows[id];
            string.Equals(row.Status, run.Status.ToString(), StringComparison.OrdinalIgnoreCase).ShouldBeTrue($"{row.Status} is not {run.Status}");
            row.Error.ShouldBe(run.Error?.Type);
            row.Version.ShouldBe(4);
            row.Tasks.ShouldBe(expectedTasks);
        }

        foreach (var status in rows.Values.Select(row => row.Status).Distinct())
        {
            (await server.Scalar<long>($"select coalesce(sum(n), 0)::bigint from views.run_counts where owner_id = '{owner}' and status = '{status}'"))
                .ShouldBe(rows.Values.Count(row => row.Status == status));
        }
    }

    private async Task<string> Snapshot()
    {
        var all = new List<string>();
        foreach (var table in ViewTables.Guarded)
        {
            all.Add($"{table}: {await server.Scalar<string>($"select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from views.{table} t")}");
        }

        return string.Join('\n', all);
    }
}
