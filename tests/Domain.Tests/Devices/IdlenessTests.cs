using Jarvis.Domain.Devices;
using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Devices;

/// <summary>Why nothing runs on the office PC, seen by its owner who has another at home.</summary>
public sealed class IdlenessTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Id(99);
    private static readonly Guid Office = Id(1);
    private static readonly Guid Home = Id(2);
    private static readonly Guid Digest = Id(50);
    private static readonly DevicePlace Ready = new(Office, true, false, true, 2, ["file.read"]);
    private static readonly DevicePlace Other = new(Home, true, false, true, 2, ["file.read", "browser.open"]);

    [Fact]
    public void where_something_runs_there_is_no_reason() =>
        Why(Ready, has: [new RunOnDevice(Id(10), RunStatus.Running, false)], open: [On(10)]).ShouldBeEmpty();

    [Fact]
    public void where_no_run_waits_it_says_so() =>
        Why(Ready).ShouldHaveSingleItem().Code.ShouldBe(IdleCode.NothingWaits);

    [Fact]
    public void an_unbound_device_says_who_did_it_and_nothing_else()
    {
        var reason = Idleness.Of(new IdleDevice(Office, Now, Person, Now, null, null), new Places([Other], [], new Dictionary<Guid, int>()), [], []).ShouldHaveSingleItem();
        (reason.Code, reason.Since, reason.By).ShouldBe((IdleCode.Revoked, Now, Person));
    }

    [Fact]
    public void a_device_that_is_away_says_since_when_and_what_waits_for_it()
    {
        var asked = Run(10) with { AskedDeviceId = Office };
        var reason = Why(Ready with { IsOnline = false }, open: [asked], away: Now).ShouldHaveSingleItem();
        (reason.Code, reason.Since, reason.Count).ShouldBe((IdleCode.Offline, Now, 1));
        reason.Runs.ShouldBe([asked.Id]);
    }

    [Fact]
    public void a_paused_device_says_who_paused_it()
    {
        var reason = Idleness.Of(
            new IdleDevice(Office, null, null, null, Now, Person), new Places([Ready with { IsPaused = true }], [Run(10)], new Dictionary<Guid, int>()), [], [Run(10)]).ShouldHaveSingleItem();
        (reason.Code, reason.Since, reason.By, reason.Count).ShouldBe((IdleCode.Paused, Now, Person, 1));
    }

    [Fact]
    public void one_that_may_not_take_runs_says_so() =>
        Why(Ready with { MayTakeRuns = false }, open: [Run(10) with { AskedDeviceId = Office }]).ShouldHaveSingleItem().Code.ShouldBe(IdleCode.NotAllowed);

    [Fact]
    public void runs_that_are_paused_or_await_the_pc_hold_its_places()
    {
        var reasons = Why(
            Ready, has: [new RunOnDevice(Id(10), RunStatus.Paused, false), new RunOnDevice(Id(11), RunStatus.Running, true)], open: [On(10), On(11), Run(12) with { AskedDeviceId = Office }]);
        reasons.Select(reason => reason.Code).ShouldBe([IdleCode.AwaitsControl, IdleCode.RunsPaused, IdleCode.Full]);
        reasons[^1].ShouldSatisfyAllConditions(full => full.Limit.ShouldBe(2), full => full.Runs.ShouldBe([Id(12)]));
    }

    [Fact]
    public void runs_that_were_sent_and_not_begun_are_on_their_way() =>
        Why(Ready, has: [new RunOnDevice(Id(10), RunStatus.Pending, false)], open: [On(10)]).Select(reason => reason.Code).ShouldBe([IdleCode.Starting, IdleCode.NothingWaits]);

    [Fact]
    public void a_workflow_at_its_limit_is_named_with_it()
    {
        var busy = On(10) with { DeviceId = Home, WorkflowId = Digest };
        var reason = Why(Ready, open: [busy, Run(11) with { WorkflowId = Digest }], limits: new() { [Digest] = 1 }).ShouldHaveSingleItem();
        (reason.Code, reason.Limit, reason.Count).ShouldBe((IdleCode.WorkflowBusy, 1, 1));
    }

    [Fact]
    public void what_it_cannot_do_and_what_is_for_another_is_told_apart()
    {
        var reasons = Why(Ready, open: [Run(10) with { Needs = ["browser.open"] }, Run(11) with { AskedDeviceId = Home }]);
        reasons.Select(reason => (reason.Code, reason.Count)).ShouldBe([(IdleCode.Unable, 1), (IdleCode.ForOthers, 2)]);
        reasons[0].Functions.ShouldBe(["browser.open"]);
    }

    [Fact]
    public void twin_another_rule_than_dispatchs_would_be_seen()
    {
        // Dispatch would start this one here: saying that nothing waits would be another rule.
        var reason = Why(Ready, open: [Run(10) with { AskedDeviceId = Office }]).ShouldHaveSingleItem();
        (reason.Code, reason.Count).ShouldBe((IdleCode.Starting, 1));
    }

    private static IReadOnlyList<IdleReason> Why(
        DevicePlace office, RunOnDevice[]? has = null, OpenRun[]? open = null, DateTimeOffset? away = null, Dictionary<Guid, int>? limits = null) =>
        Idleness.Of(
            new IdleDevice(Office, null, null, away, null, null), new Places([office, Other], open ?? [], limits ?? []), has ?? [], [.. (open ?? []).Where(run => run.IsWaiting)]);

    private static OpenRun Run(int n) => new(Id(n), null, null, Now.AddSeconds(n), null, RunPriority.Normal, []);

    private static OpenRun On(int n) => Run(n) with { DeviceId = Office };

    private static Guid Id(int n) => Guid.Parse($"0195527b-9d40-7000-8000-{n:000000000000}");
}
