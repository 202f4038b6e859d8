using Bunit;
using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Accounts;

/// <summary>The account's own page, with and without a line.</summary>
public sealed class AccountPageTests : PhoneTest
{
    [Fact]
    public async Task without_a_network_the_password_form_says_at_once_that_it_needs_one_sends_nothing_and_keeps_what_was_typed()
    {
        var page = await Opened();
        page.FindAll(".password-offline").ShouldBeEmpty();

        Browser.Go(online: false);
        page.WaitForAssertion(() => page.Find(".password-offline").TextContent.ShouldContain("修改密码需要连上服务器"), Long);
        await ChangePassword(page);

        The<Toasts>().All.ShouldHaveSingleItem().Text.ShouldContain("没有执行");
        Server.AskedOf("ChangePassword").ShouldBeEmpty();
        Passwords(page).ShouldBe(("the old one", "the new one"));

        Server.On("ChangePassword", """{"changePassword":{"position":"9"}}""");
        Browser.Go(online: true);
        page.WaitForState(() => page.FindAll(".password-offline").Count == 0, Long);
        await page.FindAll("form")[1].SubmitAsync();

        page.WaitForAssertion(() => Passwords(page).ShouldBe(("", "")), Long);
        Server.AskedOf("ChangePassword").ShouldHaveSingleItem()["variables"]!["input"]!["newPassword"]!.GetValue<string>().ShouldBe("the new one");
    }

    [Fact]
    public async Task a_password_whose_change_was_not_answered_is_sent_again_as_the_same_command()
    {
        var page = await Opened();
        Server.On("ChangePassword", _ => (System.Net.HttpStatusCode.GatewayTimeout, ""));
        await ChangePassword(page);
        page.WaitForAssertion(() => page.Find("#password-problem").TextContent.ShouldContain("不确定密码是否已修改"), Long);
        Passwords(page).ShouldBe(("the old one", "the new one"));

        Server.On("ChangePassword", """{"changePassword":{"position":"9"}}""");
        await page.FindAll("form")[1].SubmitAsync();

        page.WaitForAssertion(() => Passwords(page).ShouldBe(("", "")), Long);
        Server.AskedOf("ChangePassword").Select(sent => sent["variables"]!["input"]!["commandId"]!.GetValue<string>()).Distinct().ShouldHaveSingleItem();
        page.FindAll("#password-problem").ShouldBeEmpty();
    }

    [Fact]
    public async Task a_name_that_is_being_typed_outlasts_whatever_is_loaded_meanwhile()
    {
        var page = await Opened();
        await page.Find("input[autocomplete=name]").ChangeAsync(new() { Value = "Anna B" });

        // Another act of the account settles while one types: the page looks again.
        await The<Outbox>().Add(Profile("en"), Guid.CreateVersion7(), "profile", "me/account", Outbox.SafeFor, "profile");
        Server.On("UpdateProfile", """{"updateProfile":{"position":"9"}}""");
        await The<Outbox>().Flush();

        page.WaitForAssertion(() => Server.AskedOf("MyAccount").Count().ShouldBe(2), Long);
        page.Find("input[autocomplete=name]").GetAttribute("value").ShouldBe("Anna B");
    }

    [Fact]
    public async Task opened_without_a_network_it_is_filled_once_the_line_is_back()
    {
        Server.IsAway = true;
        await StartAsync();
        var page = Render<AccountPage>();
        page.WaitForState(() => page.FindAll("[role=alert] button").Count == 1, Long);

        Server.IsAway = false;
        Server.On("MyAccount", Mine);
        await page.Find("[role=alert] button").ClickAsync(new());

        page.WaitForAssertion(() => page.Find("input[autocomplete=name]").GetAttribute("value").ShouldBe("Anna"), Long);
    }

    private const string Mine =
        """{"viewer":{"id":"01a20000-0000-7000-8000-000000000001","email":"owner@example.test","displayName":"Anna","language":"zh-CN","timeZone":"Asia/Shanghai","registeredAt":"2026-03-01T07:59:00Z","roles":[]}}""";

    private async Task<IRenderedComponent<AccountPage>> Opened()
    {
        Server.On("MyAccount", Mine);
        await StartAsync();
        var page = Render<AccountPage>();
        page.WaitForAssertion(() => page.Find("input[autocomplete=name]").GetAttribute("value").ShouldBe("Anna"), Long);
        return page;
    }

    private static async Task ChangePassword(IRenderedComponent<AccountPage> page)
    {
        await page.Find("input[autocomplete=current-password]").ChangeAsync(new() { Value = "the old one" });
        await page.Find("input[autocomplete=new-password]").ChangeAsync(new() { Value = "the new one" });
        await page.FindAll("form")[1].SubmitAsync();
    }

    private static (string? Old, string? New) Passwords(IRenderedComponent<AccountPage> page) =>
        (page.Find("input[autocomplete=current-password]").GetAttribute("value"), page.Find("input[autocomplete=new-password]").GetAttribute("value"));

    private static UpdateProfileMutation Profile(string language) =>
        new() { Input = new() { CommandId = Guid.CreateVersion7(), DisplayName = "Anna", Language = language, TimeZone = "Asia/Shanghai" } };
}
