using System.Globalization;
using System.Text.Json;
using Jarvis.Cli.Tests.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Cli.Tests.Runs;

/// <summary>The real program, killed with SIGKILL in the middle of its work, and what the next engine on its journal makes of it.</summary>
[Trait("NoSecondGo", "kills")]
public sealed class KilledRunTests : IDisposable
{
    private readonly CommandLineUnderTest jarvis = new();

    public static TheoryData<int> Rounds => [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("JARVIS_KILL_ROUNDS") ?? "10", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Rounds))]
    public async Task whenever_it_is_killed_each_finished_task_ran_once_and_the_run_ends_as_it_should(int round)
    {
        // Each step leaves one mark, made by a file function that may be repeated; waits in between give the kill its places.
        var marks = Path.Combine(jarvis.Home, "marks");
        var tasks = string.Concat(Enumerable.Range(0, 12).Select(i =>
            $"  - step{i}: {{ call: file.write, with: {{ path: '{marks}/{i}', content: '${{ $context.n // \"\" | tostring }}' }}, export: {{ as: '${{ {{ n: {i} }} }}' }} }}\n"
            + $"  - nap{i}: {{ wait: {{ milliseconds: 25 }} }}\n"));
        var file = jarvis.Write("w.yaml", RunVerbTests.Workflow(tasks + "  - end: { set: { done: '${ $context.n }' } }\n"));
        await using (var process = jarvis.Start(["run", file, "--submit"]))
        {
            await Task.Delay(new Random(round * 7919).Next(150, 900), TestContext.Current.CancellationToken);
            await process.KillAloneAsync();
        }

        var home = JarvisHome.Open(jarvis.Home);
        if (!File.Exists(home.JournalFile))
        {
            return; // It was killed before it began anything.
        }

        var before = await Completed(home);
        await using var journal = Journal.Open(home.JournalFile);
        await using var engine = new WorkflowEngine(new EngineSettings(home) { SharesJournal = true, TakesOver = true }, journal);
        await engine.Resume(TestContext.Current.CancellationToken);
        foreach (var run in journal.Latest(10))
        {
            var ending = await engine.WhenEnded(run.RunId).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            ending.ShouldBeOfType<Ending.Completed>().Output.ToString().ShouldBe("""{"done":11}""");
            var events = Events(journal, run.RunId);
            events.OfType<ExecutionTaskCompleted>().Select(e => e.Instance).ShouldBeUnique();
            events.OfType<ExecutionTaskCompleted>().Count().ShouldBe(25);
            events.OfType<ExecutionTaskStarted>().Where(e => before.Contains(e.Instance)).Select(e => e.Instance).ShouldBeUnique("finished tasks never run again");
            Directory.EnumerateFiles(marks).Count(f => !f.EndsWith(".jarvis", StringComparison.Ordinal)).ShouldBe(12);
        }
    }

    [Fact]
    public async Task a_run_whose_journal_another_program_wrote_into_is_left_with_a_sentence()
    {
        var file = jarvis.Write("w.yaml", RunVerbTests.Workflow(
            $"  - until: {{ run: {{ shell: {{ command: 'touch {jarvis.Home}/ready; until [ -f {jarvis.Home}/go ]; do sleep 0.02; done' }} }} }}\n"));
        await using var process = jarvis.Start(["run", file, "--submit"]);
        await Until(() => File.Exists(Path.Combine(jarvis.Home, "ready")));
        await using (var journal = Journal.Open(JarvisHome.Open(jarvis.Home).JournalFile))
        {
            await Intrude(journal);
        }

        await File.WriteAllTextAsync(Path.Combine(jarvis.Home, "go"), "", TestContext.Current.CancellationToken);
        (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1);
        process.Errors.ShouldContain("The run ");
        process.Errors.ShouldNotContain("   at ");
    }

    /// <summary>Takes the place of the run's next event; again where the run itself was faster.</summary>
    private static async Task Intrude(Journal journal)
    {
        var run = journal.Latest(1)[0];
        for (var attempt = 1; ; attempt++)
        {
            var place = (await journal.Claim(run.RunId, "another", run.Owner)).ShouldNotBeNull();
            try
            {
                await journal.Append(place, [new PendingEvent("x", DateTimeOffset.UtcNow, "{}"u8.ToArray())]);
                return;
            }
            catch (SqliteException) when (attempt < 20)
            {
                // The run told of its progress in between.
            }
        }
    }

    [Fact]
    public async Task the_processes_of_a_killed_runner_die_with_it_and_its_command_is_interrupted()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("The process table is read as on Linux.");
        }

        var file = jarvis.Write("w.yaml", RunVerbTests.Workflow(
            $"  - long: {{ run: {{ shell: {{ command: '(setsid sh -c \"echo \\$\\$ > {jarvis.Home}/far; exec sleep 300\" &) ; sh -c \"echo \\$\\$ > {jarvis.Home}/near; exec sleep 300\"' }} }} }}\n"));
        await using var process = jarvis.Start(["run", file, "--submit"]);
        var near = await PidIn("near");
        var far = await PidIn("far");
        await process.KillAloneAsync();
        await Gone(near);
        await Gone(far);

        var home = JarvisHome.Open(jarvis.Home);
        await using var journal = Journal.Open(home.JournalFile);
        await using var engine = new WorkflowEngine(new EngineSettings(home) { SharesJournal = true, TakesOver = true }, journal);
        await engine.Resume(TestContext.Current.CancellationToken);
        var ending = await engine.WhenEnded(journal.Latest(1)[0].RunId).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        ending.ShouldBeOfType<Ending.Faulted>().Fault.Type.ShouldBe(FaultTypes.Interrupted);
    }

    [Fact]
    public async Task a_run_of_a_process_that_lives_is_not_taken_over_and_can_be_controlled_from_outside()
    {
        var file = jarvis.Write("w.yaml", RunVerbTests.Workflow("  - nap: { wait: { seconds: 60 } }\n"));
        await using var process = jarvis.Start(["run", file, "--submit"]);
        var home = JarvisHome.Open(jarvis.Home);
        await Until(() => File.Exists(home.JournalFile));
        await using var journal = Journal.Open(home.JournalFile);
        await using var engine = new WorkflowEngine(new EngineSettings(home) { SharesJournal = true, TakesOver = true }, journal);
        await Until(() => journal.Latest(1).Any(run => run.LastSequence > 0));
        (await engine.Resume(TestContext.Current.CancellationToken)).ShouldBe(0);
        var run = journal.Latest(1)[0].RunId;
        await engine.Control(new JournaledControl(Guid.CreateVersion7(), run, ControlKind.Cancel, 5, DateTimeOffset.UtcNow, false, false), TestContext.Current.CancellationToken);
        (await process.WaitForExitAsync(TimeSpan.FromSeconds(15))).ShouldBe(1);
        journal.Find(run)!.Status.ShouldBe(JournaledStatus.Cancelled);
        Events(journal, run).OfType<ExecutionControlTookEffect>().ShouldHaveSingleItem().Outcome.ShouldBeNull();
    }

    public void Dispose() => jarvis.Dispose();

    private static async Task<HashSet<string>> Completed(JarvisHome home)
    {
        await using var journal = Journal.Open(home.JournalFile);
        return [.. journal.Latest(10).SelectMany(run => Events(journal, run.RunId)).OfType<ExecutionTaskCompleted>().Select(e => e.Instance)];
    }

    private static List<IExecutionEvent> Events(Journal journal, Guid runId) =>
        [.. journal.AllEvents(runId).Select(e => (IExecutionEvent)JsonSerializer.Deserialize(e.Data, EventNames.TypeOf(e.Type)!, EventJson.Wire)!)];

    private async Task<int> PidIn(string name)
    {
        var path = Path.Combine(jarvis.Home, name);
        await Until(() => File.Exists(path) && File.ReadAllText(path).EndsWith('\n'));
        return int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
    }

    private static Task Gone(int process) => Until(() => !Directory.Exists($"/proc/{process}") || File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal));

    private static async Task Until(Func<bool> look)
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(20);
        while (!look())
        {
            (DateTimeOffset.UtcNow < end).ShouldBeTrue("it should have come to be by now");
            await Task.Delay(20);
        }
    }
}
