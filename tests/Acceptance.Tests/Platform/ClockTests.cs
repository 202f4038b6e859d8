using Jarvis.Acceptance.Tests.Runs;
using Jarvis.Domain.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// The clock of the server or of the PC is wrong, and set, in mid-run: ten minutes either way, and a day. The same within one process, with a clock
/// of the test's own, stands in Api.Tests (<c>EngineOnServerTests</c>) and runs always.
/// </summary>
public sealed class ClockTests
{
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(-10), TimeSpan.FromDays(1), TimeSpan.Zero];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clock_that_jumps_loses_doubles_and_reorders_nothing(bool ofTheServer)
    {
        Assert.SkipWhen(WrongClock.Missing is not null, WrongClock.Missing ?? "");
        using var clock = await WrongClock.Make();
        await using var system = await JarvisSystem.StartAsync(environment: ofTheServer ? clock.Environment : null);
        await system.StartRunnerAsync(environment: ofTheServer ? null : clock.Environment);
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), 20));
        var runs = new List<Guid>();
        foreach (var jump in Jumps)
        {
            var run = await system.StartRunAsync(workflow);
            runs.Add(run);
            await system.WaitForStatusAsync(run, "RUNNING");
            clock.Set(jump);
            if (ofTheServer)
            {
                await ShouldShow(system, jump);
            }

            // One that is asked for, dispatched and begun after the jump.
            runs.Add(await system.StartRunAsync(workflow));
            foreach (var asked in runs.TakeLast(2))
            {
                (await system.WaitForStatusAsync(asked, TimeSpan.FromMinutes(3), "COMPLETED", "FAILED", "CANCELLED")).ShouldBe("COMPLETED", $"clock {jump}");
            }

            if (!ofTheServer)
            {
                var started = DateTimeOffset.Parse((await system.RunAsync(runs[^1], "startedAt"))["startedAt"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
                (started - (DateTimeOffset.UtcNow + jump)).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(5), "what the PC dates is dated by its clock");
            }
        }

        foreach (var run in runs)
        {
            await History.ShouldEqualTheJournal(system, run);
            var positions = (await system.HistoryAsync(StreamIds.Execution(run)))
                .Where(e => e["sequence"] is not null)
                .Select(e => long.Parse(e["position"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture)).ToList();
            positions.ShouldBe([.. positions.Order()], "stored out of order");
        }
    }

    /// <summary>The clock did move: the server's answers are dated by it, within a second.</summary>
    private static async Task ShouldShow(JarvisSystem system, TimeSpan ahead)
    {
        for (var look = 0; ; look++)
        {
            using var answer = await system.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            var away = (answer.Headers.Date!.Value - (DateTimeOffset.UtcNow + ahead)).Duration();
            if (away < TimeSpan.FromMinutes(2))
            {
                return;
            }

            look.ShouldBeLessThan(100, $"the server's clock is {away} from where it was set");
            await Task.Delay(100);
        }
    }
}
