using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Runs;

/// <summary>Given what happened, when something is asked or told, then these events or that refusal.</summary>
public sealed class RunTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Guid Device = Guid.Parse("0195527b-9d40-7000-8000-000000000002");
    private static readonly Guid Other = Guid.Parse("0195527b-9d40-7000-8000-000000000003");
    private static readonly Guid Control = Guid.Parse("0195527b-9d40-7000-8000-000000000004");
    private static readonly FaultError Fault = new("https://serverlessworkflow.io/spec/1.0.0/errors/runtime", 500, "/do/1/check", null);

    [Fact]
    public void a_run_waits_and_says_why_once()
    {
        var run = Given(Requested());
        var waiting = run.Wait(RunWaitReason.DeviceOffline, Device, Now).Events;
        waiting.ShouldBe([new RunWaiting(RunWaitReason.DeviceOffline, Device, Now)]);
        Given([Requested(), .. waiting]).Wait(RunWaitReason.DeviceOffline, Device, Now.AddMinutes(1)).Events.ShouldBeEmpty();
        Given([Requested(), .. waiting]).Wait(RunWaitReason.DeviceBusy, Device, Now).Events.Count.ShouldBe(1);
    }

    [Fact]
    public void it_is_dispatched_once()
    {
        Given(Requested()).Dispatch(Device, 1, Now).Events.ShouldBe([new RunDispatched(Device, 1, Now)]);
        Given(Requested(), new RunDispatched(Device, 1, Now)).Dispatch(Other, 1, Now).Events.ShouldBeEmpty();
    }

    [Fact]
    public void its_device_is_granted_it_and_asking_again_changes_nothing()
    {
        var run = Given(Requested(), new RunDispatched(Device, 1, Now));
        run.Claim(Device, 3, Now).Events.ShouldBe([new RunGranted(Device, 3, Now)]);
        var granted = Given(Requested(), new RunDispatched(Device, 1, Now), new RunGranted(Device, 3, Now));
        granted.Claim(Device, 4, Now).ShouldSatisfyAllConditions(d => d.IsRefused.ShouldBeFalse(), d => d.Events.ShouldBeEmpty());
    }

    [Fact]
    public void what_its_device_has_begun_or_ended_is_not_granted_again()
    {
        Given(Running()).Claim(Device, 4, Now).Refusal.ShouldBe(RunRefusals.Gone);
        Given([.. Running(), new RunPaused(Now, 2)]).Claim(Device, 4, Now).Refusal.ShouldBe(RunRefusals.Gone);
        Given([.. Running(), new RunCompleted(Now, 2)]).Claim(Device, 4, Now).Refusal.ShouldBe(RunRefusals.Gone);
        Given([.. Running(), new RunFailed(Now, 2, Fault)]).Claim(Device, 4, Now).Refusal.ShouldBe(RunRefusals.Gone);
    }

    [Fact]
    public void what_its_pc_forgot_has_failed_as_interrupted_and_refuses_what_is_asked()
    {
        var events = Given([.. Running(), Asked(ControlKind.Pause)]).Forget(Device, Now).Events;
        events.ShouldBe([
            new RunControlRefused(Control, RunRefusals.Ended.Code, Now, null),
            new RunFailed(Now, null, new FaultError("https://jarvis.ai/errors/interrupted", 500, null, null))]);

        Given([.. Running(), new RunCompleted(Now, 2)]).Forget(Device, Now).Events.ShouldBeEmpty();
        Given(Running()).Forget(Other, Now).Events.ShouldBeEmpty();
        Given(Requested(), new RunDispatched(Device, 1, Now)).Forget(Device, Now).Events.ShouldBeEmpty();
    }

    [Fact]
    public void another_device_is_not_granted_it()
    {
        Given(Requested(), new RunDispatched(Device, 1, Now)).Claim(Other, 1, Now).Refusal.ShouldBe(RunRefusals.Gone);
        Given(Running()).Claim(Other, 1, Now).Refusal.ShouldBe(RunRefusals.Gone);
    }

    [Fact]
    public void cancelled_while_pending_it_is_over_at_once_and_gone_for_its_device()
    {
        var decision = Given(Requested(), new RunDispatched(Device, 1, Now)).CancelPending(Person, null, Now);
        decision.Events.ShouldBe([new RunCancelled(Now, null, Person, null, null)]);
        var cancelled = Given([Requested(), new RunDispatched(Device, 1, Now), .. decision.Events]);
        cancelled.Status.ShouldBe(RunStatus.Cancelled);
        cancelled.Claim(Device, 1, Now).Refusal.ShouldBe(RunRefusals.Gone);
        cancelled.CancelPending(Person, null, Now).Refusal.ShouldBe(RunRefusals.Ended);
    }

    [Theory]
    [InlineData(ControlKind.Pause, "run.not_started")]
    [InlineData(ControlKind.Resume, "run.not_started")]
    [InlineData(ControlKind.Cancel, "run.not_started")]
    public void a_pc_that_has_not_taken_it_cannot_be_asked(ControlKind kind, string code) =>
        Given(Requested()).WhyNot(kind)!.Code.ShouldBe(code);

    [Theory]
    [InlineData(ControlKind.Pause)]
    [InlineData(ControlKind.Resume)]
    [InlineData(ControlKind.Cancel)]
    public void an_ended_run_is_not_asked(ControlKind kind) =>
        Given([.. Running(), new RunCompleted(Now, 9)]).WhyNot(kind).ShouldBe(RunRefusals.Ended);

    [Fact]
    public void a_pause_is_asked_once_and_not_of_a_paused_run()
    {
        Given(Running()).Ask(Asked(ControlKind.Pause)).IsRefused.ShouldBeFalse();
        Given([.. Running(), Asked(ControlKind.Pause)]).WhyNot(ControlKind.Pause).ShouldBe(RunRefusals.ControlPending);
        Given([.. Running(), new RunPaused(Now, 2)]).WhyNot(ControlKind.Pause).ShouldBe(RunRefusals.AlreadyPaused);
    }

    [Fact]
    public void a_run_on_its_way_into_a_pause_can_be_resumed_but_a_running_one_not()
    {
        Given([.. Running(), Asked(ControlKind.Pause)]).WhyNot(ControlKind.Resume).ShouldBeNull();
        Given(Running()).WhyNot(ControlKind.Resume).ShouldBe(RunRefusals.NotPaused);
    }

    [Fact]
    public void what_was_asked_last_is_what_the_next_is_held_against()
    {
        // Resumed on one phone and paused on another: the pause is no news only if the run will be paused in the end.
        object[] resumed = [.. Running(), new RunPaused(Now, 2), Asked(ControlKind.Resume)];
        Given(resumed).WhyNot(ControlKind.Resume).ShouldBe(RunRefusals.ControlPending);
        Given(resumed).WhyNot(ControlKind.Pause).ShouldBeNull();
        object[] pausedAgain = [.. resumed, Asked(ControlKind.Pause) with { ControlId = Guid.NewGuid() }];
        Given(pausedAgain).WhyNot(ControlKind.Pause).ShouldBe(RunRefusals.ControlPending);
        Given(pausedAgain).WhyNot(ControlKind.Resume).ShouldBeNull();
    }

    [Fact]
    public void a_pc_that_answers_nothing_is_not_asked_without_end()
    {
        var asked = Enumerable.Range(0, Run.MaxOpenControls).Select(_ => (object)(Asked(ControlKind.Cancel) with { ControlId = Guid.NewGuid() }));
        Given([.. Running(), .. asked.Skip(1)]).WhyNot(ControlKind.Cancel).ShouldBeNull();
        Given([.. Running(), .. asked]).WhyNot(ControlKind.Cancel).ShouldBe(RunRefusals.TooManyControls);
    }

    [Fact]
    public void a_cancel_is_not_refused_because_of_pauses()
    {
        var asked = Enumerable.Range(0, Run.MaxOpenControls)
            .Select(i => (object)(Asked(i % 2 == 0 ? ControlKind.Pause : ControlKind.Resume) with { ControlId = Guid.NewGuid() }));
        var run = Given([.. Running(), .. asked]);
        run.WhyNot(ControlKind.Pause).ShouldBe(RunRefusals.TooManyControls);
        run.WhyNot(ControlKind.Cancel).ShouldBeNull();
    }

    [Fact]
    public void a_control_goes_from_requested_over_acknowledged_to_effective()
    {
        var events = Given([.. Running(), Asked(ControlKind.Pause)]).Report([
            new ExecutionMilestone(2, MilestoneKind.ControlAcknowledged, Now, Control),
            new ExecutionMilestone(3, MilestoneKind.Suspended, Now),
            new ExecutionMilestone(4, MilestoneKind.ControlEffective, Now, Control),
        ]).Events;
        events.ShouldBe([new RunControlAcknowledged(Control, Now, 2), new RunPaused(Now, 3), new RunControlTookEffect(Control, Now, 4)]);
        Given([.. Running(), Asked(ControlKind.Pause), .. events]).Controls.ShouldHaveSingleItem().Phase.ShouldBe(ControlPhase.Effective);
    }

    [Fact]
    public void a_control_that_could_not_be_done_is_refused_with_its_reason() =>
        Given([.. Running(), Asked(ControlKind.Pause)])
            .Report([new ExecutionMilestone(2, MilestoneKind.ControlEffective, Now, Control, "run.ending")]).Events
            .ShouldBe([new RunControlRefused(Control, "run.ending", Now, 2)]);

    [Fact]
    public void a_control_expires_at_its_deadline_and_what_comes_later_does_not_change_that()
    {
        var asked = Given([.. Running(), Asked(ControlKind.Pause)]);
        asked.ExpireControl(Control, true, Now.AddSeconds(59)).Events.ShouldBeEmpty();
        var expired = asked.ExpireControl(Control, true, Now.AddSeconds(60)).Events;
        expired.ShouldBe([new RunControlExpired(Control, Now.AddSeconds(60), true)]);
        var after = Given([.. Running(), Asked(ControlKind.Pause), .. expired]);
        after.Report([new ExecutionMilestone(2, MilestoneKind.ControlEffective, Now, Control)]).Events.ShouldBeEmpty();
        after.ExpireControl(Control, true, Now.AddSeconds(61)).Events.ShouldBeEmpty();
    }

    [Fact]
    public void what_the_pc_did_after_an_expired_control_still_counts() =>
        Given([.. Running(), Asked(ControlKind.Pause), new RunControlExpired(Control, Now, false)])
            .Report([new ExecutionMilestone(2, MilestoneKind.Suspended, Now)]).Events.ShouldBe([new RunPaused(Now, 2)]);

    [Fact]
    public void an_end_closes_what_is_still_asked()
    {
        Given([.. Running(), Asked(ControlKind.Pause)]).Report([new ExecutionMilestone(2, MilestoneKind.Completed, Now)]).Events
            .ShouldBe([new RunControlRefused(Control, "run.ended", Now, 2), new RunCompleted(Now, 2)]);
        Given([.. Running(), Asked(ControlKind.Cancel)]).Report([new ExecutionMilestone(2, MilestoneKind.Cancelled, Now)]).Events
            .ShouldBe([new RunControlTookEffect(Control, Now, 2), new RunCancelled(Now, 2, Person, Control, null)]);
    }

    [Fact]
    public void milestones_count_once_in_order_whatever_the_split()
    {
        ExecutionMilestone[] told =
        [
            new(2, MilestoneKind.Suspended, Now), new(3, MilestoneKind.Resumed, Now), new(4, MilestoneKind.Suspended, Now),
            new(5, MilestoneKind.Resumed, Now), new(6, MilestoneKind.Failed, Now, Error: Fault),
        ];
        var whole = Given(Running()).Report(told).Events;
        for (var split = 0; split <= told.Length; split++)
        {
            var first = Given(Running()).Report(told[..split]).Events;
            var state = Given([.. Running(), .. first]);
            var again = state.Report(told[..split]).Events;
            again.ShouldBeEmpty();
            first.Concat(state.Report(told).Events).ShouldBe(whole);
        }

        Given(Running()).Report(told.Reverse()).Events.ShouldBe(whole);
    }

    [Fact]
    public void nothing_happens_after_an_end() =>
        Given([.. Running(), new RunCompleted(Now, 2)]).Report([new ExecutionMilestone(3, MilestoneKind.Failed, Now, Error: Fault)]).Events.ShouldBeEmpty();

    [Fact]
    public void a_run_that_no_device_took_in_time_has_failed()
    {
        Given(Requested()).ExpireDispatch(Now.AddMinutes(1)).Events.ShouldBeEmpty();
        var failed = Given(Requested()).ExpireDispatch(Now.AddHours(24)).Events.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        failed.Error.Type.ShouldBe(Run.NotDispatchedError);
        Given(Running()).ExpireDispatch(Now.AddHours(24)).Events.ShouldBeEmpty();
    }

    [Fact]
    public void a_revoked_device_gives_back_what_it_has_not_begun_and_fails_what_it_has()
    {
        Given(Requested(), new RunDispatched(Device, 1, Now)).LoseDevice(Device, Now).Events.ShouldBe([new RunWithdrawn(Device, "device.revoked", Now)]);
        Given(Running()).LoseDevice(Device, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>().Error.Type.ShouldBe(Run.DeviceRevokedError);
        Given(Requested() with { AskedDeviceId = Device }).LoseDevice(Device, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<RunFailed>();
        Given(Running()).LoseDevice(Other, Now).Events.ShouldBeEmpty();
    }

    [Fact]
    public void a_failed_run_is_retried_from_its_failed_task_or_its_start_an_unfinished_one_not()
    {
        var failed = Given([.. Running(), new RunFailed(Now, 2, Fault)]);
        failed.RetryPoint(RetryStart.FailedTask).ShouldBe(("/do/1/check", null));
        failed.RetryPoint(RetryStart.Start).ShouldBe((null, null));
        Given(Running()).RetryPoint(RetryStart.Start).Refusal.ShouldBe(RunRefusals.NotEnded);
        Given([.. Running(), new RunCompleted(Now, 2)]).RetryPoint(RetryStart.FailedTask).Refusal.ShouldBe(RunRefusals.NothingFailed);
        Given(Requested(), new RunFailed(Now, null, new FaultError(Run.NotDispatchedError, 408, null, null)))
            .RetryPoint(RetryStart.FailedTask).Refusal.ShouldBe(RunRefusals.NothingFailed);
    }

    [Fact]
    public void a_waiting_run_is_given_another_priority_once()
    {
        var changed = Given(Requested(), new RunWaiting(RunWaitReason.DeviceBusy, Device, Now)).ChangePriority(RunPriority.High, Person, null, Now);
        changed.Events.ShouldBe([new RunPriorityChanged(RunPriority.High, Person, Now, null)]);
        var run = Given([Requested(), .. changed.Events]);
        run.Priority.ShouldBe(RunPriority.High);
        run.ChangePriority(RunPriority.High, Person, null, Now).ShouldSatisfyAllConditions(d => d.IsRefused.ShouldBeFalse(), d => d.Events.ShouldBeEmpty());
        Given(Requested()).ChangePriority(RunPriority.Normal, Person, null, Now).Events.ShouldBeEmpty("it has none of its own, which reads as normal");
        var takenBack = Given(Requested(), new RunDispatched(Device, 1, Now), new RunWithdrawn(Device, "device.paused", Now));
        takenBack.ChangePriority(RunPriority.Low, Person, null, Now).Events.ShouldHaveSingleItem("it waits again");
    }

    [Fact]
    public void the_priority_of_a_run_that_a_device_has_or_that_ended_is_refused()
    {
        Given(Requested(), new RunDispatched(Device, 1, Now)).ChangePriority(RunPriority.High, Person, null, Now).Refusal.ShouldBe(RunRefusals.NotWaiting);
        Given(Running()).ChangePriority(RunPriority.High, Person, null, Now).Refusal.ShouldBe(RunRefusals.NotWaiting);
        Given(Requested(), new RunBeganOnDevice(Device, Now)).ChangePriority(RunPriority.High, Person, null, Now).Refusal.ShouldBe(RunRefusals.NotWaiting);
        Given(Requested(), new RunCancelled(Now, null, Person, null, null)).ChangePriority(RunPriority.High, Person, null, Now).Refusal.ShouldBe(RunRefusals.Ended);
    }

    private static RunRequested Requested() => new(
        Person, Other, 1, "ab", "tests", "greeting", RunTrigger.Manual, null, Person, Now, null, null, Now.AddHours(24), null);

    private static object[] Running() =>
        [Requested(), new RunDispatched(Device, 1, Now), new RunGranted(Device, 1, Now), new RunStarted(Now, 1)];

    private static RunControlRequested Asked(ControlKind kind) => new(Control, kind, Person, null, null, Now, Now.AddSeconds(60), Device, 2);

    private static Run Given(params object[] events) => events.Aggregate((Run?)null, Run.Evolve)!;

    [Fact]
    public void a_run_that_waits_for_a_limit_says_which()
    {
        var waiting = Given(Requested()).Wait(RunWaitReason.WorkflowBusy, null, Now, 2);
        waiting.Events.ShouldBe([new RunWaiting(RunWaitReason.WorkflowBusy, null, Now, 2)]);
        var run = Given([Requested(), waiting.Events[0]]);
        run.Wait(RunWaitReason.WorkflowBusy, null, Now, 2).Events.ShouldBeEmpty();
        run.Wait(RunWaitReason.WorkflowBusy, null, Now, 3).Events.ShouldHaveSingleItem();
    }

    [Fact]
    public void only_a_run_that_its_device_has_not_begun_is_taken_back()
    {
        var dispatched = Given(Requested(), new RunDispatched(Device, 1, Now));
        dispatched.Withdraw(Device, "device.paused", Now).Events.ShouldBe([new RunWithdrawn(Device, "device.paused", Now)]);
        dispatched.Withdraw(Other, "device.paused", Now).Events.ShouldBeEmpty();
        Run.Evolve(dispatched, new RunGranted(Device, 1, Now))!.Withdraw(Device, "device.paused", Now).Events.ShouldBeEmpty();
    }
}
