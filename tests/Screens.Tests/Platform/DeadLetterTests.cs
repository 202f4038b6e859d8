using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>
/// Messages that really failed: what dispatch keeps of two waiting runs cannot be read, so that the message of their cancellation fails for good.
/// An operator has it mended, replays one, and throws the other away.
/// </summary>
[Collection(Walk.Turns)]
public sealed class DeadLetterTests(SystemUnderTest system)
{
    private const string Kept = "jarvis.mt_doc_rundispatch";
    private const string Letters = "jarvis_messages.wolverine_dead_letters";

    [Fact]
    public async Task a_failed_message_is_read_replayed_once_its_cause_is_mended_and_another_is_thrown_away()
    {
        var owner = await system.SignInAsync(system.Owner);
        var device = (await system.AskAsync(owner, "{ home { devices { id } } }"))["home"]!["devices"]![0]!["id"]!.GetValue<string>();
        await system.MutateAsync(owner, "pauseDevice", "PauseDeviceInput", new JsonObject { ["deviceId"] = device }, "position");
        var runs = new Guid[2];
        try
        {
            await FailAsync(owner, runs);
            await using var walk = await Walk.SignedInAsync(system, Walk.Office, width: Walk.Wide);
            var replayed = await ReadAsync(walk);
            await ReplayTwiceAsync(walk, replayed);
            await ThrowAwayAsync(walk);
            // It was thrown away, not done.
            (await CountAsync($"{Kept} where id in ('{runs[0]}', '{runs[1]}')")).ShouldBe(1);
            walk.ShouldHaveNoComplaints();
        }
        finally
        {
            await system.SqlAsync($"delete from {Kept} where id in ('{runs[0]}', '{runs[1]}')");
            await system.MutateAsync(owner, "resumeDevice", "ResumeDeviceInput", new JsonObject { ["deviceId"] = device }, "position");
        }
    }

    /// <summary>Two runs that waited and were cancelled, each with a dead letter.</summary>
    private async Task FailAsync(string owner, Guid[] runs)
    {
        for (var i = 0; i < runs.Length; i++)
        {
            runs[i] = Guid.Parse((await system.MutateAsync(
                owner, "startRun", "StartRunInput", new JsonObject { ["workflowId"] = system.Workflow.ToString() }, "run { id }"))["run"]!["id"]!.GetValue<string>());
        }

        var theirs = $"where id in ('{runs[0]}', '{runs[1]}')";
        await system.EventuallyAsync(async () => await CountAsync($"{Kept} {theirs}") == runs.Length);
        await system.SqlAsync($"update {Kept} set data = jsonb_set(data, '{{needs}}', '1') {theirs}");
        foreach (var run in runs)
        {
            await system.MutateAsync(owner, "cancelRun", "CancelRunInput", new JsonObject { ["runId"] = run.ToString() }, "position");
        }

        await system.EventuallyAsync(async () => await CountAsync(Letters) == runs.Length);
    }

    /// <summary>From the overview to one letter; tells the run that it is about.</summary>
    private static async Task<Guid> ReadAsync(Walk walk)
    {
        var page = walk.Page;
        await walk.GoAsync("");
        await page.GetByText("处理失败、等人决定的消息").ClickAsync();
        await page.WaitForURLAsync("**/admin/dead-letters");
        await page.Locator("[data-row]").Nth(1).WaitForAsync();
        (await page.Locator("[data-row]").CountAsync()).ShouldBe(2);
        (await walk.ViolationsAsync()).ShouldBeEmpty();
        await walk.PictureAsync("admin-dead-letters-some-1280-light");

        await page.Locator("[data-row] [data-open]").First.ClickAsync();
        var facts = page.Locator(".drawer dl.facts");
        await facts.Nth(1).WaitForAsync();
        (await facts.First.TextContentAsync())!.ShouldContain("JsonException");
        (await walk.ViolationsAsync()).ShouldBeEmpty();
        await walk.PictureAsync("admin-dead-letters-detail-1280-light");
        return Guid.Parse(await facts.Nth(1).Locator("dt:text-is('runId') + dd").InnerTextAsync());
    }

    /// <summary>While its cause is there it comes back; mended, it is done.</summary>
    private async Task ReplayTwiceAsync(Walk walk, Guid run)
    {
        await ReplayAsync(walk.Page, "Tried as it is");
        await system.EventuallyAsync(async () => await CountAsync(Letters + " where replay_count = 1 and not replayable") == 1);
        await walk.Page.Locator(".drawer .button-primary").WaitForAsync();

        await system.SqlAsync($"update {Kept} set data = jsonb_set(data, '{{needs}}', '[]') where id = '{run}'");
        await ReplayAsync(walk.Page, "The record was mended");
        await walk.Page.GetByText("找不到它").First.WaitForAsync();
        await system.EventuallyAsync(async () => await CountAsync($"{Kept} where id = '{run}'") == 0);
        // A place is free now, and whoever looks for the next run meets the record that is still not mended.
        await system.EventuallyAsync(async () => await CountAsync(Letters + " where message_type like '%CapacityChanged'") == 1);
    }

    private async Task ThrowAwayAsync(Walk walk)
    {
        var page = walk.Page;
        await walk.GoAsync("dead-letters");
        await page.Locator("[data-row]").Nth(1).WaitForAsync();
        await page.Locator("thead .row-check").CheckAsync();
        await page.Locator(".batch").GetByRole(AriaRole.Button, new() { Name = "丢弃" }).ClickAsync();
        var dialog = page.Locator("dialog[open]");
        await dialog.Locator("textarea").FillAsync("Their runs are cancelled anyway");
        (await dialog.Locator(".button-danger").IsDisabledAsync()).ShouldBeTrue("how many are thrown away is typed first");
        await dialog.Locator("input").FillAsync("2");
        await dialog.Locator(".button-danger").ClickAsync();

        await page.GetByText("没有死信").WaitForAsync();
        (await CountAsync(Letters)).ShouldBe(0);
    }

    private static async Task ReplayAsync(IPage page, string reason)
    {
        await page.Locator(".drawer .button-primary").ClickAsync();
        var dialog = page.Locator("dialog[open]");
        await dialog.Locator("textarea").FillAsync(reason);
        await dialog.Locator(".button-primary").ClickAsync();
        await dialog.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
    }

    private async Task<long> CountAsync(string from) => (long)(await system.SqlAsync($"select count(*) from {from}"))!;
}
