using Jarvis.Application.Platform;
using JasperFx.Events.Projections;
using Shouldly;
using Xunit;

namespace Jarvis.Application.Tests.Platform;

/// <summary>What the daemon has in hand for a view is bounded in bytes, though it counts positions.</summary>
public sealed class ReadAheadTests
{
    private const int Usual = 15_000;
    private const long Megabyte = 1024 * 1024;

    private readonly AsyncOptions options = new() { MaximumHopperSize = Usual };

    [Fact]
    public void Usual_events_are_read_ahead_as_far_as_the_view_says()
    {
        new ReadAhead(options).Took(2_500, 2_500 * 1_000L);

        options.MaximumHopperSize.ShouldBe(Usual);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 16)]
    [InlineData(1_000, 16)]
    [InlineData(1, 500)]
    public void Of_large_events_no_more_bytes_are_read_ahead_than_there_may_be(long positions, long megabytes)
    {
        new ReadAhead(options).Took(positions, megabytes * Megabyte);

        options.MaximumHopperSize.ShouldBeGreaterThan(0, "nothing would ever be read");
        (options.MaximumHopperSize == 1 || options.MaximumHopperSize * megabytes * Megabyte / positions <= ReadAhead.Bytes).ShouldBeTrue();
    }

    [Fact]
    public void Behind_large_events_it_is_read_ahead_as_far_as_before_step_by_step()
    {
        var ahead = new ReadAhead(options);
        ahead.Took(16, 16 * Megabyte);
        var narrow = options.MaximumHopperSize;
        ahead.Took(2_000, 0);
        options.MaximumHopperSize.ShouldBe(2 * narrow);

        for (var page = 0; page < 20; page++)
        {
            ahead.Took(2_000, 0);
        }

        options.MaximumHopperSize.ShouldBe(Usual);
    }
}
