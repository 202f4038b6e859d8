using Jarvis.Domain.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Runs;

/// <summary>The one rule of who goes where: dispatch's, and what idle devices and waiting runs say of themselves.</summary>
public sealed class PlacesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Office = Id(1);
    private static readonly Guid Home = Id(2);
    private static readonly Guid Digest = Id(50);

    [Fact]
    public void a_run_goes_to_the_least_busy_device_in_touch()
    {
        For(Run(10), [Device(Office), Device(Home)], [On(Office, 11)]).ShouldBe(new Placement(Home, null));
        For(Run(10), [Device(Office), Device(Home) with { IsOnline = false }], [On(Office, 11)]).ShouldBe(new Placement(Office, null));
        For(Run(10) with { AskedDeviceId = Office }, [Device(Office), Device(Home)], [On(Office, 11)]).ShouldBe(new Placement(Office, null));
    }

    [Fact]
    public void it_waits_and_says_for_what()
    {
        For(Run(10), [], []).Reason.ShouldBe(RunWaitReason.NoDevice);
        For(Run(10), [Device(Office) with { IsOnline = false }], []).Reason.ShouldBe(RunWaitReason.DeviceOffline);
        For(Run(10), [Device(Office) with { IsPaused = true }], []).ShouldBe(new Placement(Office, RunWaitReason.DevicePaused));
        For(Run(10), [Device(Office) with { MayTakeRuns = false }], []).Reason.ShouldBe(RunWaitReason.DeviceNotAllowed);
        For(Run(10), [Device(Office) with { AtOnce = 1 }], [On(Office, 11)]).ShouldBe(new Placement(Office, RunWaitReason.DeviceBusy, 1));
        For(Run(10), [Device(Office)], [On(Office, 11) with { WorkflowId = Digest }], 1).ShouldBe(new Placement(null, RunWaitReason.WorkflowBusy, 1));
    }

    [Fact]
    public void a_device_that_cannot_do_what_is_called_is_not_given_the_run()
    {
        var browses = Run(10) with { Needs = ["browser.open", "file.read"] };
        var unable = For(browses, [Device(Office) with { Functions = ["file.read"] }], []);
        unable.Reason.ShouldBe(RunWaitReason.DeviceUnable);
        unable.Lacking.ShouldBe(["browser.open"]);
        For(browses, [Device(Office) with { Functions = ["file.read"] }, Device(Home) with { Functions = ["browser.open", "file.read"] }], [On(Home, 11)]).ShouldBe(new Placement(Home, null));
        For(browses, [Device(Office) with { Functions = null }], []).ShouldBe(new Placement(Office, null), "a runner that has not told is taken to be able");
        For(browses, [Device(Office) with { Functions = ["file.read"] }, Device(Home) with { IsOnline = false }], []).Reason.ShouldBe(RunWaitReason.DeviceOffline, "the one that could do it is away");
    }

    [Fact]
    public void those_before_it_have_the_free_places_where_they_can_go_there_at_all()
    {
        var urgent = Run(9) with { Priority = RunPriority.High };
        For(Run(10), [Device(Office) with { AtOnce = 1 }], [urgent]).ShouldBe(new Placement(Office, RunWaitReason.BehindOthers));
        For(Run(10), [Device(Office) with { AtOnce = 1 }], [urgent with { AskedDeviceId = Home }]).ShouldBe(new Placement(Office, null));
        For(Run(10), [Device(Office) with { AtOnce = 1, Functions = [] }], [urgent with { Needs = ["browser.open"] }]).ShouldBe(new Placement(Office, null));
    }

    [Fact]
    public void those_that_can_go_nowhere_hide_none_of_those_that_can()
    {
        OpenRun[] forAnother = [.. Enumerable.Range(100, 200).Select(n => Run(n) with { AskedDeviceId = Home })];
        OpenRun[] lacking = [.. Enumerable.Range(300, 200).Select(n => Run(n) with { Needs = ["browser.open"] })];
        OpenRun[] free = [Run(600), Run(601) with { AskedDeviceId = Office }, Run(602)];
        DevicePlace[] devices = [Device(Office) with { Functions = [] }, Device(Home) with { IsOnline = false, Functions = [] }];
        new Places(devices, [.. free.Reverse(), .. forAnother, .. lacking], None).Going(10).ShouldBe(free);
        new Places(devices, [.. forAnother, .. lacking], None).Going(10).ShouldBeEmpty();
    }

    [Fact]
    public void as_many_go_in_their_turn_as_there_are_places_for()
    {
        OpenRun[] waiting = [.. Enumerable.Range(10, 40).Select(Run)];
        var urgent = Run(90) with { Priority = RunPriority.High };
        DevicePlace[] devices = [Device(Office) with { AtOnce = 20 }, Device(Home) with { AtOnce = 3 }];
        new Places(devices, [.. waiting, urgent, On(Home, 1)], None).Going(100).ShouldBe([urgent, .. waiting.Take(21)]);
        new Places(devices, [.. waiting, urgent, On(Home, 1)], None).Going(5).ShouldBe([urgent, .. waiting.Take(4)]);
        new Places(devices, [.. waiting, Run(91) with { WorkflowId = Id(51) }, On(Home, 1) with { WorkflowId = Digest }], new Dictionary<Guid, int> { [Digest] = 3 }).Going(100)
            .ShouldBe([waiting[0], waiting[1], Run(91) with { WorkflowId = Id(51) }], "what its workflow lets, and then the others");
    }

    private static readonly Dictionary<Guid, int> None = [];

    private static Placement For(OpenRun run, DevicePlace[] devices, OpenRun[] others, int? digestAtOnce = null) =>
        new Places(devices, [.. others, run], digestAtOnce is { } limit ? new Dictionary<Guid, int> { [Digest] = limit } : []).For(run);

    private static DevicePlace Device(Guid id) => new(id, true, false, true, 16, null);

    private static OpenRun Run(int n) => new(Id(n), null, null, Now.AddSeconds(n), Digest, RunPriority.Normal, []);

    private static OpenRun On(Guid device, int n) => Run(n) with { DeviceId = device, WorkflowId = null };

    private static Guid Id(int n) => Guid.Parse($"0195527b-9d40-7000-8000-{n:000000000000}");
}
