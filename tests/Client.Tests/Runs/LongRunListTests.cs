using System.Net;
using System.Text.Json.Nodes;
using Bunit;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Jarvis.Mobile.Runs;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>A list of runs that is longer than a page, on the phone.</summary>
public sealed class LongRunListTests : PhoneTest
{
    private const int First = 50;
    private const int Page = 100;
    private bool behindIsAway;

    [Fact]
    public async Task what_comes_behind_the_rows_is_asked_for_where_one_scrolls_to_and_stands_once()
    {
        // A row that moved is on two pages.
        var first = Ids(First);
        Pages(first, [first[^1], .. Ids(Page - 1)]);
        var page = await ShownAsync();

        var rows = await ScrollAsync(page, First, Page);

        rows.TotalItemCount.ShouldBe(First + Page - 1);
        rows.Items.Select(row => row.RunRow.Id).ShouldBeUnique();
        Server.AskedOf("Runs").Last()["variables"]!["after"]!.GetValue<string>().ShouldBe("page 1");
    }

    [Fact]
    public async Task a_page_that_could_not_be_read_is_not_the_end_of_the_list()
    {
        Pages(Ids(First), Ids(Page));
        behindIsAway = true;
        var page = await ShownAsync();
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("后面的任务没能读取"), Long);

        behindIsAway = false;
        await page.Find("[role=alert] button").ClickAsync(new());

        page.WaitForState(() => page.FindAll("[role=alert]").Count == 0, Long);
        (await ScrollAsync(page, First, Page)).TotalItemCount.ShouldBe(First + Page);
    }

    [Fact]
    public async Task what_is_read_behind_a_list_that_begins_anew_is_neither_waited_for_nor_taken()
    {
        Pages(Ids(First), Ids(Page));
        var slow = new TaskCompletionSource();
        Browser.OnItsWay = sent => sent.Contains("page 1", StringComparison.Ordinal) ? slow.Task : Task.CompletedTask;
        var page = await ShownAsync();
        await Until(() => Server.AskedOf("Runs").Count() == 2);
        Browser.OnItsWay = _ => Task.CompletedTask;
        var (anew, behind) = (Ids(First), Ids(Page));
        Pages(anew, behind);

        await page.Find("header button").ClickAsync(new());
        page.WaitForState(() => page.FindComponents<RunLine>() is [var row, ..] && row.Instance.Run.RunRow.Id == anew[0], Long);
        (await ScrollAsync(page, 0, First + Page)).Items.Select(row => row.RunRow.Id).ShouldBe([.. anew, .. behind]);
        slow.SetResult();
    }

    [Fact]
    public async Task without_a_socket_somebody_who_has_scrolled_down_stays_there()
    {
        var first = Ids(First);
        Pages(first, Ids(Page));
        Sockets.AreRefused = true;
        var page = await ShownAsync();
        (await ScrollAsync(page, First, Page)).TotalItemCount.ShouldBe(First + Page);
        var added = Guid.CreateVersion7();
        Pages([added, .. first[..^1]], Ids(Page));

        // Three attempts, then every ten seconds.
        var deadline = DateTime.UtcNow + Long;
        while (page.FindAll(".pill").Count == 0 && DateTime.UtcNow < deadline)
        {
            Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(20);
        }

        page.Find(".pill").TextContent.ShouldContain("有 1 条新记录");
        (await ScrollAsync(page, 0, First)).TotalItemCount.ShouldBe(First + Page);
    }

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    private void Pages(params Guid[][] pages) => Server.On("Runs", body =>
    {
        var number = body["variables"]?["after"] is JsonValue after ? int.Parse(after.GetValue<string>().Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        if (number > 0 && behindIsAway)
        {
            return (HttpStatusCode.BadGateway, "");
        }

        var nodes = string.Join(',', pages[number].Select(id => Samples.Run(id, "COMPLETED")));
        var hasMore = number + 1 < pages.Length ? "true" : "false";
        return (HttpStatusCode.OK, "{\"data\":{\"runs\":{\"nodes\":[" + nodes + "],\"totalCount\":{\"value\":" + pages.Sum(one => one.Length)
            + ",\"isExact\":true},\"pageInfo\":{\"endCursor\":\"page " + (number + 1) + "\",\"hasNextPage\":" + hasMore + "}}}}");
    });

    private async Task<IRenderedComponent<RunsPage>> ShownAsync()
    {
        await StartAsync();
        The<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("runs?show=history");
        var page = Render<RunsPage>();
        page.WaitForState(() => page.FindComponents<Virtualize<RunEntry>>().Count == 1, Long);
        return page;
    }

    // As the browser asks for the rows that come into view.
    private static async Task<ItemsProviderResult<RunEntry>> ScrollAsync(IRenderedComponent<RunsPage> page, int from, int count)
    {
        var rows = page.FindComponent<Virtualize<RunEntry>>().Instance.ItemsProvider!;
        return await page.InvokeAsync(async () => await rows(new ItemsProviderRequest(from, count, default)));
    }
}
