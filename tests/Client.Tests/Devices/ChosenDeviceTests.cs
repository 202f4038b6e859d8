using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Devices;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Devices;

/// <summary>The watched PC is the server's to remember: every screen of the person agrees on it.</summary>
public sealed class ChosenDeviceTests : PhoneTest
{
    private static readonly Guid One = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    private ChosenDevice Chosen => The<ChosenDevice>();

    [Fact]
    public async Task what_was_chosen_elsewhere_is_taken_up_when_the_app_is_looked_at()
    {
        Server.On("ChosenDevice", Is(One));
        await Begin();
        await Until(() => Chosen.Id == One);

        Server.On("ChosenDevice", Is(Other));
        Browser.Go(online: true);

        await Until(() => Chosen.Id == Other);
    }

    [Fact]
    public async Task a_choice_is_told_to_the_server_at_once()
    {
        Server.On("ChosenDevice", Is(null)).On("ChooseDevice", """{"chooseDevice":{"position":"9","device":null}}""");
        await Begin();

        await Chosen.Choose(One, "desk");

        Server.AskedOf("ChooseDevice").ShouldHaveSingleItem()["variables"]!["input"]!["deviceId"]!.GetValue<Guid>().ShouldBe(One);
        Chosen.Id.ShouldBe(One);
    }

    [Fact]
    public async Task offline_it_holds_here_waits_and_no_older_answer_undoes_it()
    {
        Server.On("ChosenDevice", Is(Other));
        await Begin();
        await Until(() => Chosen.Id == Other);
        Browser.Go(online: false);

        var asked = Chosen.Asking();
        await Chosen.Choose(One, "desk");
        await Chosen.Told(Other, asked);
        await Chosen.Told(Other, Chosen.Asking());

        Chosen.Id.ShouldBe(One);
        Box.Items.ShouldHaveSingleItem().Title.ShouldBe("只看 desk");

        Server.On("ChooseDevice", """{"chooseDevice":{"position":"9","device":null}}""").On("ChosenDevice", Is(One));
        Browser.Go(online: true);
        await Until(() => Box.Items.Count == 0);
        Chosen.Id.ShouldBe(One);
    }

    [Fact]
    public async Task a_choice_that_the_server_refuses_goes_back_to_what_it_knows()
    {
        Server.On("ChosenDevice", Is(Other));
        Server.Refuse("ChooseDevice", "device.not_found");
        await Begin();
        await Until(() => Chosen.Id == Other);

        await Chosen.Choose(One, "gone");

        Chosen.Id.ShouldBe(Other);
        The<Toasts>().All.ShouldHaveSingleItem().Text.ShouldBe("找不到这台电脑。");
    }

    private async Task Begin()
    {
        await StartAsync();
        Chosen.Start();
    }

    private static string Is(Guid? id) => "{\"viewer\":{\"chosenDevice\":" + (id is null ? "null" : "{\"id\":\"" + id + "\"}") + "}}";
}
