using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>The phone app without a network.</summary>
[Collection(Walk.Turns)]
public sealed partial class OfflineTests(SystemUnderTest system)
{
    [Fact]
    public async Task it_starts_shows_what_it_had_and_says_how_old_that_is()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true);
        await walk.GoAsync("runs?show=history");
        await walk.Page.GetByText("broken").First.WaitForAsync();
        await walk.KeptAsync();

        await walk.Context.SetOfflineAsync(true);
        await walk.Page.ReloadAsync();

        await walk.Page.GetByText("broken").First.WaitForAsync();
        (await walk.Page.Locator(".strip-stale").First.InnerTextAsync()).ShouldContain("离线");
        await walk.PictureAsync("m-offline-390-light");

        await walk.Context.SetOfflineAsync(false);
        await walk.Page.Locator(".strip-stale").First.WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task the_first_page_opens_with_the_figures_it_had_and_their_age()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true);
        var figures = walk.Page.Locator(".kpis a .kpi-number");
        await figures.First.WaitForAsync();
        await walk.KeptAsync();
        var known = await figures.AllInnerTextsAsync();
        await walk.Page.CloseAsync();

        await walk.Context.SetOfflineAsync(true);
        var opened = await walk.Context.NewPageAsync();
        await opened.GotoAsync("/m/");

        await opened.Locator(".kpis a").First.WaitForAsync();
        (await opened.Locator(".kpis a .kpi-number").AllInnerTextsAsync()).ShouldBe(known);
        (await opened.Locator(".strip-stale").First.InnerTextAsync()).ShouldContain("数据截至");
    }

    [Fact]
    public async Task a_page_that_was_never_opened_opens_because_the_whole_app_is_kept()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true);
        await walk.Page.Locator(".kpis").WaitForAsync();
        await walk.KeptAsync();

        await walk.Context.SetOfflineAsync(true);
        await walk.GoAsync("me/about");

        await walk.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "关于" }).WaitForAsync();
    }

    [Fact]
    public async Task what_is_kept_and_whether_a_mobile_network_is_used_are_the_persons_choice()
    {
        await using var walk = await Walk.BeginAsync(system, Walk.Phone, keepsApp: true, opens: false);
        // Browsers on a desk do not tell their network; this one is on the road.
        await walk.Context.AddInitScriptAsync("Object.defineProperty(navigator, 'connection', { value: Object.assign(new EventTarget(), { type: 'cellular' }) })");
        await walk.Page.GotoAsync($"/{Walk.Phone}/");
        await walk.SignInAsync(system.Owner);
        await walk.GoAsync("runs?show=history");
        await walk.Page.GetByText("broken").First.WaitForAsync();
        await walk.KeptAsync();

        await walk.GoAsync("me/sync");
        await walk.Page.GetByText("只在 Wi-Fi 下自动同步").ClickAsync();
        await walk.Page.GetByText("现在：移动网络").WaitForAsync();
        var lists = walk.Page.Locator("fieldset .check").First;
        await lists.GetByText(SomeKept()).WaitForAsync();
        await lists.ClickAsync();
        await lists.GetByText(NoneKept()).WaitForAsync();
        await walk.PictureAsync("m-sync-chosen-390-light");

        // The choice outlasts the page: what was to be forgotten is not there offline, and nothing flows by itself.
        await walk.GoAsync("runs?show=history");
        await walk.Page.GetByText("broken").First.WaitForAsync();
        await walk.Page.Locator(".strip-stale").GetByText("移动网络").WaitForAsync();
        await walk.Context.SetOfflineAsync(true);
        await walk.Page.ReloadAsync();
        await walk.Page.GetByText("没能加载").First.WaitForAsync();
        (await walk.Page.GetByText("broken").CountAsync()).ShouldBe(0);
        await walk.Context.SetOfflineAsync(false);
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task what_needs_the_server_says_so_at_once_and_keeps_what_was_typed()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true);
        await walk.Page.Locator(".kpis").WaitForAsync();
        await walk.KeptAsync();
        await walk.GoAsync("me/account");
        var old = walk.Page.Locator("input[autocomplete=current-password]");
        await old.FillAsync("what I had");
        await walk.Page.Locator("input[autocomplete=new-password]").FillAsync("what I want");

        await walk.Context.SetOfflineAsync(true);
        await walk.Page.Locator(".password-offline").WaitForAsync();
        await walk.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "修改密码" }).ClickAsync();
        await walk.Page.GetByText("没有执行").WaitForAsync();
        (await old.InputValueAsync()).ShouldBe("what I had");
        await walk.PictureAsync("m-password-offline-390-light");
        (await walk.ViolationsAsync()).ShouldBeEmpty();

        await walk.GoAsync("workflows/new");
        await walk.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "从示例开始" }).ClickAsync();
        await walk.Page.Locator(".bench-offline").WaitForAsync();
        await walk.PictureAsync("m-publish-offline-390-light");
        (await walk.ViolationsAsync()).ShouldBeEmpty();
        await walk.Context.SetOfflineAsync(false);
        await walk.Page.Locator(".bench-foot button:enabled").WaitForAsync();
        (await walk.Page.Locator("textarea").InputValueAsync()).ShouldContain("name: hello");
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task a_page_whose_code_cannot_be_fetched_says_so_and_is_fetched_when_asked_again()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone);
        await walk.Page.Locator(".kpis").WaitForAsync();

        await walk.Context.SetOfflineAsync(true);
        await walk.Page.Locator("nav.tabs a").Last.ClickAsync();
        await walk.Page.Locator("[role=alert] button").WaitForAsync();
        await walk.Context.SetOfflineAsync(false);
        await walk.Page.Locator("[role=alert] button").ClickAsync();

        await walk.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Name = "我的" }).WaitForAsync();
    }

    [GeneratedRegex(@"^[1-9]\d* 份")]
    private static partial Regex SomeKept();

    [GeneratedRegex("^0 份")]
    private static partial Regex NoneKept();
}
