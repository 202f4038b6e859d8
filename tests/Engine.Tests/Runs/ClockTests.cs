using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Devices;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

/// <summary>The PC's clock is set while a run waits: no wait becomes longer by it, and none is cut short but by the time itself.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(-10)]
    [InlineData(-1440)]
    public async Task a_wait_ends_in_time_though_the_clock_is_put_back(int minutes)
    {
        var clock = new JumpingClock();
        await using var it = new EngineUnderTest(settings => settings with { Clock = clock });
        var run = await it.Start("  - nap: { wait: { seconds: 3 } }\n", more: "timeout: { after: { minutes: 5 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any() && clock.IsNapping);

        clock.Ahead = TimeSpan.FromMinutes(minutes);

        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
    }

    [Fact]
    public async Task a_wait_that_came_due_by_a_clock_put_forward_ends()
    {
        var clock = new JumpingClock();
        await using var it = new EngineUnderTest(settings => settings with { Clock = clock });
        var run = await it.Start("  - nap: { wait: { hours: 1 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        clock.Ahead = TimeSpan.FromDays(1);

        // The process starts again, as after a PC's sleep it looks at once.
        await it.Restart();

        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
    }

    [Fact]
    public async Task log_lines_and_progress_are_told_though_the_clock_is_put_back()
    {
        var clock = new JumpingClock();
        await using var it = new EngineUnderTest(settings => settings with { Clock = clock });
        var run = await it.Start("  - talk: { run: { shell: { command: 'echo one; sleep 1.5; echo two; sleep 1.5; echo three' } } }\n  - nap: { wait: { seconds: 60 } }\n");
        await EngineUnderTest.Eventually(() => it.LogTexts(run).Contains("one"));

        clock.Ahead = TimeSpan.FromDays(-1);

        await EngineUnderTest.Eventually(() => it.LogTexts(run).Contains("three"));
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionProgressed>().Any(e => e.At < DateTimeOffset.UtcNow.AddHours(-12)));
        await it.Ask(run, ControlKind.Cancel);
        await it.Ended(run);
    }

    [Fact]
    public void what_time_it_is_on_the_server_does_not_depend_on_the_clock_of_the_pc()
    {
        var clock = new JumpingClock();
        var session = new Session();
        var told = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
        session.Welcomed(1, told, clock.GetTimestamp());
        clock.Ahead = TimeSpan.FromDays(1);

        (session.ServerNow(clock) - told).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    private sealed class JumpingClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        /// <summary>Whether the wait of three seconds has begun: the clock jumps while it lasts, not before.</summary>
        public bool IsNapping { get; private set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            IsNapping |= dueTime.TotalSeconds is > 2 and <= 3;
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
