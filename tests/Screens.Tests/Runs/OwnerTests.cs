using System.Text.Json.Nodes;
using Jarvis.Screens.Tests.Platform;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Runs;

/// <summary>The owner of a PC with the phone: at home, and under way on a bad line.</summary>
[Collection(Walk.Turns)]
public sealed class OwnerTests(SystemUnderTest system)
{
    [Fact]
    public async Task at_home_sees_a_run_fail_reads_why_and_retries_the_failed_node_with_a_corrected_input()
    {
        var token = await system.SignInAsync(system.Owner);
        var workflow = await system.PublishAsync(token, """
            document: { dsl: '1.0.0', namespace: walks, name: share, version: '1.0.0' }
            do:
              - read:
                  set: { people: 'ten', bill: 480 }
              - divide:
                  set: { each: '${ .bill / .people }' }
              - tell:
                  set: { told: '${ .each }' }
            """);
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone);
        var page = walk.Page;
        await walk.SettledAsync();

        // Nobody touches the phone: the run fails while its owner looks at the first page.
        var failed = await system.StartAsync(token, workflow);
        var needed = page.Locator($"section[aria-labelledby=needs] a[href='runs/{failed}']");
        await needed.WaitForAsync();
        await walk.PictureAsync("m-owner-failed-home-390-light");

        await needed.ClickAsync();
        var why = page.Locator(".run-error");
        await why.WaitForAsync();
        (await why.InnerTextAsync()).ShouldContain("divide");
        (await why.InnerTextAsync()).ShouldContain("表达式出错");
        await walk.PictureAsync("m-owner-failed-why-390-light");
        (await walk.ViolationsAsync()).ShouldBeEmpty();

        await page.GetByRole(AriaRole.Link, new() { Name = "重试" }).ClickAsync();
        (await page.Locator("label.choice").Filter(new LocatorFilterOptions { HasText = "从失败的节点“divide”继续" }).Locator("input").IsCheckedAsync()).ShouldBeTrue();
        await page.GetByText("修改这个节点的输入").ClickAsync();
        var input = page.Locator("textarea");
        // What the failed node got stands there already.
        (await input.InputValueAsync()).ShouldContain("\"ten\"");
        await input.FillAsync((await input.InputValueAsync()).Replace("\"ten\"", "10", StringComparison.Ordinal));
        await walk.PictureAsync("m-owner-retry-390-light");
        (await walk.ViolationsAsync()).ShouldBeEmpty();
        await page.Locator("button[type=submit]").ClickAsync();

        await page.WaitForURLAsync(url => url.Contains("/runs/", StringComparison.Ordinal) && !url.Contains(failed.ToString(), StringComparison.Ordinal));
        await page.Locator(".run-state .badge-completed").WaitForAsync();
        await page.Locator("main").GetByText("48").First.WaitForAsync();
        await walk.PictureAsync("m-owner-retried-390-light");
        // The one that failed stays as it was, and says by what it was retried.
        await walk.GoAsync($"runs/{failed}");
        await page.Locator(".badge-link .badge-completed").WaitForAsync();
        walk.ShouldHaveNoComplaints();
    }

    [Fact]
    public async Task under_way_stops_a_run_and_what_was_asked_offline_is_done_once_when_the_line_is_back()
    {
        var token = await system.SignInAsync(system.Owner);
        var quick = await system.PublishAsync(token, "document: { dsl: '1.0.0', namespace: walks, name: water-plants, version: '1.0.0' }\ndo:\n  - note:\n      set: { watered: true }\n");
        var slow = await system.PublishAsync(token, "document: { dsl: '1.0.0', namespace: walks, name: long-backup, version: '1.0.0' }\ndo:\n  - copy:\n      wait: { hours: 1 }\n");
        await using var walk = await Walk.SignedInAsync(system, Walk.Phone, keepsApp: true);
        var page = walk.Page;
        await page.EvaluateAsync("() => navigator.serviceWorker.ready");
        await page.WaitForFunctionAsync("() => navigator.serviceWorker.controller !== null");
        var run = await system.StartAsync(token, slow);
        var card = page.Locator(".run-card").Filter(new LocatorFilterOptions { Has = page.Locator($"a[href='runs/{run}']") });
        await card.WaitForAsync();
        await card.Locator(".run-card-main").ClickAsync();
        await page.Locator(".run-state .badge-running").WaitForAsync();

        // The PC holds still: what was asked is not yet done, and the phone does not say so.
        system.HoldRunner();
        try
        {
            await page.Locator(".run-bar .button-stop").ClickAsync();
            var dialog = page.Locator("dialog[open]");
            (await dialog.InnerTextAsync()).ShouldContain("long-backup");
            (await dialog.InnerTextAsync()).ShouldContain("pc");
            (await page.EvaluateAsync<string>("() => document.activeElement.textContent")).ShouldBe("取消");
            await walk.PictureAsync("m-owner-stop-question-390-light");
            await dialog.Locator(".button-danger").ClickAsync();
            await page.Locator(".run-doing").GetByText("正在终止…").WaitForAsync();
            (await page.Locator(".run-state .badge").First.InnerTextAsync()).ShouldContain("执行中");
            await walk.PictureAsync("m-owner-stopping-390-light");
        }
        finally
        {
            system.WakeRunner();
        }

        await page.Locator(".run-state .badge-cancelled").WaitForAsync();
        (await page.Locator(".run-bar").InnerTextAsync()).ShouldNotContain("正在终止");

        // A tunnel. What was there stays, with its age; what is asked for waits on the phone.
        await walk.GoAsync($"workflows/{quick}/start");
        await walk.Context.SetOfflineAsync(true);
        await page.Locator(".strip-stale").GetByText("手机离线").WaitForAsync();
        (await page.Locator(".strip-stale").First.InnerTextAsync()).ShouldContain("数据截至");
        await page.Locator("button[type=submit]").ClickAsync();
        await page.GetByText("排队 1 项").WaitForAsync();
        await walk.PictureAsync("m-owner-queued-390-light");
        // Even an app that is closed and opened again meanwhile forgets nothing.
        await page.ReloadAsync();
        await page.GetByText("排队 1 项").WaitForAsync();

        // The first answer of the server is lost on its way: the phone cannot know that it was heard, and asks again.
        var lost = 0;
        await walk.Context.RouteAsync("**/graphql", async route =>
        {
            if (route.Request.PostData?.Contains("StartRun", StringComparison.Ordinal) == true && Interlocked.Increment(ref lost) == 1)
            {
                await route.FetchAsync();
                await route.AbortAsync("connectionreset");
            }
            else
            {
                await route.ContinueAsync();
            }
        });
        await walk.Context.SetOfflineAsync(false);

        await page.GetByText("排队 1 项").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        await page.Locator(".strip-stale").First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        lost.ShouldBeGreaterThan(1);
        var runs = await system.AskAsync(token, "query($workflow: UUID!) { runs(first: 10, filter: { workflowId: $workflow }) { nodes { id } } }", new JsonObject { ["workflow"] = quick.ToString() });
        runs["runs"]!["nodes"]!.AsArray().Count.ShouldBe(1);
        await walk.GoAsync("runs?show=all");
        await page.GetByText("water-plants").First.WaitForAsync();
        await walk.PictureAsync("m-owner-replayed-390-light");
        walk.ShouldHaveNoComplaints();
    }
}
