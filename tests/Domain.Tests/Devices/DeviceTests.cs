using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Devices;

public sealed class DeviceTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Content Name = new Content.Erased();
    private static readonly DevicePaired Paired = new(Person, Name, "Debian 12", "0.1.0", Person, Now, null);

    [Fact]
    public void every_hello_is_the_next_epoch()
    {
        var first = Given(Paired).Connect("Debian 12", "0.1.0", null, default, null, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceConnected>();
        first.Epoch.ShouldBe(1);
        Given(Paired, first).Connect("Debian 12", "0.1.0", null, default, null, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceConnected>().Epoch.ShouldBe(2);
    }

    [Fact]
    public void a_device_is_paused_once_and_resumed_once()
    {
        var paused = new DevicePaused(Person, Now, null);
        Given(Paired).Pause(Person, null, Now).Events.ShouldBe([paused]);
        Given(Paired, paused).Pause(Person, null, Now).ShouldSatisfyAllConditions(d => d.IsRefused.ShouldBeFalse(), d => d.Events.ShouldBeEmpty());
        Given(Paired, paused).Resume(Person, null, Now).Events.ShouldBe([new DeviceResumed(Person, Now, null)]);
        Given(Paired).Resume(Person, null, Now).Events.ShouldBeEmpty();
        Given(Paired, new DeviceRevoked(Person, Now, null)).Pause(Person, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
    }

    [Fact]
    public void what_the_pc_can_do_is_told_once_and_again_when_it_changes()
    {
        var hello = Given(Paired).Connect("Debian 12", "0.1.0", null, default, Can("file.read"), Now).Events;
        hello.OfType<DeviceCapabilitiesReported>().ShouldHaveSingleItem().Epoch.ShouldBe(1);
        var known = Given([Paired, .. hello]);
        known.Connect("Debian 12", "0.1.0", null, default, Can("file.read"), Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceConnected>();
        known.Hear(1, "Debian 12", "0.1.0", false, null, Now, capabilities: Can("file.read")).Events.ShouldBeEmpty();
        known.Hear(1, "Debian 12", "0.1.0", false, null, Now, capabilities: Can("file.read") with { DiskFreeBytes = 100 * Gib - 2_000 }).Events.ShouldBeEmpty("it always moves a little");
        known.Hear(1, "Debian 12", "0.1.0", false, null, Now, capabilities: Can("file.read") with { DiskFreeBytes = 80 * Gib }).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceCapabilitiesReported>();
        known.Hear(1, "Debian 12", "0.1.0", false, null, Now, capabilities: Can("file.read", "browser.open")).Events.ShouldHaveSingleItem();
        known.Hear(1, "Debian 12", "0.1.0", false, null, Now).Events.ShouldBeEmpty("a runner that does not tell changes nothing");
    }

    [Theory]
    [InlineData("")]
    [InlineData("file\u001b[31mred")]
    public void capabilities_that_are_not_fit_to_be_shown_are_not_sound(string name)
    {
        Can(name).IsSound().ShouldBeFalse();
        Can("file.read").IsSound().ShouldBeTrue();
        Can([.. Enumerable.Range(0, DeviceCapabilities.MaxFunctions + 1).Select(n => $"f.{n}")]).IsSound().ShouldBeFalse();
    }

    [Fact]
    public void a_clock_that_is_set_is_told_and_a_slow_message_is_not()
    {
        var device = Given(Paired, new DeviceConnected(1, "Debian 12", "0.1.0", null, 40, Now, 30));
        device.Hear(1, "Debian 12", "0.1.0", false, null, Now, new ClockOffset(900, 30)).Events.ShouldBeEmpty();
        device.Hear(1, "Debian 12", "0.1.0", false, null, Now, new ClockOffset(9_000, 8_990)).Events.ShouldBeEmpty("it may be the way that took so long");
        device.Hear(1, "Debian 12", "0.1.0", false, null, Now, new ClockOffset(-3_600_000, 30)).Events
            .ShouldBe([new DeviceClockMeasured(1, -3_600_000, 30, Now)]);
    }

    [Fact]
    public void half_of_the_round_trip_is_the_way_here_and_how_unsure_the_offset_is()
    {
        ClockOffset.Of(Now.AddMilliseconds(-100), Now, TimeSpan.FromMilliseconds(80)).ShouldBe(new ClockOffset(-60, 40));
        ClockOffset.Of(Now.AddMilliseconds(250), Now, null).ShouldBe(new ClockOffset(250, null));
        ClockOffset.Of(Now, Now, TimeSpan.FromDays(3)).ShouldBe(new ClockOffset(0, null));
    }

    [Fact]
    public void what_a_device_may_do_is_said_at_the_pairing_and_changed_later()
    {
        Given(Paired).Scopes.ShouldBe(DeviceScopes.All);
        var narrow = Given(Paired with { Scopes = [DeviceScope.HandInRuns] });
        narrow.Scopes.ShouldBe([DeviceScope.HandInRuns]);
        narrow.Allow([DeviceScope.HandInRuns], Person, null, Now).Events.ShouldBeEmpty();
        var changed = narrow.Allow([DeviceScope.HandInRuns, DeviceScope.TakeRuns, DeviceScope.TakeRuns], Person, null, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceScopesChanged>();
        changed.Scopes.ShouldBe(DeviceScopes.All);
        Given(Paired, changed).Allow([], Person, null, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceScopesChanged>().Scopes.ShouldBeEmpty();
        Given(Paired, new DeviceRevoked(Person, Now, null)).Allow([], Person, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
    }

    [Fact]
    public void a_heartbeat_that_tells_nothing_new_is_no_event() =>
        Given(Paired, Connected(1)).Hear(1, "Debian 12", "0.1.0", false, null, Now).ShouldSatisfyAllConditions(d => d.IsRefused.ShouldBeFalse(), d => d.Events.ShouldBeEmpty());

    [Fact]
    public void a_heartbeat_tells_what_changed_and_that_a_stale_device_is_back() =>
        Given(Paired, Connected(1), new DeviceBecameStale(1, Now, Now)).Hear(1, "Debian 13", "0.1.0", false, null, Now).Events
            .ShouldBe([new DeviceReturned(1, Now), new DeviceChanged(1, "Debian 13", "0.1.0", null, Now)]);

    [Fact]
    public void a_heartbeat_of_an_older_epoch_is_fenced() =>
        Given(Paired, Connected(1), Connected(2)).Hear(1, "Debian 12", "0.1.0", false, null, Now).Refusal.ShouldBe(DeviceRefusals.EpochFenced);

    [Fact]
    public void silence_makes_it_stale_then_offline_each_once()
    {
        Given(Paired, Connected(1)).BecomeStale(1, Now, Now).Events.Count.ShouldBe(1);
        Given(Paired, Connected(1), new DeviceBecameStale(1, Now, Now)).BecomeStale(1, Now, Now).Events.ShouldBeEmpty();
        Given(Paired, Connected(1), new DeviceBecameStale(1, Now, Now)).GoOffline(1, Now, Now).Events.Count.ShouldBe(1);
        Given(Paired, Connected(1), new DeviceWentOffline(1, Now, Now)).GoOffline(1, Now, Now).Events.ShouldBeEmpty();
        Given(Paired, Connected(1), Connected(2)).GoOffline(1, Now, Now).Events.ShouldBeEmpty("the silence was an older connection's");
    }

    [Fact]
    public void a_revoked_device_can_do_nothing_more()
    {
        var revoked = Given(Paired, Connected(1), new DeviceRevoked(Person, Now, null));
        revoked.Connect("Debian 12", "0.1.0", null, default, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
        revoked.Hear(1, "Debian 12", "0.1.0", false, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
        revoked.Rename(Name, Person, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
        revoked.Revoke(Person, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
    }

    private const long Gib = 1024L * 1024 * 1024;

    private static DeviceCapabilities Can(params string[] functions) => new(functions, [], false, false, 2, 4 * Gib, 100 * Gib);

    private static DeviceConnected Connected(long epoch) => new(epoch, "Debian 12", "0.1.0", null, 0, Now);

    private static Device Given(params object[] events) => events.Aggregate((Device?)null, Device.Evolve)!;
}
