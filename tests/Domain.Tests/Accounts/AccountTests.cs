using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Accounts;

public sealed class AccountTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Person = Guid.Parse("0195527b-9d40-7000-8000-000000000001");
    private static readonly Guid Office = Guid.Parse("0195527b-9d40-7000-8000-000000000002");
    private static readonly AccountRegistered Registered = new(Person, "key", new Content.Erased(), null, "UTC", AccountRole.Owner, Now);

    [Fact]
    public void a_device_is_chosen_once_and_unbinding_it_chooses_none()
    {
        var chosen = new AccountDeviceChosen(Office, Person, Now);
        Given(Registered).Choose(Office, Person, Now).Events.ShouldBe([chosen]);
        Given(Registered, chosen).Choose(Office, Person, Now).Events.ShouldBeEmpty();
        Given(Registered, chosen).Unchoose(Person, Person, Now).Events.ShouldBeEmpty("another device was unbound");
        var none = Given(Registered, chosen).Unchoose(Office, Person, Now).Events.ShouldHaveSingleItem();
        none.ShouldBe(new AccountDeviceChosen(null, Person, Now));
        Given(Registered, chosen, none).ChosenDeviceId.ShouldBeNull();
    }

    private static Account Given(params object[] events) => events.Aggregate((Account?)null, Account.Evolve)!;
}
