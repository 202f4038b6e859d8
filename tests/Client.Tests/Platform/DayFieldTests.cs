using Bunit;
using Jarvis.Client.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Platform;

/// <summary>A day, typed or chosen.</summary>
public sealed class DayFieldTests : ScreenTest
{
    private static readonly DateOnly Today = new(2026, 3, 5);

    [Theory]
    [InlineData("2026-11-23", "2026-11-23")]
    [InlineData(" 2026/1/3 ", "2026-01-03")]
    [InlineData("2026年11月23日", "2026-11-23")]
    [InlineData("20261123", "2026-11-23")]
    [InlineData("11-23", "2026-11-23")]
    [InlineData("3月1日", "2026-03-01")]
    [InlineData("昨天", "2026-03-04")]
    [InlineData("Today", "2026-03-05")]
    [InlineData("2026-02-30", null)]
    [InlineData("23.11.2026", null)]
    [InlineData("soon", null)]
    public void a_day_is_read_as_people_write_it(string text, string? day) => (DayText.Typed(text, Today) is { } read ? DayText.Of(read) : null).ShouldBe(day);

    [Fact]
    public async Task what_is_no_day_is_said_and_changes_nothing_until_it_is_mended()
    {
        await StartAsync();
        var chosen = new List<DateOnly?>();
        var field = Render<DayField>(parameters => parameters.Add(one => one.Label, "从").Add(one => one.ValueChanged, chosen.Add));

        await field.Find("input").ChangeAsync(new() { Value = "2026-13-01" });

        field.Find("[role=alert]").TextContent.ShouldContain("2026-01-31");
        field.Find("input").GetAttribute("aria-invalid").ShouldBe("true");
        chosen.ShouldBeEmpty();

        await field.Find("input").ChangeAsync(new() { Value = "昨天" });
        chosen.ShouldBe([new DateOnly(2026, 3, 4)]);
        field.FindAll("[role=alert]").ShouldBeEmpty();
    }

    [Fact]
    public async Task a_month_begins_on_monday_and_a_day_of_it_is_chosen()
    {
        await StartAsync();
        var chosen = new List<DateOnly?>();
        var field = Render<DayField>(parameters => parameters.Add(one => one.Label, "从").Add(one => one.Value, new DateOnly(2026, 3, 5)).Add(one => one.ValueChanged, chosen.Add));
        field.Find(".day-head strong").TextContent.ShouldBe("2026年3月");
        field.Find(".day-week").TextContent.ShouldBe("一");
        // 1 March 2026 is a Sunday: the month's first row begins in February.
        field.FindAll(".day-grid button")[0].GetAttribute("aria-label").ShouldBe("2026-02-23");
        field.Find(".day-grid [aria-pressed=true]").TextContent.ShouldBe("5");

        await field.FindAll(".day-head button")[1].ClickAsync(new());
        await field.FindAll(".day-grid button").Single(day => day.GetAttribute("aria-label") == "2026-04-30").ClickAsync(new());

        chosen.ShouldBe([new DateOnly(2026, 4, 30)]);
    }
}
