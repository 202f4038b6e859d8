using System.Text.Json.Nodes;
using Jarvis.Screens.Tests.Platform;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Workflows;

/// <summary>A workflow brought, changed and started from the back office, by the same workbench as on the phone.</summary>
[Collection(Walk.Turns)]
public sealed class OfficeWorkbenchTests(SystemUnderTest system)
{
    private const string WithMistake = """
        document: { dsl: '1.0.0', namespace: walks, name: from-the-office, version: '1.0.0' }
        do:
          - first:
              sett: { a: 1 }
        """;

    [Fact]
    public async Task one_is_found_in_the_palette_mended_at_its_line_published_started_and_changed()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        var page = walk.Page;
        await walk.SettledAsync();
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator(".palette input").FillAsync("新建");
        await page.Locator(".palette [role=option]").First.ClickAsync();
        await page.WaitForURLAsync("**/admin/workflows/new");

        var text = page.Locator("textarea");
        await text.FillAsync(WithMistake);
        (await page.Locator(".bench-line").First.InnerTextAsync()).ShouldStartWith("第 4 行");
        (await page.Locator(".bench-foot .button-primary").IsDisabledAsync()).ShouldBeTrue();
        await text.FillAsync(WithMistake.Replace("sett:", "set:", StringComparison.Ordinal));
        await page.GetByText("没有问题，可以发布").WaitForAsync();
        await walk.PictureAsync("admin-workflows-new-ready-1280-light");
        await page.Locator(".bench-foot .button-primary").ClickAsync();

        await page.GetByText("已发布 from-the-office，第 1 版").WaitForAsync();
        await page.Locator("dialog[open] a.button-primary").ClickAsync();
        await page.WaitForURLAsync("**/admin/workflows/*/start");
        await page.Locator(".start-form").WaitForAsync();
        (await walk.ViolationsAsync()).ShouldBeEmpty();
        await page.Locator(".start-form button[type=submit]").ClickAsync();
        await page.WaitForURLAsync("**/admin/run/*");
        var run = page.Url.Split('/')[^1];
        // An administrator has no computer here: the run waits, and it is the administrator's own to cancel.
        await page.Locator(".badge-pending").First.WaitForAsync();
        await system.MutateAsync(await system.SignInAsync(system.Administrator), "cancelRun", "CancelRunInput", new JsonObject { ["runId"] = run }, "position");
        await page.Locator(".badge-cancelled").First.WaitForAsync();

        await page.Locator(".facts a").GetByText("from-the-office").ClickAsync();
        await page.Locator(".drawer a").GetByText("编辑").ClickAsync();
        await text.FillAsync(WithMistake.Replace("sett: { a: 1 }", "set: { a: 2 }", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "与最新版的差异" }).ClickAsync();
        await page.Locator(".diff-added").GetByText("set: { a: 2 }").WaitForAsync();
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task somebody_elses_cannot_be_edited_and_the_page_says_whose_right_it_is()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        await walk.GoAsync($"workflows/{system.Workflow}/edit");

        await walk.Page.GetByText("这是别人的工作流").WaitForAsync();
        (await walk.Page.Locator("textarea").CountAsync()).ShouldBe(0);
    }
}
