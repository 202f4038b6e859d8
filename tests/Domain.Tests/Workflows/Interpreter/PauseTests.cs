using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>What a pause does to time: a time-out does not count it, a wait does.</summary>
public sealed class PauseTests
{
    private static readonly Story Limited = Story.Of("""
        timeout: { after: { seconds: 10 } }
        do:
          - first: { call: test.slow, with: { seconds: 4 } }
          - second: { call: test.slow, with: { seconds: 4, value: done } }
        """);

    [Fact]
    public void a_pause_is_not_counted_by_a_time_out() =>
        Limited.Run(host => PauseBefore(host, "second", TimeSpan.FromHours(1), isPause: true)).ShouldGive("\"done\"");

    [Fact]
    public void twin_the_same_delay_that_is_no_pause_is_counted() =>
        Limited.Run(host => PauseBefore(host, "second", TimeSpan.FromHours(1), isPause: false)).Fault.Type.ShouldEndWith("/timeout");

    [Fact]
    public void what_is_left_of_the_time_is_counted_after_a_pause() =>
        Story.Of("""
            do:
              - whole:
                  timeout: { after: { seconds: 5 } }
                  do:
                    - first: { call: test.slow, with: { seconds: 4 } }
                    - second: { call: test.slow, with: { seconds: 4 } }
            """).Run(host => PauseBefore(host, "second", TimeSpan.FromHours(1), isPause: true)).Fault.Type.ShouldEndWith("/timeout");

    [Fact]
    public void a_recorded_pause_is_known_to_the_next_process()
    {
        JournalEntry[] journal =
        [
            new(new ExecutionSuspended("story", Story.Start.AddSeconds(1)), null), new(new ExecutionResumed("story", Story.Start.AddSeconds(2)), null),
            new(new ExecutionSuspended("story", Story.Start.AddSeconds(3)), null),
        ];
        RecordedExecution.From(journal).Pauses.ShouldBe([(Story.Start.AddSeconds(1), Story.Start.AddSeconds(2)), (Story.Start.AddSeconds(3), null)]);
    }

    private static void PauseBefore(FakeHost host, string task, TimeSpan time, bool isPause) => host.AtGate = async (instance, cancel) =>
    {
        if (!instance.EndsWith(task, StringComparison.Ordinal))
        {
            return;
        }

        var from = host.Now;
        if (isPause)
        {
            host.Pauses.Add((from, null));
        }

        await host.Delay(time, cancel);
        if (isPause)
        {
            host.Pauses[^1] = (from, host.Now);
        }
    };
}
