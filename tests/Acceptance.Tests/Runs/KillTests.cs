using System.Text.Json.Nodes;
using Jarvis.Acceptance.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>
/// kill -9 at random instants in mid-run: no acknowledged event is lost, none stands twice, every run ends as it should.
/// JARVIS_KILL_ROUNDS sets the rounds of each test (10 unless set).
/// </summary>
[Trait("NoSecondGo", "kills")]
public sealed class KillTests
{
    private const int Steps = 40;

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("JARVIS_KILL_ROUNDS"), out var rounds) ? rounds : 10;

    public enum Victim { Runner, Server, Postgres }

    [Theory]
    [InlineData(Victim.Runner)]
    [InlineData(Victim.Server)]
    [InlineData(Victim.Postgres)]
    public async Task A_run_survives_kills_at_random_instants(Victim victim)
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        var chance = new Random(20260301 + (int)victim);
        var workflow = await system.PublishAsync(Workflows.Files(system.PathOf("out"), Steps));

        var runs = new List<Guid>();
        for (var round = 0; round < Rounds; round++)
        {
            var run = await system.StartRunAsync(workflow);
            runs.Add(run);
            await Task.Delay(chance.Next(0, 1500));
            await KillAndStartAgainAsync(system, victim);
        }

        foreach (var run in runs)
        {
            (await system.WaitForStatusAsync(run, TimeSpan.FromMinutes(3), "COMPLETED", "FAILED", "CANCELLED")).ShouldBe("COMPLETED");
            await History.ShouldEqualTheJournal(system, run);
        }
    }

    [Fact]
    public async Task A_step_that_may_not_be_repeated_never_runs_twice_and_ends_interrupted()
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        var chance = new Random(7);
        for (var round = 0; round < Math.Max(2, Rounds / 3); round++)
        {
            var ledger = system.PathOf("ledgers", $"{round}.txt");
            var workflow = await system.PublishAsync(Workflows.Ledger(ledger, Steps));
            var run = await system.StartRunAsync(workflow);
            await system.WaitForStatusAsync(run, "RUNNING");
            await Task.Delay(chance.Next(50, 800));
            await KillAndStartAgainAsync(system, Victim.Runner);

            var status = await system.WaitForStatusAsync(run, "COMPLETED", "FAILED");
            var lines = File.Exists(ledger) ? await File.ReadAllLinesAsync(ledger) : [];
            lines.ShouldBe(lines.Distinct(), "a finished step ran again");
            if (status == "FAILED")
            {
                var error = (await system.RunAsync(run, "error { type }"))["error"]!["type"]!.GetValue<string>();
                error.ShouldBe("https://jarvis.ai/errors/interrupted");
            }

            await History.ShouldEqualTheJournal(system, run);
        }
    }

    private static async Task KillAndStartAgainAsync(JarvisSystem system, Victim victim)
    {
        switch (victim)
        {
            case Victim.Runner:
                await system.KillRunnerAsync();
                await system.StartRunnerAsync();
                break;
            case Victim.Server:
                await system.KillServerAsync();
                await system.StartServerAsync();
                break;
            default:
                system.Postgres.Kill();
                await system.Postgres.Exited;
                await system.Postgres.RestartAsync();
                break;
        }
    }
}
