using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>An operator makes a view anew beside the one that is read.</summary>
[Collection(Walk.Turns)]
public sealed class RebuildTests(SystemUnderTest system)
{
    [Fact]
    public async Task a_projection_is_rebuilt_compared_without_a_difference_and_switched_to()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        await walk.GoAsync("projections/Runs");
        var page = walk.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "开始重建" }).ClickAsync();
        // Without a reason it does not go.
        var dialog = page.Locator("dialog[open]");
        (await dialog.Locator(".button-primary").IsDisabledAsync()).ShouldBeTrue();
        await dialog.Locator("textarea").FillAsync("Checked once a month");
        await dialog.Locator(".button-primary").ClickAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "比较差异" }).ClickAsync();
        await page.Locator("[data-difference=none]").WaitForAsync();
        await walk.PictureAsync("admin-rebuild-1280-light");

        await page.GetByRole(AriaRole.Button, new() { Name = "切换到新投影" }).ClickAsync();
        await dialog.Locator("textarea").FillAsync("No difference");
        (await dialog.Locator(".button-danger").IsDisabledAsync()).ShouldBeTrue();
        await dialog.Locator("input").FillAsync("Runs");
        await dialog.Locator(".button-danger").ClickAsync();

        await page.GetByText("没有进行中的重建").WaitForAsync();
        await walk.GoAsync("runs");
        await page.Locator("[data-row]").Nth(1).WaitForAsync();
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task a_form_that_was_begun_outlives_an_expired_session()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        await walk.GoAsync("projections/Devices");
        var page = walk.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "开始重建" }).ClickAsync();
        await page.Locator("dialog[open] textarea").FillAsync("Half a reason");
        var elsewhere = await system.SignInAsync(system.Administrator);
        await system.AskAsync(elsewhere, "mutation($input: EndOtherSessionsInput!) { endOtherSessions(input: $input) { ended } }",
            new JsonObject { ["input"] = new JsonObject { ["commandId"] = Guid.CreateVersion7().ToString() } });

        var password = page.Locator("dialog[open] input[name=password]");
        await password.FillAsync(system.Administrator.Password);
        await page.Locator("dialog[open] button[type=submit]").ClickAsync();
        await password.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });

        (await page.Locator("dialog[open] textarea").InputValueAsync()).ShouldBe("Half a reason");
    }
}
