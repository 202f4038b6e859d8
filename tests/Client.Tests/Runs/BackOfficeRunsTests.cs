using Bunit;
using Jarvis.Admin.Runs;
using Jarvis.Client.Tests.Platform;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Radzen;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>The back office's list of runs.</summary>
public sealed class BackOfficeRunsTests : ScreenTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Guid Known = Guid.CreateVersion7();

    public BackOfficeRunsTests()
    {
        Services.AddRadzenComponents();
        JSInterop.SetupModule("./lists.js").Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task a_row_changes_where_it_stands_and_a_new_one_is_announced()
    {
        Server.On("Runs", Page(Run(Known, "RUNNING")));
        await StartAsync();
        var page = Render<RunsPage>();
        page.WaitForState(() => page.FindAll("[data-row]").Count == 1, Patience);
        var (socket, id) = await Following();

        socket.Say(Change(id, Samples.Run(Known, "PAUSED")));
        socket.Say(Change(id, Samples.Run(Guid.CreateVersion7(), "PENDING")));

        page.WaitForAssertion(() => page.Find("[data-row] .badge").TextContent.ShouldContain("已暂停"), Patience);
        page.WaitForAssertion(() => page.Find(".pill").TextContent.ShouldContain("有 1 条新记录"), Patience);
        page.FindAll("[data-row]").Count.ShouldBe(1);
    }

    [Fact]
    public async Task filters_and_order_of_the_address_are_what_is_asked_for()
    {
        Server.On("Runs", Page());
        await StartAsync();
        The<NavigationManager>().NavigateTo("runs?status=failed&text=发票&order=longest&attention=yes");
        var page = Render<RunsPage>();
        page.WaitForState(() => page.FindAll(".empty-title").Count == 1, Patience);

        var asked = Server.AskedOf("Runs").Last()["variables"]!;
        asked["order"]!.GetValue<string>().ShouldBe("LONGEST");
        asked["filter"]!["status"]![0]!.GetValue<string>().ShouldBe("FAILED");
        asked["filter"]!["text"]!.GetValue<string>().ShouldBe("发票");
        asked["filter"]!["needsAttention"]!.GetValue<bool>().ShouldBeTrue();
        page.Find(".empty-title").TextContent.ShouldBe("没有符合条件的内容");
    }

    [Fact]
    public async Task a_new_run_is_not_announced_where_this_device_cannot_judge_whether_it_belongs()
    {
        Server.On("Runs", Page(Run(Known, "RUNNING")));
        await StartAsync();
        The<NavigationManager>().NavigateTo("runs?text=rec");
        var page = Render<RunsPage>();
        page.WaitForState(() => page.FindAll("[data-row]").Count == 1, Patience);
        var (socket, id) = await Following();

        socket.Say(Change(id, Samples.Run(Guid.CreateVersion7(), "PENDING")));
        socket.Say(Change(id, Samples.Run(Known, "COMPLETED")));

        page.WaitForAssertion(() => page.Find("[data-row] .badge").TextContent.ShouldContain("已完成"), Patience);
        page.FindAll(".pill").ShouldBeEmpty();
    }

    [Fact]
    public async Task an_export_takes_every_page_of_what_is_filtered_with_the_columns_that_are_shown()
    {
        Guid[] ids = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
        Server.On("Runs", body => (System.Net.HttpStatusCode.OK, "{\"data\":" + (body["variables"]!["after"]?.GetValue<string>() switch
        {
            null => PageBefore("end", Run(ids[0], "COMPLETED"), Run(ids[1], "FAILED")),
            "end" => Page(Run(ids[2], "COMPLETED")),
            _ => throw new InvalidOperationException(),
        }) + "}"));
        await StartAsync();
        await Browser.Prefer("runs.hidden", "owner,device,requested,duration,error");
        The<NavigationManager>().NavigateTo("runs?text=rec");
        var page = Render<RunsPage>();
        page.WaitForState(() => page.FindAll("[data-row]").Count == 2, Patience);

        await page.Find("[data-export]").ClickAsync(new());

        page.WaitForState(() => Browser.Files.Count == 1, Patience);
        var (name, content) = Browser.Files.Single();
        name.ShouldMatch("^runs-[0-9]{8}-[0-9]{4}\\.csv$");
        var lines = content.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines[0].ShouldStartWith("状态,工作流");
        lines[2].ShouldStartWith("失败,");
        lines[3].ShouldEndWith(ids[2].ToString());
        Server.AskedOf("Runs").ShouldAllBe(asked => asked["variables"]!["filter"]!["text"]!.GetValue<string>() == "rec");
        // What is exported is not kept on the device.
        Browser.Shared.Kept.Keys.Count(key => key.Store == Jarvis.Client.Platform.Stores.Answers && key.Key.Contains("Runs", StringComparison.Ordinal)).ShouldBe(1);
    }

    private async Task<(FakeSocket Socket, string Id)> Following()
    {
        var socket = await Sockets.Next();
        await socket.Acknowledge();
        return (socket, (await socket.Heard("subscribe"))["id"]!.GetValue<string>());
    }

    private static string Run(Guid id, string status) => Samples.Run(id, status).TrimEnd().TrimEnd('}') +
        ",\"owner\":{\"id\":\"" + Guid.Empty + "\",\"email\":\"o***@example.test\"},\"workflow\":null,\"trigger\":\"MANUAL\",\"priority\":\"NORMAL\",\"revision\":1,\"attention\":null}";

    private static string Page(params string[] runs) => PageBefore(null, runs);

    private static string PageBefore(string? next, params string[] runs) =>
        "{\"runs\":{\"nodes\":[" + string.Join(',', runs) + "],\"totalCount\":{\"value\":" + runs.Length
        + ",\"isExact\":true},\"pageInfo\":{\"startCursor\":null,\"endCursor\":" + (next is null ? "null" : "\"" + next + "\"") + ",\"hasNextPage\":" + (next is null ? "false" : "true") + ",\"hasPreviousPage\":false}}}";

    private static string Change(string id, string run) =>
        "{\"id\":\"" + id + "\",\"type\":\"next\",\"payload\":{\"data\":{\"runsChanged\":{\"cursor\":\"c\",\"run\":" + run + "}}}}";
}
