using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>What every list of the back office can do, on the list of runs.</summary>
[Collection(Walk.Turns)]
public sealed class ListTests(SystemUnderTest system)
{
    [Fact]
    public async Task what_is_being_typed_survives_live_changes_and_becomes_a_saved_view()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        var page = walk.Page;
        await walk.GoAsync("runs");
        await page.Locator("[data-row]").Nth(1).WaitForAsync();
        var before = await CountAsync();
        await page.Locator("[data-search]").FocusAsync();
        await page.Keyboard.TypeAsync("brok");

        await StartAsync();
        await page.GetByText("有 1 条新记录").WaitForAsync();
        (await page.EvaluateAsync<string>("() => document.activeElement.value")).ShouldBe("brok");

        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/admin/runs?text=brok");
        await page.GetByRole(AriaRole.Button, new() { Name = "视图", Exact = true }).ClickAsync();
        var name = page.Locator("dialog[open] input");
        await name.FillAsync("坏掉的");
        await StartAsync();
        // The run that was begun behind the form has ended: its changes have come by.
        await system.EventuallyAsync(async () => await CountAsync() == before + 2);
        (await name.InputValueAsync()).ShouldBe("坏掉的");
        await name.PressAsync("Enter");
        await page.GetByText("视图已保存").WaitForAsync();

        await walk.GoAsync("runs");
        await page.GetByRole(AriaRole.Button, new() { Name = "视图", Exact = true }).ClickAsync();
        await page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "坏掉的", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/admin/runs?text=brok");
        await page.WaitForFunctionAsync("() => document.querySelector('[data-search]').value === 'brok'");
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task an_address_is_the_whole_view_its_look_is_remembered_and_its_rows_are_exported()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        var page = walk.Page;
        await walk.GoAsync("runs?status=failed&order=longest");
        await page.Locator("[data-row]").First.WaitForAsync();
        (await page.Locator(".toolbar select").First.InputValueAsync()).ShouldBe("failed");
        await page.Locator("th [aria-label='降序']").WaitForAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "列", Exact = true }).ClickAsync();
        await page.Locator("dialog[open]").GetByLabel("电脑").UncheckAsync();
        await page.Locator("dialog[open] select").SelectOptionAsync("comfortable");
        await page.ReloadAsync();
        await page.Locator(".density-comfortable [data-row]").First.WaitForAsync();
        (await page.Locator("th").AllInnerTextsAsync()).ShouldNotContain(head => head.Contains("电脑", StringComparison.Ordinal));

        var total = await page.Locator("[data-total]").InnerTextAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.Locator("[data-export]").ClickAsync());
        var lines = (await File.ReadAllTextAsync((await file.PathAsync())!)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        total.ShouldBe($"共 {lines.Length - 1} 条");
        lines[0].ShouldBe("状态,工作流,所有者,提交时间,用时（秒）,错误");
        lines.Skip(1).ShouldAllBe(line => line.StartsWith("失败,", StringComparison.Ordinal));
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task a_day_of_the_chart_leads_to_the_runs_it_counts()
    {
        await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
        var page = walk.Page;
        await walk.GoAsync("");
        var today = page.Locator(".day-bars li").Last;
        var counted = await today.Locator(".day-total").InnerTextAsync();
        await today.Locator("a").ClickAsync();

        await page.WaitForURLAsync("**/admin/runs?from=*");
        await page.Locator("[data-total]").WaitForAsync();
        (await page.Locator("[data-total]").InnerTextAsync()).ShouldBe($"共 {counted} 条");
        walk.ShouldHaveNoComplaints();
    }

    private async Task StartAsync() => await system.MutateAsync(
        await system.SignInAsync(system.Owner), "startRun", "StartRunInput", new JsonObject { ["workflowId"] = system.Workflow.ToString() }, "run { id }");

    /// <summary>Runs of the workflow that <see cref="StartAsync"/> starts, which have ended.</summary>
    private async Task<int> CountAsync()
    {
        var found = await system.AskAsync(
            await system.SignInAsync(system.Owner), "query($id: UUID!) { runs(filter: { workflowId: $id, status: [FAILED] }) { totalCount { value } } }", new JsonObject { ["id"] = system.Workflow.ToString() });
        return found["runs"]!["totalCount"]!["value"]!.GetValue<int>();
    }
}
