using Jarvis.Application.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Application.Tests.Platform;

/// <summary>No statement over a long history is open for long, however slowly its events are folded.</summary>
public sealed class FarEventsTests
{
    [Fact]
    public void A_statement_that_took_long_is_followed_by_one_over_fewer_positions_and_never_by_one_over_none()
    {
        FarEvents.Span(20_000, TimeSpan.FromSeconds(2)).ShouldBe(10_000);
        FarEvents.Span(1_000, TimeSpan.FromSeconds(2)).ShouldBe(1_000);
    }

    [Fact]
    public void A_quick_one_is_followed_by_one_over_more_up_to_a_limit()
    {
        FarEvents.Span(20_000, TimeSpan.FromMilliseconds(50)).ShouldBe(40_000);
        FarEvents.Span(100_000, TimeSpan.FromMilliseconds(50)).ShouldBe(100_000);
        FarEvents.Span(20_000, TimeSpan.FromMilliseconds(300)).ShouldBe(20_000);
    }
}
