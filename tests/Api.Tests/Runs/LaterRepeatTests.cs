using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>
/// Thirty days later, after every clean-up and a restart: what was sent before has the effect and the answer it had. What decides is in the
/// events and the kept answers; the bus's own memory of minutes is emptied here altogether.
/// </summary>
[Trait("NoSecondGo", "races")]
public sealed class LaterRepeatTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    /// <summary>All events but those by which a device comes and goes.</summary>
    private const string OfPeople = "select count(*) from jarvis.mt_events where type not like 'ai.jarvis.device.%'";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task a_batch_and_a_command_sent_again_after_thirty_days_have_one_effect_and_other_content_is_refused()
    {
        var owner = Guid.CreateVersion7();
        var run = Guid.CreateVersion7();
        var commandId = Guid.CreateVersion7();
        var device = await server.PairedDevice(owner);
        await using var runner = new RunnerUnderTest(server, owner, device);
        await runner.Connect();
        var batch = new[] { runner.Event(run, 1, Begun()), runner.Event(run, 2, Line("a")), runner.Event(run, 3, Line("b")) };
        var first = await runner.Submit(batch);
        first.Status.ShouldBe(200);
        var published = await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting), owner, commandId);
        var events = await server.Scalar<long>(OfPeople);

        await ThirtyDaysLater();

        // The session of a device outlives a month; its access token does not.
        await using var later = new RunnerUnderTest(server, owner, device);
        var again = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => later.Submit(batch)));
        again.Select(answer => $"{answer.Status} {answer.Body.ToJsonString()}").Distinct().ShouldHaveSingleItem().ShouldBe($"200 {first.Body.ToJsonString()}");
        (await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting), owner, commandId)).ShouldBe(published);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{StreamIds.Execution(run)}'")).ShouldBe(3);

        var (status, body) = await later.Submit(later.Event(run, 2, Line("changed"), epoch: 1));
        status.ShouldBe(422);
        body["runs"]![run.ToString()]!["code"]!.ToString().ShouldBe("run.content_differs");
        (await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting + "\n# changed"), owner, commandId)).Refusal!.Code.ShouldBe("command.id_reused");
        (await server.Scalar<long>(OfPeople)).ShouldBe(events, "a repeat had a second effect");
    }

    private async Task ThirtyDaysLater()
    {
        await server.Stop();
        server.Clock.Move(TimeSpan.FromDays(30));
        await using (var connection = new NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync();
            await using var forget = new NpgsqlCommand(
                "delete from jarvis_messages.wolverine_incoming_envelopes; delete from jarvis_messages.wolverine_outgoing_envelopes", connection);
            await forget.ExecuteNonQueryAsync();
        }

        await server.Restart();
        await server.Services.GetRequiredService<Sessions>().Forget(CancellationToken.None);
    }

    private static ExecutionLogged Line(string text) => new([new LogLine(At, LogSeverity.Info, null)], Content.Of(Json.Of([Json.Of(text)])));

    private static ExecutionStarted Begun() => new(
        "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, null, new LocalDefinition("ab", Content.Of(Json.Of("text"))), null);
}
