using Jarvis.Client.Schema;
using Jarvis.Mobile.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Runs;

/// <summary>A run's nodes on an axis from which idle stretches are cut.</summary>
public sealed class TimelineRowsTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 5, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void two_bursts_with_an_hour_between_are_two_bursts_and_a_word_about_the_hour()
    {
        var rows = TimelineRows.Of([Span("/do/0/a", 0, 2), Span("/do/1/b", 3602, 3604)]);

        rows.Count.ShouldBe(3);
        rows[1].Span.ShouldBeNull();
        rows[1].IdleSeconds.ShouldBe(3600);
        rows[0].Width.ShouldBeGreaterThan(0.4);
        rows[2].Width.ShouldBeGreaterThan(0.4);
    }

    [Fact]
    public void a_short_pause_is_left_in() =>
        TimelineRows.Of([Span("/do/0/a", 0, 2), Span("/do/1/b", 3, 5)]).ShouldAllBe(row => row.Span != null);

    [Fact]
    public void a_node_that_holds_others_does_not_hide_that_nothing_happened()
    {
        var rows = TimelineRows.Of([Span("/do/0/loop", 0, 604), Span("/do/0/loop/for/do/0/x", 0, 2), Span("/do/0/loop/for/do/1/y", 602, 604)]);

        rows.ShouldContain(row => row.Span == null && row.IdleSeconds == 600);
        rows.ShouldAllBe(row => row.Start >= 0 && row.Start + row.Width <= 1.01);
    }

    [Fact]
    public void nothing_is_no_rows() => TimelineRows.Of([]).ShouldBeEmpty();

    private static TimelineSpan Span(string instance, double from, double to) =>
        new(instance, "call", RunTaskStatus.Completed, 1, Begin.AddSeconds(from), Begin.AddSeconds(to), false);
}
