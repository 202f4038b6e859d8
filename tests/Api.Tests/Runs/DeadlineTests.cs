using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>What nobody answers in time ends visibly.</summary>
public sealed class DeadlineTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Waiting = """
        document: { dsl: '1.0.0', namespace: tests, name: waiting, version: '1.0.0' }
        do:
          - rest: { wait: { hours: 1 } }
        """;

    private readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task a_control_that_no_pc_answers_expires_and_says_whether_the_pc_was_there()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var run = await Requested();
        await runner.ReceiveCommand();
        await runner.Claim(run);
        await runner.Submit(runner.Event(run, 1, new ExecutionStarted("waiting", new DefinitionReference("tests", "waiting", "1.0.0"), DateTimeOffset.UtcNow, null, null, null)));
        await Eventually.Be(() => State(run), state => state!.Status == RunStatus.Running);
        var control = (await server.Do(new PauseRun(run), owner)).Subject!.Value;

        await server.Send(new ControlDeadlineCame(owner, run, control));
        (await State(run))!.Controls[0].Phase.ShouldBe(ControlPhase.Requested, "its time has not come");
        server.Clock.Move(RunLimits.ControlTime + TimeSpan.FromSeconds(1));
        await server.Send(new ControlDeadlineCame(owner, run, control));

        (await State(run))!.Controls[0].Phase.ShouldBe(ControlPhase.Expired);
        (await server.Scalar<bool>($"select (data ->> 'deviceWasOnline')::boolean from jarvis.mt_events where stream_id = '{run}' and type = 'ai.jarvis.run.control-expired.v1'")).ShouldBeTrue();
        await server.Send(new ControlDeadlineCame(owner, run, control));
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{run}' and type = 'ai.jarvis.run.control-expired.v1'")).ShouldBe(1);
    }

    [Fact]
    public async Task a_run_that_no_device_takes_has_failed_after_its_time()
    {
        var run = await Requested();
        await Eventually.Be(() => State(run), state => state?.Waiting is not null);

        server.Clock.Move(RunLimits.DispatchTime);
        await server.Send(new DispatchDeadlineCame(owner, run));

        var failed = await State(run);
        failed!.Status.ShouldBe(RunStatus.Failed);
        failed.Error!.Type.ShouldBe(Run.NotDispatchedError);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_doc_rundispatch where id = '{run}'")).ShouldBe(0, "the conversation is over");
        await server.Send(new DispatchDeadlineCame(owner, run));
    }

    [Fact]
    public async Task more_runs_than_a_device_takes_wait_and_go_in_their_order()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        var runs = new List<Guid>();
        for (var i = 0; i < RunLimits.AtOncePerDevice + 3; i++)
        {
            runs.Add(await Requested());
        }

        for (var i = 0; i < RunLimits.AtOncePerDevice; i++)
        {
            (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(runs[i].ToString());
        }

        var last = await Eventually.Be(() => State(runs[^1]), state => state?.Waiting is not null);
        last!.Waiting!.Reason.ShouldBe(RunWaitReason.DeviceBusy);
        await server.Do(new CancelRun(runs[0]), owner);
        await server.Do(new CancelRun(runs[1]), owner);
        (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(runs[RunLimits.AtOncePerDevice].ToString());
        (await runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(runs[RunLimits.AtOncePerDevice + 1].ToString());
    }

    private async Task<Guid> Requested()
    {
        var workflow = (await server.Do(new PublishWorkflow(Waiting), owner)).Stream;
        return (await server.Do(new RequestRun(workflow, null, null, null, null, RunTrigger.Api), owner)).Stream!.Value;
    }

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }
}
