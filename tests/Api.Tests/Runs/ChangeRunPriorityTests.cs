using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>The priority of a waiting run is changed: it stands elsewhere in the queue, in dispatch as in what lists show.</summary>
public sealed class ChangeRunPriorityTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_waiting_run_is_given_places_by_the_priority_it_has_now()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var first = await it.Begin();
        var (early, _) = await Waits(it);
        var (middle, _) = await Waits(it);
        var (late, _) = await Waits(it);

        await Change(it, late, "HIGH");
        var position = await Change(it, early, "LOW");

        var runs = await it.Person.Client.Ask(
            "query($early: UUID!, $middle: UUID!, $late: UUID!, $at: Position!) { early: run(id: $early, atLeast: $at) { ...of } middle: run(id: $middle) { ...of } late: run(id: $late) { ...of } } fragment of on Run { priority queue { place } }",
            new { early, middle, late, at = position });
        (runs.At("late").Text("priority"), runs.At("early").Text("priority")).ShouldBe(("HIGH", "LOW"));
        ((string[])["late", "middle", "early"]).Select(name => runs.At(name, "queue", "place").GetInt32()).ShouldBe([1, 2, 3]);

        var order = new List<Guid>();
        for (var ended = first; order.Count < 3; order.Add(ended))
        {
            await it.Complete(ended, 2);
            ended = await it.BeginNext();
        }

        order.ShouldBe([late, middle, early]);
    }

    [Fact]
    public async Task changing_it_twice_is_one_event_and_a_command_that_is_repeated_gets_its_answer_again()
    {
        await using var it = await RunsOfAPerson.Make(server, connected: false);
        var (run, _) = await Waits(it);
        var command = Guid.CreateVersion7();
        var answer = await server.Do(new ChangeRunPriority(run, RunPriority.High), it.Person.Id, command, "the report is due");
        (await server.Do(new ChangeRunPriority(run, RunPriority.High), it.Person.Id, command, "the report is due")).Position.ShouldBe(answer.Position);
        (await server.Do(new ChangeRunPriority(run, RunPriority.High), it.Person.Id)).IsRefused.ShouldBeFalse();
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{run}' and type = 'ai.jarvis.run.priority-changed.v1'")).ShouldBe(1);
        (await server.Do(new ChangeRunPriority(run, (RunPriority)7), it.Person.Id)).Refusal!.Code.ShouldBe("input.invalid");
    }

    [Fact]
    public async Task a_run_that_a_device_has_or_that_ended_and_a_stranger_s_are_refused()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var begun = await it.Begin();
        var (offered, _) = await it.Request();
        await it.Runner.ReceiveCommand();
        foreach (var run in (Guid[])[begun, offered])
        {
            (await server.Do(new ChangeRunPriority(run, RunPriority.High), it.Person.Id)).Refusal!.Code.ShouldBe("run.not_waiting");
        }

        await server.Do(new CancelRun(offered), it.Person.Id);
        (await server.Do(new ChangeRunPriority(offered, RunPriority.High), it.Person.Id)).Refusal!.Code.ShouldBe("run.ended");
        (await server.Do(new ChangeRunPriority(begun, RunPriority.High), Guid.CreateVersion7())).Refusal!.Code.ShouldBe("run.not_found");
        (await server.Do(new ChangeRunPriority(Guid.CreateVersion7(), RunPriority.High), it.Person.Id)).Refusal!.Code.ShouldBe("run.not_found");
    }

    [Fact]
    public async Task a_retry_has_the_priority_that_its_run_was_given()
    {
        await using var it = await RunsOfAPerson.Make(server, connected: false);
        var (run, _) = await Waits(it);
        await server.Do(new ChangeRunPriority(run, RunPriority.High), it.Person.Id);
        await server.Do(new CancelRun(run), it.Person.Id);
        var retry = (await server.Do(new RetryRun(run, RetryStart.Start), it.Person.Id)).Stream!.Value;
        (await State(retry))!.Priority.ShouldBe(RunPriority.High);
    }

    private async Task<(Guid Run, long Position)> Waits(RunsOfAPerson it)
    {
        var asked = await it.Request();
        await Eventually.Be(() => State(asked.Run), seen => seen!.Waiting is not null);
        return asked;
    }

    private static async Task<string> Change(RunsOfAPerson it, Guid runId, string priority)
    {
        var changed = (await it.Person.Client.Ask(
            "mutation($input: ChangeRunPriorityInput!) { changeRunPriority(input: $input) { position run { id } } }",
            new { input = new { commandId = Guid.CreateVersion7(), runId, priority } })).At("changeRunPriority");
        changed.At("run").Text("id").ShouldBe(runId.ToString());
        return changed.Text("position")!;
    }

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }
}
