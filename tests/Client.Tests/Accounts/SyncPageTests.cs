using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Accounts;
using Jarvis.Mobile.Workflows;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Accounts;

/// <summary>What waits to be sent, item by item.</summary>
public sealed class SyncPageTests : PhoneTest
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
    public async Task what_stays_on_the_phone_and_when_it_synchronises_is_chosen_here()
    {
        Browser.Shared.Kept[(Stores.Answers, "owner@example.test|RunLog|00")] = "0\n{}";
        await StartAsync();
        var page = Render<SyncPage>();
        page.WaitForAssertion(() => page.FindAll("fieldset .check")[2].TextContent.ShouldContain("1 份"), Long);

        await page.FindAll("fieldset input")[2].ChangeAsync(new() { Value = false });
        page.WaitForAssertion(() => page.FindAll("fieldset .check")[2].TextContent.ShouldContain("0 份"), Long);
        The<SyncChoice>().Keeps("RunLog").ShouldBeFalse();
        The<SyncChoice>().Keeps("Runs").ShouldBeTrue();

        page.Markup.ShouldContain("分不出移动网络");
        await page.Find("[aria-labelledby=over] input").ChangeAsync(new() { Value = true });
        Browser.MoveTo(NetworkKind.Mobile);
        page.WaitForAssertion(() => page.Markup.ShouldContain("现在：移动网络"), Long);
        The<SyncChoice>().Flows.ShouldBeFalse();
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
