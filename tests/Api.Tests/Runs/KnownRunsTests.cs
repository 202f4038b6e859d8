using System.Text.Json.Nodes;
using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;
using Shouldly;
using Xunit;
using Json = Jarvis.Domain.Workflows.Data.Json;

namespace Jarvis.Api.Tests.Runs;

/// <summary>
/// The server judges most batches by what it remembers of the last one. Whatever it remembers wrongly, because another process or a database restored
/// beneath it knows better, is found before anything is stored. (A newer hello and a revoked device: <see cref="RunnerEventsTests"/>.)
/// </summary>
public sealed class KnownRunsTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>, IAsyncLifetime
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly Guid owner = Guid.CreateVersion7();
    private readonly Guid run = Guid.CreateVersion7();
    private RunnerUnderTest runner = null!;

    public async ValueTask InitializeAsync()
    {
        runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        (await runner.Submit(runner.Event(run, 1, Begun()))).Status.ShouldBe(200);
        (await runner.Submit(Log(2), Log(3))).Status.ShouldBe(200);
    }

    public ValueTask DisposeAsync() => runner.DisposeAsync();

    [Fact]
    public async Task a_tail_that_the_database_lost_is_asked_for_again_and_leaves_no_hole()
    {
        await Execute("delete from jarvis.mt_events where stream_id = $1 and version = 3");
        await Execute("update jarvis.mt_streams set version = 2 where id = $1");

        var (status, body) = await runner.Submit(Log(4));
        status.ShouldBe(409);
        body["runs"]![run.ToString()]!["expected"]!.GetValue<long>().ShouldBe(3);
        (await runner.Submit(Log(3), Log(4))).Status.ShouldBe(200);

        (await Versions()).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task what_another_process_stored_meanwhile_is_neither_overwritten_nor_stored_beside()
    {
        await using (var session = server.Store.LightweightSession())
        {
            session.Events.Append(StreamIds.Execution(run), new ExecutionSuspended("elsewhere", At));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await Execute("""update jarvis.mt_events set headers = '{"hash": "another"}' where stream_id = $1 and version = 4""");

        (await runner.Submit(Log(4))).Status.ShouldBe(422);
        (await runner.Submit(Log(5))).Status.ShouldBe(200);

        (await Versions()).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task a_stream_that_was_archived_meanwhile_takes_nothing()
    {
        await Execute("update jarvis.mt_streams set is_archived = true where id = $1");

        (await runner.Submit(Log(4))).Status.ShouldBe(503);

        (await Versions()).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task a_batch_in_which_only_some_runs_are_as_remembered_is_stored_whole_or_not_at_all()
    {
        var other = Guid.CreateVersion7();
        (await runner.Submit(runner.Event(other, 1, Begun()))).Status.ShouldBe(200);
        await Execute("delete from jarvis.mt_events where stream_id = $1 and version = 3");
        await Execute("update jarvis.mt_streams set version = 2 where id = $1");

        (await runner.Submit(runner.Event(other, 2, Line()), Log(4))).Status.ShouldBe(409);

        (await Versions()).ShouldBe([1, 2]);
        (await runner.Submit(runner.Event(other, 2, Line()), Log(3))).Status.ShouldBe(200);
    }

    private JsonObject Log(int sequence) => runner.Event(run, sequence, Line());

    private static ExecutionLogged Line() => new([new LogLine(At, LogSeverity.Info, null)], Content.Of(Json.Of([Json.Of("line")])));

    private static ExecutionStarted Begun() => new(
        "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, null, new LocalDefinition("ab", Content.Of(Json.Of("text"))), null);

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = StreamIds.Execution(run) } } };
        (await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    private async Task<IReadOnlyList<long>> Versions()
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select array_agg(version order by version) from jarvis.mt_events where stream_id = $1", connection)
        {
            Parameters = { new() { Value = StreamIds.Execution(run) } },
        };
        return (long[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
