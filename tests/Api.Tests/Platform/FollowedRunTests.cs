using Jarvis.Api.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>What is kept of a run for those who follow it is bounded, and never so that a follower overlooks what it missed.</summary>
public sealed class FollowedRunTests
{
    private readonly FollowedRun run = new();

    [Fact]
    public void no_more_events_are_kept_than_there_may_be()
    {
        run.Add([.. Enumerable.Range(1, FollowedRun.KeptEvents + 10).Select(version => Event(version, 100))]);
        run.Kept.Count.ShouldBe(FollowedRun.KeptEvents);
        run.Kept[^1].Sealed.Version.ShouldBe(FollowedRun.KeptEvents + 10);
    }

    [Fact]
    public void no_more_bytes_are_kept_than_there_may_be()
    {
        const int Large = 1024 * 1024;
        for (var version = 1; version <= 20; version++)
        {
            run.Add([Event(version, Large)]);
            run.Kept.Sum(e => (long)e.Bytes).ShouldBeLessThanOrEqualTo(FollowedRun.KeptBytes);
        }

        run.Kept.Select(e => e.Sealed.Version).ShouldBe([17L, 18, 19, 20]);
        run.Add([Event(21, 10)]);
        run.Kept.Select(e => e.Sealed.Version).ShouldBe([18L, 19, 20, 21]);
    }

    [Fact]
    public void the_newest_event_is_kept_however_large_it_is()
    {
        run.Add([Event(1, 10), Event(2, (int)FollowedRun.KeptBytes + 1)]);
        run.Kept.Select(e => e.Sealed.Version).ShouldBe([2L]);
    }

    private static LiveEvent Event(long version, int bytes)
    {
        var recorded = new RecordedEvent(version, Guid.Empty, Guid.Empty, version, "a type", new object(), default, null, null, null);
        return new LiveEvent(recorded, bytes, new Lazy<Task<RecordedEvent>>(Task.FromResult(recorded)));
    }
}
