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
    public async Task a_run_is_not_hidden_by_those_before_it_that_wait_for_another_device()
    {
        await using var it = await RunsOfAPerson.Make(server, connected: false);
        await using var home = new RunnerUnderTest(server, it.Person.Id, await server.PairedDevice(it.Person.Id, "home"));
        for (var i = 0; i <= RunLimits.MaxWaitingLookedAtPerWorkflow; i++)
        {
            await server.Do(new RequestRun(null, "greeting", null, null, it.Runner.Device, RunTrigger.Manual), it.Person.Id);
        }

        var behind = (await it.Request()).Run;
        (await Eventually.Be(() => State(behind), run => run!.Waiting is not null))!.Waiting!.Reason.ShouldBe(RunWaitReason.DeviceOffline);

        await home.Connect();

        (await home.ReceiveCommand())["runId"]!.ToString().ShouldBe(behind.ToString());
    }

    [Fact]
    public async Task all_places_of_a_device_that_came_are_given_however_many_runs_are_of_one_workflow()
    {
        const int Places = RunLimits.MaxWaitingLookedAtPerWorkflow + 3;
        await using var it = await RunsOfAPerson.Make(server, connected: false);
        await server.Do(new LimitDevice(it.Runner.Device, Places), it.Person.Id);
        var asked = new List<Guid>();
        for (var i = 0; i <= Places; i++)
        {
            asked.Add((await it.Request()).Run);
        }

        await Eventually.Be(() => State(asked[^1]), run => run!.Waiting is not null);
        await it.Runner.Connect();

        for (var i = 0; i < Places; i++)
        {
            (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(asked[i].ToString());
        }

        await Eventually.Be(() => State(asked[^1]), run => run!.Waiting?.Reason == RunWaitReason.DeviceBusy);
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

        // One that was asked for has a conversation, which is told; by then whatever the others had sent would have been handled as well.
        var twin = await it.Begin();
        (await Conversations(twin)).ShouldBe(1);
        await it.Complete(twin, 2);
        await Eventually.Be(() => Conversations(twin), count => count == 0);
        (await Messages(twin)).ShouldBeGreaterThan(0, "that it ended");
        foreach (var run in wholes)
        {
            (await Conversations(run)).ShouldBe(0);
            (await Messages(run)).ShouldBe(0);
        }

        // None of them has a place: the only one that this device has is free.
        var asked = (await it.Request()).Run;
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(asked.ToString());
    }

    [Fact]
    public async Task a_run_that_began_on_its_pc_is_paused_goes_on_and_ends_in_the_commits_that_tell_of_it()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var run = await BeginLocal(it);
        (await Conversations(run)).ShouldBe(1, "it has the device's only place");

        (await it.Runner.Submit(it.Runner.Event(run, 2, new ExecutionSuspended("a person", RunsOfAPerson.At)))).Status.ShouldBe(200);
        (await State(run))!.Status.ShouldBe(RunStatus.Paused);
        (await it.Runner.Submit(it.Runner.Event(run, 3, new ExecutionResumed("a person", RunsOfAPerson.At)))).Status.ShouldBe(200);
        (await State(run))!.Status.ShouldBe(RunStatus.Running);
        (await it.Runner.Submit(it.Runner.Event(run, 4, Completed))).Status.ShouldBe(200);

        var ended = (await State(run))!;
        (ended.Status, ended.Reported, ended.HasEnded).ShouldBe((RunStatus.Completed, 4, true));
        (await Conversations(run)).ShouldBe(0);
        (await Messages(run)).ShouldBe(0);
        (await server.Scalar<long>(
            $"select count(distinct xmin::text) from jarvis.mt_events where (stream_id, version) in (('{run}', 6), ('{StreamIds.Execution(run)}', 4))")).ShouldBe(1, "one transaction");
        (await server.Scalar<long>($"select version from jarvis.mt_streams where id = '{run}'")).ShouldBe(6);
        var asked = (await it.Request()).Run;
        (await it.Runner.ReceiveCommand())["runId"]!.ToString().ShouldBe(asked.ToString());
    }

    [Fact]
    public async Task what_was_asked_of_a_run_meanwhile_is_answered_by_its_end()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var run = await BeginLocal(it);
        await server.Do(new PauseRun(run), it.Person.Id);

        await it.Complete(run, 2);

        var ended = (await Eventually.Be(() => State(run), seen => seen!.HasEnded))!;
        (ended.Status, ended.Controls.Single().Phase).ShouldBe((RunStatus.Completed, ControlPhase.Refused));
        await Eventually.Be(() => Conversations(run), count => count == 0);
    }

    [Fact]
    public async Task what_its_pc_answers_to_a_control_reaches_a_run_that_was_remembered_without_it()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var run = await BeginLocal(it);
        var control = (await server.Do(new PauseRun(run), it.Person.Id)).Subject!.Value;

        (await it.Runner.Submit(it.Runner.Event(run, 2, new ExecutionControlAcknowledged(control, ControlKind.Pause, RunsOfAPerson.At)))).Status.ShouldBe(200);
        await Eventually.Be(() => State(run), seen => seen!.Controls.Single().Phase == ControlPhase.Acknowledged);
        (await it.Runner.Submit(it.Runner.Event(run, 3, new ExecutionControlTookEffect(control, ControlKind.Pause, RunsOfAPerson.At, "run.already_paused")))).Status.ShouldBe(200);

        (await Eventually.Be(() => State(run), seen => !seen!.Controls.Single().IsOpen))!.Controls.Single().Phase.ShouldBe(ControlPhase.Refused);
    }

    [Fact]
    public async Task an_end_that_comes_while_a_run_is_being_given_a_place_is_told_to_its_conversation()
    {
        await using var it = await RunsOfAPerson.Make(server);
        var run = await BeginLocal(it);
        await using (var other = new Npgsql.NpgsqlConnection(server.ConnectionString))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var turn = RunEnds.TakeTurn(it.Person.Id, other);
            await turn.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

            await it.Complete(run, 2);

            (await Eventually.Be(() => State(run), seen => seen!.HasEnded))!.Status.ShouldBe(RunStatus.Completed);
        }

        await Eventually.Be(() => Conversations(run), count => count == 0);
        (await Messages(run)).ShouldBe(1);
        (await server.Scalar<bool>("select last_value = (select max(seq_id) from jarvis.mt_events) from jarvis.mt_events_sequence")).ShouldBeTrue("no position is drawn in vain");
    }

    [Fact]
    public async Task no_place_is_looked_for_while_an_end_is_being_stored()
    {
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        var first = await BeginLocal(it);
        Guid second;
        await using (var other = new Npgsql.NpgsqlConnection(server.ConnectionString))
        {
            // As the commit of an end that has looked whether anybody waits, and has not reached the disk.
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var turn = RunEnds.TakeTurn(it.Person.Id, other);
            await turn.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            second = (await it.Request()).Run;
            await Eventually.Be(
                () => server.Scalar<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted"), waiting => waiting > 0);
            (await State(second))!.Waiting.ShouldBeNull();

            await using var end = new Npgsql.NpgsqlCommand($"delete from jarvis.mt_doc_rundispatch where id = '{first}'", other, transaction);
            await end.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        (await Eventually.Be(() => State(second), run => run!.DeviceId is not null))!.Waiting.ShouldBeNull();
    }

    [Fact]
    public async Task runs_asked_for_while_others_end_on_the_same_device_are_all_given_their_place()
    {
        const int Runs = 20;
        await using var it = await RunsOfAPerson.Make(server);
        await server.Do(new LimitDevice(it.Runner.Device, 1), it.Person.Id);
        for (var i = 0; i < Runs; i++)
        {
            var local = await BeginLocal(it);
            var asked = it.Request();
            // Now before the other is looked at, now behind, now in its midst.
            await Task.Delay(TimeSpan.FromMilliseconds(i % 10 * 2), TestContext.Current.CancellationToken);
            await it.Complete(local, 2);

            var run = (await asked).Run;
            await Eventually.Be(() => State(run), seen => seen!.DeviceId is not null);
            await server.Do(new CancelRun(run), it.Person.Id);
            await Eventually.Be(() => Conversations(run), count => count == 0);
        }
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
