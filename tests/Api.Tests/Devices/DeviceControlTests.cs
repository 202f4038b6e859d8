using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>Everything on a device at once, and which of the waiting runs goes first.</summary>
public sealed class DeviceControlTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task pausing_a_device_asks_each_of_its_runs_and_tells_what_became_of_each()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var running = await it.Begin();
        var pausing = await it.Begin();
        var (offered, _) = await it.Request();
        await it.Runner.ReceiveCommand();
        await server.Do(new PauseRun(pausing), it.Person.Id);
        await it.Runner.ReceiveCommand();
        await Eventually.Be(() => State(offered), run => run!.DeviceId is not null);

        var commandId = Guid.CreateVersion7();
        var answer = await server.Do(new PauseDevice(it.Runner.Device), it.Person.Id, commandId, "lunch");

        var results = Results(answer);
        results.Single(r => r.RunId == running).Outcome.ShouldBe(DeviceRunOutcome.Accepted);
        results.Single(r => r.RunId == pausing).Code.ShouldBe("run.control_pending");
        results.Single(r => r.RunId == offered).Outcome.ShouldBe(DeviceRunOutcome.Waits);
        (await it.Runner.ReceiveCommand())["body"]!["controlId"]!.ToString().ShouldBe(results.Single(r => r.RunId == running).ControlId.ToString());
        Results(await server.Do(new PauseDevice(it.Runner.Device), it.Person.Id, commandId, "lunch")).ShouldBe(results);

        // What it had not begun is not granted any more, and waits.
        var gone = await it.Runner.Claim(offered);
        gone["type"]!.ToString().ShouldBe("gone");
        (await Eventually.Be(() => State(offered), run => run!.Waiting is not null))!.Waiting!.Reason.ShouldBe(RunWaitReason.DevicePaused);
    }

    [Fact]
    public async Task nothing_new_starts_on_a_paused_device_until_it_is_resumed()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new PauseDevice(it.Runner.Device), it.Person.Id);
        var (run, position) = await it.Request();
        var waiting = (await Eventually.Be(() => State(run), seen => seen!.Waiting is not null))!.Waiting!;
        (waiting.Reason, waiting.DeviceId).ShouldBe((RunWaitReason.DevicePaused, it.Runner.Device));

        var device = (await it.Person.Client.Ask(
            "query($id: UUID!, $at: Position) { device(id: $id, atLeast: $at) { pausedAt pausedBy { id } atOnce } }",
            new { id = it.Runner.Device, at = position.ToString(System.Globalization.CultureInfo.InvariantCulture) })).At("device");
        device.At("pausedBy").Text("id").ShouldBe(it.Person.Id.ToString());
        device.At("atOnce").GetInt32().ShouldBe(RunLimits.AtOncePerDevice);

        (await server.Do(new ResumeDevice(it.Runner.Device), it.Person.Id)).IsRefused.ShouldBeFalse();
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(run.ToString());
    }

    [Fact]
    public async Task a_device_at_its_limit_is_given_the_most_urgent_run_first()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var first = await it.Begin();
        var low = await Request(it, RunPriority.Low);
        var normal = await Request(it, RunPriority.Normal);
        var high = await Request(it, RunPriority.High);
        var waiting = (await Eventually.Be(() => State(high), run => run!.Waiting is not null))!.Waiting!;
        (waiting.Reason, waiting.Limit).ShouldBe((RunWaitReason.DeviceBusy, 1));

        var order = new List<string>();
        var ended = first;
        for (var i = 0; i < 3; i++)
        {
            await it.Complete(ended, 2);
            ended = await it.BeginNext();
            order.Add(ended.ToString());
        }

        order.ShouldBe([$"{high}", $"{normal}", $"{low}"]);
    }

    [Fact]
    public async Task a_workflow_at_its_limit_waits_for_it_and_holds_up_no_other()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var workflow = (await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting), it.Person.Id)).Stream!.Value;
        var other = (await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting.Replace("name: greeting", "name: other", StringComparison.Ordinal)), it.Person.Id)).Stream!.Value;
        await server.Do(new LimitWorkflow(workflow, 1), it.Person.Id);
        (await server.Do(new LimitWorkflow(workflow, 0), it.Person.Id)).Refusal!.Code.ShouldBe("input.invalid");
        var first = await it.Begin();
        var (second, _) = await it.Request();
        var waiting = (await Eventually.Be(() => State(second), run => run!.Waiting is not null))!.Waiting!;
        (waiting.Reason, waiting.Limit).ShouldBe((RunWaitReason.WorkflowBusy, 1));

        var free = (await server.Do(new RequestRun(other, null, null, null, null, RunTrigger.Manual), it.Person.Id)).Stream!.Value;
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(free.ToString());
        await it.Complete(first, 2);
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(second.ToString());
    }

    [Fact]
    public async Task a_stranger_finds_no_device_to_pause()
    {
        var device = await server.PairedDevice(Guid.CreateVersion7());
        (await server.Do(new PauseDevice(device), Guid.CreateVersion7())).Refusal!.Code.ShouldBe("device.not_found");
        (await server.Do(new LimitDevice(device, 2), Guid.CreateVersion7())).Refusal!.Code.ShouldBe("device.not_found");
    }

    private async Task<Guid> Request(RunsOfAPerson it, RunPriority priority)
    {
        var run = (await server.Do(new RequestRun(null, "greeting", null, null, null, RunTrigger.Manual, priority), it.Person.Id)).Stream!.Value;
        await Eventually.Be(() => State(run), seen => seen!.Waiting is not null);
        return run;
    }

    private static List<DeviceRunResult> Results(Answer answer) => [.. ((JsonArray)answer.Details!).Items.Select(DeviceRunResult.From)];

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }
}
