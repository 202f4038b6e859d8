using System.Security.Cryptography;
using System.Text;
using Jarvis.Api.Tests.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Runs;

/// <summary>However a run ends, whoever waits for its place is given it; and a run that never had a place troubles nobody.</summary>
public sealed class FreedPlacesTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    public enum End { Completed, Faulted, Cancelled, CancelledBeforeItBegan, NotTakenInTime, LocalCompleted }

    [Theory]
    [InlineData(End.Completed)]
    [InlineData(End.Faulted)]
    [InlineData(End.Cancelled)]
    [InlineData(End.CancelledBeforeItBegan)]
    [InlineData(End.NotTakenInTime)]
    [InlineData(End.LocalCompleted)]
    public async Task a_run_that_waits_for_a_place_on_its_device_is_given_it_when_the_one_there_ends(End end)
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var first = end switch
        {
            End.LocalCompleted => await BeginLocal(it),
            End.CancelledBeforeItBegan or End.NotTakenInTime => await Offered(it),
            _ => await it.Begin(),
        };
        if (end == End.NotTakenInTime)
        {
            // The second is asked for later, so that its own time has not come when the first one's has.
            await Move(it, TimeSpan.FromHours(1));
        }

        var second = (await it.Request()).Run;
        (await Eventually.Be(() => State(second), run => run!.Waiting is not null))!.Waiting!.Reason.ShouldBe(RunWaitReason.DeviceBusy);

        await Finish(it, first, end);

        (await Eventually.Be(() => State(first), run => run!.HasEnded))!.Status.ShouldBe(end switch
        {
            End.Completed or End.LocalCompleted => RunStatus.Completed,
            End.Faulted or End.NotTakenInTime => RunStatus.Failed,
            _ => RunStatus.Cancelled,
        });
        (await Eventually.Be(() => State(second), run => run!.DeviceId is not null))!.DeviceId.ShouldBe(it.Runner.Device);
    }

    [Fact]
    public async Task a_run_that_waits_for_its_workflow_s_limit_is_started_elsewhere_when_the_device_of_the_one_under_way_is_revoked()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var workflow = (await server.Do(new PublishWorkflow(RunsOfAPerson.Greeting), it.Person.Id)).Stream!.Value;
        await server.Do(new LimitWorkflow(workflow, 1), it.Person.Id);
        var first = await it.Begin();
        await using var home = new RunnerUnderTest(server, it.Person.Id, await server.PairedDevice(it.Person.Id, "home"));
        await home.Connect();
        var second = (await it.Request()).Run;
        (await Eventually.Be(() => State(second), run => run!.Waiting is not null))!.Waiting!.Reason.ShouldBe(RunWaitReason.WorkflowBusy);

        await server.Do(new RevokeDevice(it.Runner.Device), it.Person.Id);

        (await home.ReceiveCommand())["runId"]!.ToString().ShouldBe(second.ToString());
        (await State(first))!.Error!.Type.ShouldBe(Run.DeviceRevokedError);
    }

    [Fact]
    public async Task a_run_that_began_and_ended_on_its_pc_before_the_server_heard_of_it_has_no_conversation()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var wholes = new List<Guid>();
        foreach (var end in (Func<Guid, IExecutionEvent>[])[_ => Completed, _ => Faulted, _ => Cancelled])
        {
            var run = Guid.CreateVersion7();
            wholes.Add(run);
            (await it.Runner.Submit(it.Runner.Event(run, 1, Local), it.Runner.Event(run, 2, end(run)))).Status.ShouldBe(200);
            (await State(run))!.HasEnded.ShouldBeTrue("what its first batch tells is noted in the same commit");
            (await Conversations(run)).ShouldBe(0);
        }

        // Its twin, told in two batches, has one until it ends; by then whatever the others had sent would have been handled as well.
        var twin = await BeginLocal(it);
        (await Conversations(twin)).ShouldBe(1);
        await it.Complete(twin, 2);
        await Eventually.Be(() => Conversations(twin), count => count == 0);
        (await Messages(twin)).ShouldBe(1, "that it ended");
        foreach (var run in wholes)
        {
            (await Conversations(run)).ShouldBe(0);
            (await Messages(run)).ShouldBe(0);
        }

        // None of them has a place: the only one that this device has is free.
        var asked = (await it.Request()).Run;
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(asked.ToString());
    }

    private static ExecutionStarted Local => new(
        "greeting", new DefinitionReference("tests", "greeting", "1.0.0"), RunsOfAPerson.At, null,
        new LocalDefinition(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RunsOfAPerson.Greeting))), Content.Of(Json.Of(RunsOfAPerson.Greeting))), null);

    private static ExecutionCompleted Completed => new("greeting", RunsOfAPerson.At.AddSeconds(5), null);

    private static ExecutionCancelled Cancelled => new("greeting", RunsOfAPerson.At.AddSeconds(5));

    private static ExecutionFaulted Faulted => new(
        "greeting", RunsOfAPerson.At.AddSeconds(5), new FaultError("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/0/greet", null));

    private async Task Finish(RunsOfAPerson it, Guid run, End end)
    {
        switch (end)
        {
            case End.Faulted:
                await it.Runner.Submit(it.Runner.Event(run, 2, Faulted));
                break;
            case End.Cancelled:
                var control = (await server.Do(new CancelRun(run), it.Person.Id)).Subject!.Value;
                await it.Runner.Submit(it.Runner.Event(run, 2, new ExecutionControlAcknowledged(control, ControlKind.Cancel, RunsOfAPerson.At)), it.Runner.Event(run, 3, Cancelled));
                break;
            case End.CancelledBeforeItBegan:
                await server.Do(new CancelRun(run), it.Person.Id);
                break;
            case End.NotTakenInTime:
                await Move(it, RunLimits.DispatchTime - TimeSpan.FromMinutes(30));
                await server.Send(new DispatchDeadlineCame(it.Person.Id, run));
                break;
            default:
                await it.Complete(run, 2);
                break;
        }
    }

    private static async Task<Guid> BeginLocal(RunsOfAPerson it)
    {
        var run = Guid.CreateVersion7();
        (await it.Runner.Submit(it.Runner.Event(run, 1, Local))).Status.ShouldBe(200);
        return run;
    }

    /// <summary>Sent to its device, which has not asked for it.</summary>
    private async Task<Guid> Offered(RunsOfAPerson it)
    {
        var run = (await it.Request()).Run;
        await Eventually.Be(() => State(run), seen => seen!.DeviceId is not null);
        return run;
    }

    /// <summary>Time goes by, and the device is still there.</summary>
    private async Task Move(RunsOfAPerson it, TimeSpan by)
    {
        server.Clock.Move(by);
        await it.Runner.Send(new { type = "heartbeat", os = "Debian 12", version = "0.1.0", running = Array.Empty<Guid>(), clock = DateTimeOffset.UtcNow });
        while ((await it.Runner.Receive())!["type"]!.ToString() != "heartbeat")
        {
        }
    }

    private Task<long> Conversations(Guid run) => server.Scalar<long>($"select count(*) from jarvis.mt_doc_rundispatch where id = '{run}'");

    private Task<long> Messages(Guid run) => server.Scalar<long>(
        $"select count(*) from jarvis_messages.wolverine_incoming_envelopes where position('{run}' in encode(body, 'escape')) > 0");

    private async Task<Run?> State(Guid run)
    {
        await using var session = server.Store.QuerySession();
        return await session.Events.AggregateStreamAsync<Run>(run);
    }
}
