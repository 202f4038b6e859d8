using Jarvis.Client.Schema;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>The list's filters in its address.</summary>
public sealed class RunsAddressTests
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Fact]
    public void what_is_written_is_read_again()
    {
        var address = new RunsAddress
        {
            Shown = RunsShown.All, Status = RunStatus.Failed, Workflow = Guid.NewGuid(), Device = Guid.NewGuid(), Trigger = RunTrigger.Retry, ErrorType = "https://x/errors/timeout?a=b&c",
            From = new DateOnly(2026, 3, 2), To = new DateOnly(2026, 3, 8), Text = "报表 & 50%", NeedsMe = true, OldestFirst = true,
        };

        RunsAddress.Of(address.Query).ShouldBe(address);
    }

    [Theory]
    [InlineData("", RunsShown.Running)]
    [InlineData("?state=failed", RunsShown.History)]
    [InlineData("?state=pending", RunsShown.Waiting)]
    [InlineData("?show=nonsense&state=nonsense&from=yesterday&workflow=1", RunsShown.Running)]
    public void what_is_not_known_is_left_out(string query, RunsShown shown)
    {
        var address = RunsAddress.Of(query);

        address.Shown.ShouldBe(shown);
        address.Filters.ShouldBe(0);
    }

    [Fact]
    public void days_are_those_of_the_persons_zone_and_the_last_is_whole()
    {
        var filter = new RunsAddress { Shown = RunsShown.All, From = new DateOnly(2026, 3, 2), To = new DateOnly(2026, 3, 8) }.Filter(Shanghai);

        filter.OccurredFrom.ShouldBe(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.FromHours(8)));
        filter.OccurredTo.ShouldBe(new DateTimeOffset(2026, 3, 9, 0, 0, 0, TimeSpan.FromHours(8)));
        filter.Status.ShouldBeNull();
    }

    [Fact]
    public void a_number_elsewhere_leads_to_its_whole_list_whatever_is_watched()
    {
        var watched = Guid.NewGuid();

        RunsAddress.Of("?show=history&state=failed").Of(watched).Device.ShouldBe(watched);
        RunsAddress.Of("?show=all&workflow=" + Guid.NewGuid()).Of(watched).Device.ShouldBeNull();
        RunsAddress.Of("?device=all").Of(watched).Device.ShouldBeNull();
        RunsAddress.Of("?device=all").ShouldBe(RunsAddress.Of(RunsAddress.Of("?device=all").Query));
    }

    [Fact]
    public void a_state_that_the_part_does_not_have_is_not_asked_for() =>
        new RunsAddress { Shown = RunsShown.Waiting, Status = RunStatus.Failed }.Statuses.ShouldBe([RunStatus.Pending]);

    [Fact]
    public void the_one_that_is_next_in_line_stands_first_among_those_that_wait() =>
        new RunsAddress { Shown = RunsShown.Waiting }.Order.ShouldBe(RunOrder.Oldest);
}
