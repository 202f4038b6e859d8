using Jarvis.Api.Platform;
using Jarvis.Api.Platform.Observing;
using Jarvis.Api.Tests.Runs;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>A daemon that does not keep up is told after 30 s, by a metric, in health and in the log.</summary>
public sealed class LagAlarmTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_view_that_stands_still_is_late_after_thirty_seconds_and_well_again_once_it_caught_up()
    {
        await using var mine = await RunsOfAPerson.Make(server, connected: false);
        var (_, reached) = await mine.Request();
        var progress = server.Services.GetRequiredService<ViewProgress>();
        (await progress.Reach("Runs", reached, TimeSpan.FromSeconds(20), CancellationToken.None)).ShouldBeTrue();
        var time = new Stopwatch();
        var lag = new ViewLag(progress, server.Services.GetRequiredService<ReadPoints>(), time, NullLogger<ViewLag>.Instance);
        lag.Look(reached);
        lag.Late().ShouldBeEmpty();

        // The head runs away from the view, a little each second.
        var daemon = server.Services.GetRequiredService<IProjectionCoordinator>().DaemonForMainDatabase();
        await daemon.StopAgentAsync("Runs:All");
        try
        {
            var (_, head) = await mine.Request();
            lag.Look(head);
            time.Ahead += TimeSpan.FromSeconds(29);
            lag.Look(head + 1);
            lag.Late().ShouldBeEmpty();
            time.Ahead += TimeSpan.FromSeconds(2);
            lag.Look(head + 2);
            lag.Late().ShouldContain("Runs");
            lag.Of("Runs").ShouldBeGreaterThan(ViewLag.Alarm);
        }
        finally
        {
            await daemon.StartAgentAsync("Runs:All", CancellationToken.None);
        }

        var (_, last) = await mine.Request();
        (await progress.Reach("Runs", last, TimeSpan.FromSeconds(20), CancellationToken.None)).ShouldBeTrue();
        await Eventually.Be(() => Task.FromResult(lag.Of("Runs")), behind => behind == TimeSpan.Zero);
    }

    [Fact]
    public void many_looks_at_a_head_that_runs_away_keep_the_oldest()
    {
        var time = new Stopwatch();
        var lag = new ViewLag(server.Services.GetRequiredService<ViewProgress>(), server.Services.GetRequiredService<ReadPoints>(), time, NullLogger<ViewLag>.Instance);
        for (var i = 0; i < 2_000; i++)
        {
            lag.Look(1_000_000_000 + i);
            time.Ahead += TimeSpan.FromSeconds(1);
        }

        lag.Of("Runs").ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1_999));
    }

    /// <summary>A stopwatch that the test moves.</summary>
    private sealed class Stopwatch : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => Ahead.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
