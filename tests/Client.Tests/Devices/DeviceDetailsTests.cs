using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Devices;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Devices;

/// <summary>A PC's page while there is no network.</summary>
public sealed class DeviceDetailsTests : PhoneTest
{
    private static readonly Guid Desk = Guid.CreateVersion7();

    [Fact]
    public async Task what_is_settled_offline_is_shown_as_waiting_and_can_be_taken_back()
    {
        var page = await Offline();

        await page.Find("select").ChangeAsync(new() { Value = "5" });

        page.WaitForAssertion(() => page.Find(".queued-note").TextContent.ShouldContain("已排队：desk 同时执行 5 个任务"), Long);
        // What the controls show is what the server knows.
        page.WaitForAssertion(() => page.Find("option[selected]").GetAttribute("value").ShouldBe("2"), Long);
        Box.Items.ShouldHaveSingleItem().Slot.ShouldBe("limit:" + Desk);

        await page.Find(".queued-note button").ClickAsync(new());

        page.WaitForState(() => page.FindAll(".queued-note").Count == 0, Long);
        Box.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task what_waited_is_sent_once_and_the_page_looks_again()
    {
        var page = await Offline();
        await page.Find("select").ChangeAsync(new() { Value = "5" });
        page.WaitForState(() => page.FindAll(".queued-note").Count == 1, Long);

        Server.On("LimitDevice", """{"limitDevice":{"position":"9"}}""").On("DeviceDetails", Details(atOnce: 5));
        Browser.Go(online: true);

        page.WaitForAssertion(() => page.Find("option[selected]").GetAttribute("value").ShouldBe("5"), Long);
        Server.AskedOf("LimitDevice").ShouldHaveSingleItem()["variables"]!["input"]!["atOnce"]!.GetValue<int>().ShouldBe(5);
        page.FindAll(".queued-note").ShouldBeEmpty();
    }

    [Fact]
    public async Task one_that_the_server_refused_later_leaves_the_page_as_it_is_and_is_told_in_the_queue()
    {
        var page = await Offline();
        await page.Find("select").ChangeAsync(new() { Value = "5" });
        page.WaitForState(() => page.FindAll(".queued-note").Count == 1, Long);

        Server.Refuse("LimitDevice", "device.revoked");
        Browser.Go(online: true);

        page.WaitForState(() => page.FindAll(".queued-note").Count == 0, Long);
        page.Find("option[selected]").GetAttribute("value").ShouldBe("2");
        (Box.Items.ShouldHaveSingleItem().State, Box.Failed).ShouldBe((OutboxState.Refused, 1));
    }

    [Theory]
    [InlineData("ONLINE", true)]
    [InlineData("STALE", false)]
    public async Task one_that_is_online_was_heard_of_just_now_and_any_other_when_it_was_last(string status, bool isNow)
    {
        Server.On("DeviceDetails", Details(atOnce: 2).Replace("ONLINE", status, StringComparison.Ordinal));
        await StartAsync();
        var page = Render<DeviceDetails>(parameters => parameters.Add(details => details.Id, Desk));

        page.WaitForAssertion(() => page.Find(".row-between .small").TextContent.Contains("20 秒内", StringComparison.Ordinal).ShouldBe(isNow), Long);
    }

    [Fact]
    public async Task without_a_network_one_was_online_when_the_data_were_asked_for_and_nobody_says_that_it_is()
    {
        var page = await Offline();
        Clock.Advance(TimeSpan.FromMinutes(7));

        page.WaitForAssertion(() => page.Find(".row-between .small").TextContent.ShouldContain("7 分钟前"), Long);
        page.Find(".row-between .badge").TextContent.ShouldBe(The<Formats>().Clock(Clock.GetUtcNow().AddMinutes(-7)) + " 时在线");
        page.Markup.ShouldNotContain("20 秒内");

        Browser.Go(online: true);

        page.WaitForAssertion(() => page.Find(".row-between .badge").TextContent.ShouldBe("在线"), Long);
        page.Find(".row-between .small").TextContent.ShouldContain("20 秒内");
    }

    private async Task<IRenderedComponent<DeviceDetails>> Offline()
    {
        Server.On("DeviceDetails", Details(atOnce: 2));
        await StartAsync();
        var page = Render<DeviceDetails>(parameters => parameters.Add(details => details.Id, Desk));
        page.WaitForState(() => page.FindAll("select").Count == 1, Long);
        Browser.Go(online: false);
        return page;
    }

    private static string Details(int atOnce) =>
        "{\"device\":{\"id\":\"" + Desk + "\",\"name\":\"desk\",\"status\":\"ONLINE\",\"os\":\"Debian\",\"version\":\"1\",\"address\":null,\"atOnce\":" + atOnce + """
        ,"lastSeenAt":"2026-03-05T07:59:00Z","connectedAt":null,"pairedAt":"2026-03-01T07:59:00Z","pausedAt":null,"position":"7","scopes":["TAKE_RUNS"],"clockOffset":null,
        "whyIdle":[],"capabilities":null,"revokedAt":null},"server":{"version":"1"},"running":{"nodes":[],"totalCount":{"value":0,"isExact":true}}}
        """;
}
