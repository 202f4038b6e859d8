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
        var first = Given(Paired).Connect("Debian 12", "0.1.0", null, 0, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceConnected>();
        first.Epoch.ShouldBe(1);
        Given(Paired, first).Connect("Debian 12", "0.1.0", null, 0, Now).Events.ShouldHaveSingleItem().ShouldBeOfType<DeviceConnected>().Epoch.ShouldBe(2);
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
        revoked.Connect("Debian 12", "0.1.0", null, 0, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
        revoked.Hear(1, "Debian 12", "0.1.0", false, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
        revoked.Rename(Name, Person, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
        revoked.Revoke(Person, null, Now).Refusal.ShouldBe(DeviceRefusals.Revoked);
    }

    private static DeviceConnected Connected(long epoch) => new(epoch, "Debian 12", "0.1.0", null, 0, Now);

    private static Device Given(params object[] events) => events.Aggregate((Device?)null, Device.Evolve)!;
}
