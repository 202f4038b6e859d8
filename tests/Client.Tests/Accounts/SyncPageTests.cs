using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Accounts;
using Jarvis.Mobile.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Accounts;

/// <summary>What waits to be sent, item by item.</summary>
public sealed class SyncPageTests : ScreenTest
{
    public SyncPageTests() => JSInterop.SetupModule("./_content/Jarvis.Client/bundle/jarvis.js").Setup<string>("dataUse").SetResult("1772668800000 2048 4096");

    [Fact]
    public async Task each_act_that_waits_can_be_deleted()
    {
        Server.IsAway = true;
        await StartAsync();
        await The<Outbox>().Add(Disable(), Guid.CreateVersion7(), "停用 receipts", null, Outbox.SafeFor);
        await The<Outbox>().Add(Disable(), Guid.CreateVersion7(), "停用 backup", null, Outbox.SafeFor);
        var page = Render<SyncPage>();
        page.WaitForAssertion(() => page.FindAll(".sync-row").Count.ShouldBe(2), TimeSpan.FromSeconds(30));

        await page.FindAll(".sync-row")[0].QuerySelectorAll("button").Single(button => button.TextContent == "删除").ClickAsync(new());

        page.WaitForAssertion(() => page.FindAll(".sync-row").Single().TextContent.ShouldContain("停用 backup"), TimeSpan.FromSeconds(30));
        page.Markup.ShouldContain("等待发送");
    }

    [Fact]
    public async Task data_use_is_told()
    {
        await StartAsync();
        var page = Render<SyncPage>();

        page.WaitForAssertion(() => page.Markup.ShouldContain("2 KB"), TimeSpan.FromSeconds(30));
        page.Markup.ShouldContain("4 KB");
    }

    private static DisableWorkflowMutation Disable() => new() { Input = new() { CommandId = Guid.CreateVersion7(), WorkflowId = Guid.CreateVersion7() } };
}
