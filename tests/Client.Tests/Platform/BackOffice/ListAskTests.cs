using Jarvis.Admin.Platform.Lists;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform.BackOffice;

/// <summary>A list's view as it stands in the address.</summary>
public sealed class ListAskTests
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Fact]
    public void what_is_written_into_an_address_is_read_from_it()
    {
        var query = new Dictionary<string, string> { ["text"] = "发票 & 50% = a+b?#", ["status"] = "failed" };

        Address.Read("http://jarvis.test/admin/runs" + Address.Write(query)).ShouldBe(query, ignoreOrder: true);
    }

    [Fact]
    public void an_address_without_a_query_asks_for_nothing()
    {
        Address.Read("http://jarvis.test/admin/runs").ShouldBeEmpty();
        Address.Read("http://jarvis.test/admin/runs?text=&&=").ShouldBeEmpty();
        Address.Write([]).ShouldBe("");
    }

    [Fact]
    public void a_day_is_the_persons_and_the_last_one_counts_whole()
    {
        var ask = Ask(("from", "2026-03-05"), ("to", "2026-03-05"));

        ask.Day("from", Shanghai).ShouldBe(new DateTimeOffset(2026, 3, 4, 16, 0, 0, TimeSpan.Zero));
        ask.Day("to", Shanghai, 1).ShouldBe(new DateTimeOffset(2026, 3, 5, 16, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("5.3.2026")]
    [InlineData("2026-02-30")]
    [InlineData("' or 1=1")]
    public void what_is_no_day_filters_nothing(string text) => Ask(("from", text)).Day("from", Shanghai).ShouldBeNull();

    [Fact]
    public void a_page_is_asked_for_from_one_side_only()
    {
        var first = Ask();
        var back = new ListAsk(new Dictionary<string, string>(), null, null, "c");

        (first.First, first.Last, first.IsFirstPage).ShouldBe((ListAsk.PageSize, null, true));
        (back.First, back.Last, back.IsFirstPage).ShouldBe((null, ListAsk.PageSize, false));
    }

    [Fact]
    public async Task a_saved_view_is_kept_under_its_name_replaced_and_removed()
    {
        var browser = new MemoryBrowser();
        await new SavedViews(browser, "runs").Save("今天失败的", "?status=failed");
        await new SavedViews(browser, "runs").Save("今天失败的", "?status=failed&order=longest");

        new SavedViews(browser, "runs").All.ShouldBe([("今天失败的", "?status=failed&order=longest")]);
        new SavedViews(browser, "devices").All.ShouldBeEmpty();

        await new SavedViews(browser, "runs").Remove("今天失败的");
        new SavedViews(browser, "runs").All.ShouldBeEmpty();
    }

    private static ListAsk Ask(params (string Name, string Value)[] filters) =>
        new(filters.ToDictionary(filter => filter.Name, filter => filter.Value), null, null, null);
}
