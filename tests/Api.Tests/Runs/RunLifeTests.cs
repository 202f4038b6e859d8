using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;
using JsonObject = System.Text.Json.Nodes.JsonObject;

namespace Jarvis.Api.Tests.Runs;

/// <summary>A run from its request to its end, over the real protocol.</summary>
public sealed class RunLifeTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Greeting = """
        document: { dsl: '1.0.0', namespace: tests, name: greeting, version: '1.0.0' }
        do:
          - greet: { set: { said: hello } }
        """;

    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task a_requested_run_reaches_its_device_and_its_end()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var run = await Requested(Json.Of(("name", Json.Of("Ana"))));

        var start = await runner.ReceiveCommand();
        start["command"]!.ToString().ShouldBe("start");
        start["number"]!.GetValue<long>().ShouldBe(1);
        start["body"]!["input"]!.ToJsonString().ShouldBe("""{"name":"Ana"}""");
        start["body"]!["definition"]!.ToString().ShouldBe(Greeting);
        (await runner.Claim(run))["type"]!.ToString().ShouldBe("granted");
        (await runner.Claim(run))["type"]!.ToString().ShouldBe("granted");

        var (status, body) = await runner.Submit(Started(runner, run), runner.Event(run, 2, new ExecutionCompleted("greeting", At, Content.Of(Json.Of("done")))));
        status.ShouldBe(200);
        body["cursors"]![run.ToString()]!.GetValue<long>().ShouldBe(2);
        var ended = await Eventually.Be(() => State(run), state => state!.HasEnded);
        ended!.Status.ShouldBe(RunStatus.Completed);
    }

    [Fact]
    public async Task a_pc_that_lost_its_journal_does_nothing_twice_and_what_it_had_begun_has_failed_as_interrupted()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var ended = await Running(runner);
        await runner.Submit(runner.Event(ended, 2, new ExecutionCompleted("greeting", At, null)));
        await Eventually.Be(() => State(ended), state => state!.HasEnded);
        var begun = await Begun(runner);

        await runner.Connect(lastCommand: 0);

        foreach (var run in new[] { ended, begun })
        {
            (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(run.ToString());
        }

        (await runner.Claim(ended))["type"]!.ToString().ShouldBe("gone");
        (await runner.Claim(begun))["type"]!.ToString().ShouldBe("gone");
        (await Eventually.Be(() => State(begun), state => state!.HasEnded))!.Error!.Type.ShouldBe("https://jarvis.ai/errors/interrupted");
        (await State(ended))!.Status.ShouldBe(RunStatus.Completed);
    }

    [Fact]
    public async Task a_runner_whose_last_command_is_another_than_the_servers_is_told_to_count_anew_and_sent_all()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var run = await Requested();
        var id = (Guid)(await runner.ReceiveCommand())["id"]!;

        runner.LastCommandId = id;
        (await runner.Connect(lastCommand: 1))["countsAnew"].ShouldBeNull();

        runner.LastCommandId = Guid.CreateVersion7();
        ((bool)(await runner.Connect(lastCommand: 1))["countsAnew"]!).ShouldBeTrue();
        (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(run.ToString());

        runner.LastCommandId = null;
        (await runner.Connect(lastCommand: 1))["countsAnew"].ShouldBeNull();
        ((bool)(await runner.Connect(lastCommand: 2))["countsAnew"]!).ShouldBeTrue();
    }

    [Fact]
    public async Task a_run_without_a_device_waits_and_says_why_until_one_comes()
    {
        var run = await Requested();
        (await Eventually.Be(() => State(run), state => state?.Waiting is not null))!.Waiting!.Reason.ShouldBe(RunWaitReason.NoDevice);
        var device = await server.PairedDevice(owner);

        await using var runner = new RunnerUnderTest(server, owner, device);
        await runner.Connect();

        (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(run.ToString());
    }

    [Fact]
    public async Task a_pending_run_that_was_cancelled_never_starts()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var run = await Requested();
        await runner.ReceiveCommand();

        (await server.Do(new CancelRun(run), owner)).IsRefused.ShouldBeFalse();

        (await State(run))!.Status.ShouldBe(RunStatus.Cancelled);
        var gone = await runner.Claim(run);
        gone["type"]!.ToString().ShouldBe("gone");
        gone["reason"]!.ToString().ShouldBe("run.gone");
    }

    [Fact]
    public async Task a_control_is_requested_acknowledged_and_takes_effect()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var run = await Running(runner);

        var answer = await server.Do(new PauseRun(run), owner, reason: "lunch");
        var control = answer.Subject!.Value;
        var pause = await runner.ReceiveCommand();
        pause["command"]!.ToString().ShouldBe("pause");
        pause["body"]!["controlId"]!.ToString().ShouldBe(control.ToString());
        await runner.Submit(
            runner.Event(run, 2, new ExecutionControlAcknowledged(control, ControlKind.Pause, At)),
            runner.Event(run, 3, new ExecutionSuspended("greeting", At)),
            runner.Event(run, 4, new ExecutionControlTookEffect(control, ControlKind.Pause, At, null)));

        var paused = await Eventually.Be(() => State(run), state => state!.Controls[0].Phase == ControlPhase.Effective);
        paused!.Status.ShouldBe(RunStatus.Paused);
        (await server.Do(new PauseRun(run), owner)).Refusal!.Code.ShouldBe("run.already_paused");
    }

    [Fact]
    public async Task a_retry_from_the_start_goes_to_the_device_that_was_named()
    {
        await using var first = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await using var second = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var run = await Failed(first);
        await second.Connect();

        var retry = (await server.Do(new RetryRun(run, RetryStart.Start, null, second.Device), owner)).Stream!.Value;

        var start = await second.ReceiveCommand();
        start["runId"]!.ToString().ShouldBe(retry.ToString());
        (await second.Claim(retry))["type"]!.ToString().ShouldBe("granted");
    }

    [Fact]
    public async Task a_retry_from_the_failed_task_on_another_device_is_refused_and_says_why()
    {
        await using var first = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var other = await server.PairedDevice(owner);
        var run = await Failed(first);

        var refusal = (await server.Do(new RetryRun(run, RetryStart.FailedTask, null, other), owner)).Refusal!;
        refusal.Code.ShouldBe("run.journal_elsewhere");
        refusal.Message.ShouldContain("from the start");
        (await server.Do(new RetryRun(run, RetryStart.FailedTask, null, first.Device), owner)).Refusal.ShouldBeNull();
        (await server.Do(new RetryRun(run, RetryStart.Start, null, Guid.CreateVersion7()), owner)).Refusal!.Code.ShouldBe("device.not_found");
        (await server.Do(new RetryRun(run, RetryStart.Start, null, await server.PairedDevice(Guid.CreateVersion7())), owner)).Refusal!.Code.ShouldBe("device.not_found");
    }

    [Fact]
    public async Task a_retry_from_the_failed_task_of_a_revoked_device_is_refused_instead_of_waiting_for_it()
    {
        await using var first = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var run = await Failed(first);
        await server.Do(new RevokeDevice(first.Device), owner);

        (await server.Do(new RetryRun(run, RetryStart.FailedTask, null), owner)).Refusal!.Code.ShouldBe("run.device_gone");
    }

    [Fact]
    public async Task a_retry_from_the_failed_task_goes_to_the_same_device_and_leaves_its_parent()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var run = await Running(runner);
        var error = new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/0/greet", Content.Of(Json.Of(("title", Json.Of("no")))));
        await runner.Submit(runner.Event(run, 2, new ExecutionFaulted("greeting", At, error)));
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Failed);

        var retry = (await server.Do(new RetryRun(run, RetryStart.FailedTask, Json.Of(("said", Json.Of("by hand")))), owner)).Stream!.Value;

        var start = await runner.ReceiveCommand();
        start["runId"]!.ToString().ShouldBe(retry.ToString());
        var continues = start["body"]!["continues"]!.AsObject();
        continues["runId"]!.ToString().ShouldBe(run.ToString());
        continues["from"]!.ToString().ShouldBe("/do/0/greet");
        continues["done"]!["output"]!.ToJsonString().ShouldBe("""{"said":"by hand"}""");
        (await State(retry))!.Requested.Continues!.ParentRunId.ShouldBe(run);
    }

    [Fact]
    public async Task a_run_that_began_on_its_pc_appears_with_both_streams()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var run = Guid.CreateVersion7();
        var local = new LocalDefinition("ab12", Content.Of(Json.Of(Greeting)));

        var (status, _) = await runner.Submit(
            runner.Event(run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, Content.Of(Json.Of("in")), local, null)),
            runner.Event(run, 2, new ExecutionCompleted("greeting", At, null)));

        status.ShouldBe(200);
        var state = await Eventually.Be(() => State(run), found => found?.HasEnded == true);
        state!.Requested.Trigger.ShouldBe(RunTrigger.Local);
        state.OwnerId.ShouldBe(owner);
    }

    [Fact]
    public async Task a_revoked_device_is_closed_and_its_begun_run_has_failed()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        var run = await Running(runner);

        await server.Do(new Application.Devices.RevokeDevice(runner.Device), owner);

        while (await runner.Receive() is not null)
        {
        }

        ((int)runner.Closed!).ShouldBe(4401);
        (await Eventually.Be(() => State(run), state => state!.HasEnded))!.Error!.Type.ShouldBe(Run.DeviceRevokedError);
        (await runner.Submit(runner.Event(run, 2, new ExecutionCompleted("greeting", At, null)))).Status.ShouldBeOneOf(401, 410);
    }

    [Fact]
    public async Task what_is_underway_survives_a_restart_of_the_server()
    {
        var device = await server.PairedDevice(owner);
        var run = await Requested();
        await server.Restart();

        await using var runner = new RunnerUnderTest(server, owner, device);
        await runner.Connect();

        (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(run.ToString());
    }

    private static JsonObject Started(RunnerUnderTest runner, Guid run) =>
        runner.Event(run, 1, new ExecutionStarted("greeting", new DefinitionReference("tests", "greeting", "1.0.0"), At, Content.Of(Json.Of(("name", Json.Of("Ana")))), null, null));

    private async Task<Guid> Running(RunnerUnderTest runner)
    {
        await runner.Connect();
        return await Begun(runner);
    }

    private async Task<Guid> Begun(RunnerUnderTest runner)
    {
        var run = await Requested();
        await runner.ReceiveCommand();
        (await runner.Claim(run))["type"]!.ToString().ShouldBe("granted");
        (await runner.Submit(Started(runner, run))).Status.ShouldBe(200);
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Running);
        return run;
    }

    private async Task<Guid> Requested(Json? input = null)
    {
        var published = await server.Do(new PublishWorkflow(Greeting), owner);
        published.Refusal.ShouldBeNull(published.Details?.ToString());
        var answer = await server.Do(new RequestRun(published.Stream, null, null, input, null, RunTrigger.Manual), owner);
        answer.Refusal.ShouldBeNull();
        answer.Position.ShouldBeGreaterThan(0);
        return answer.Stream!.Value;
    }

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }

    private async Task<Guid> Failed(RunnerUnderTest runner)
    {
        var run = await Running(runner);
        var error = new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/0/greet", Content.Of(Json.Of(("title", Json.Of("no")))));
        await runner.Submit(runner.Event(run, 2, new ExecutionFaulted("greeting", At, error)));
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Failed);
        return run;
    }
}
