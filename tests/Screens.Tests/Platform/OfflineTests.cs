using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>The phone app without a network.</summary>
[Collection(Walk.Turns)]
public sealed class OfflineTests(SystemUnderTest system)
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
}
