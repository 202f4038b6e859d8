using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Domain.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>A newer server starts on what an older one left: its tables get the newest form with their rows in them, and the runs go on.</summary>
public sealed class OlderDatabaseTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    /// <summary>
    /// The conversations as the first version kept them: without the column that says who waits and its index, and without what later versions
    /// wrote into each (priority, workflow, needs).
    /// </summary>
    private const string FirstForm = """
        alter table jarvis.mt_doc_rundispatch drop column is_waiting cascade;
        update jarvis.mt_doc_rundispatch set data = data - array['priority', 'Priority', 'workflowId', 'WorkflowId', 'needs', 'Needs'];
        """;

    [Fact]
    public async Task conversations_of_an_older_version_are_kept_and_its_waiting_runs_are_given_their_devices()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var underWay = await it.Begin();
        var first = (await it.Request()).Run;
        var second = (await it.Request()).Run;
        foreach (var run in (Guid[])[first, second])
        {
            await Eventually.Be(() => State(run), seen => seen!.Waiting is not null);
        }

        await server.Stop();
        await Sql(FirstForm);
        (await Columns()).ShouldNotContain("is_waiting");
        await server.Restart();

        (await Columns()).ShouldContain("is_waiting");
        (await server.Scalar<Guid[]>("select array_agg(id order by id) from jarvis.mt_doc_rundispatch")).ShouldBe([.. ((Guid[])[underWay, first, second]).Order()]);
        (await server.Scalar<Guid[]>("select array_agg(id order by id) from jarvis.mt_doc_rundispatch where is_waiting")).ShouldBe([.. ((Guid[])[first, second]).Order()]);
        (await server.Scalar<long>("select count(*) from pg_indexes where tablename = 'mt_doc_rundispatch' and indexdef like '%is_waiting%'")).ShouldBeGreaterThan(0);

        await using var runner = new RunnerUnderTest(server, it.Person.Id, it.Runner.Device);
        await runner.Connect(lastCommand: 1, (underWay, 1));
        foreach (var (ended, next) in ((Guid, Guid)[])[(underWay, first), (first, second)])
        {
            await runner.Submit(runner.Event(ended, 2, new ExecutionCompleted("greeting", RunsOfAPerson.At.AddSeconds(5), null)));
            (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(next.ToString());
            await runner.Claim(next);
            await runner.Submit(runner.Event(next, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), RunsOfAPerson.At, null, null, null)));
        }

        (await server.Do(new CancelRun(second), it.Person.Id)).IsRefused.ShouldBeFalse();
    }

    private Task<string[]> Columns() => server.Scalar<string[]>(
        "select array_agg(column_name::text) from information_schema.columns where table_schema = 'jarvis' and table_name = 'mt_doc_rundispatch'");

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }

    private async Task Sql(string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
