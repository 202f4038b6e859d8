using System.Text.Json.Nodes;
using Jarvis.Acceptance.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Runs;

/// <summary>One person at another machine steers a run on the PC: every control is asked, acknowledged and then effective.</summary>
public sealed class ControlTests
{
    [Fact]
    public async Task A_paused_run_starts_no_further_task_until_it_is_resumed()
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        var folder = system.PathOf("out");
        var run = await system.StartRunAsync(await system.PublishAsync(Workflows.Files(folder, 200)));
        await system.WaitForStatusAsync(run, "RUNNING");

        await ControlAsync(system, "pauseRun", "PauseRunInput", run);
        await system.WaitForStatusAsync(run, "PAUSED");
        var written = Directory.GetFiles(folder).Length;
        await Task.Delay(500);
        Directory.GetFiles(folder).Length.ShouldBe(written);

        await ControlAsync(system, "resumeRun", "ResumeRunInput", run);
        await system.WaitForStatusAsync(run, "COMPLETED");
        var phases = (await system.RunAsync(run, "controls { kind phase }"))["controls"]!.AsArray();
        phases.Select(c => $"{c!["kind"]} {c["phase"]}").ShouldBe(["PAUSE EFFECTIVE", "RESUME EFFECTIVE"]);
    }

    [Fact]
    public async Task A_cancelled_run_kills_its_process_tree_and_says_who_and_why()
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        var pidFile = system.PathOf("pids", "sleeper");
        var run = await system.StartRunAsync(await system.PublishAsync($$"""
            document: { dsl: '1.0.0', namespace: acceptance, name: sleeper, version: '1.0.0' }
            do:
              - sleep:
                  run:
                    shell: { command: 'trap "" TERM; sleep 600 & echo $! > "$1"; wait; wait', arguments: [ '{{pidFile}}' ] }
            """));
        while (!File.Exists(pidFile) || new FileInfo(pidFile).Length == 0)
        {
            await Task.Delay(50);
        }

        var sleeper = int.Parse(await File.ReadAllTextAsync(pidFile), System.Globalization.CultureInfo.InvariantCulture);
        await ControlAsync(system, "cancelRun", "CancelRunInput", run, new JsonObject { ["graceSeconds"] = 1, ["reason"] = "wrong folder" });

        await system.WaitForStatusAsync(run, "CANCELLED");
        Lives(sleeper).ShouldBeFalse("a child process outlived its run");
        var history = (await system.RunAsync(run, "statusHistory { status reason actorId }"))["statusHistory"]!.AsArray();
        history[^1]!["status"]!.GetValue<string>().ShouldBe("CANCELLED");
        history[^1]!["reason"]!.GetValue<string>().ShouldBe("wrong folder");
        history[^1]!["actorId"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_pending_run_that_is_cancelled_is_never_started()
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        await system.KillRunnerAsync();
        var folder = system.PathOf("out");
        var run = await system.StartRunAsync(await system.PublishAsync(Workflows.Files(folder, 1)));

        var pending = await system.RunAsync(run, "status queue { place waitsFor }");
        pending["status"]!.GetValue<string>().ShouldBe("PENDING");
        await ControlAsync(system, "cancelRun", "CancelRunInput", run);
        await system.WaitForStatusAsync(run, "CANCELLED");
        await system.StartRunnerAsync();
        await Task.Delay(2000);

        Directory.Exists(folder).ShouldBeFalse();
        (await system.RunAsync(run))["status"]!.GetValue<string>().ShouldBe("CANCELLED");
    }

    [Fact]
    public async Task A_failed_run_is_retried_from_its_failed_task_and_stays_as_it_was()
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        var target = system.PathOf("disk", "present");
        Directory.Delete(Path.GetDirectoryName(target)!);
        var ledger = system.PathOf("ledger.txt");
        var failed = await system.StartRunAsync(await system.PublishAsync($$"""
            document: { dsl: '1.0.0', namespace: acceptance, name: deliver, version: '1.0.0' }
            do:
              - prepare:
                  run: { shell: { command: 'echo prepared >> "$1"', arguments: [ '{{ledger}}' ] } }
              - deliver:
                  run: { shell: { command: 'echo delivered > "$1"', arguments: [ '{{target}}' ] } }
            """));
        await system.WaitForStatusAsync(failed, "FAILED");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);

        var again = Guid.Parse((await system.MutateAsync(
            "retryRun", "RetryRunInput", new JsonObject { ["runId"] = failed.ToString(), ["from"] = "FAILED_TASK" }, "run { id }"))["run"]!["id"]!.GetValue<string>());
        await system.WaitForStatusAsync(again, "COMPLETED");

        (await File.ReadAllLinesAsync(ledger)).ShouldBe(["prepared"], "a task that had finished ran again");
        (await system.RunAsync(failed))["status"]!.GetValue<string>().ShouldBe("FAILED");
        (await system.RunAsync(again, "parent { id }"))["parent"]!["id"]!.GetValue<string>().ShouldBe(failed.ToString());
    }

    [Fact]
    public async Task A_run_goes_on_while_the_server_is_away_and_is_told_when_it_is_back()
    {
        await using var system = await JarvisSystem.StartAsync();
        await system.StartRunnerAsync();
        var folder = system.PathOf("out");
        var run = await system.StartRunAsync(await system.PublishAsync(Workflows.Files(folder, 30)));
        await system.WaitForStatusAsync(run, "RUNNING");

        await system.KillServerAsync();
        while (!Directory.Exists(folder) || Directory.GetFiles(folder).Length < 30)
        {
            await Task.Delay(100);
        }

        await system.StartServerAsync();
        await system.WaitForStatusAsync(run, "COMPLETED");
        await History.ShouldEqualTheJournal(system, run);
    }

    [Fact]
    public async Task A_second_runner_with_the_same_identity_fences_the_first()
    {
        await using var system = await JarvisSystem.StartAsync();
        var first = await system.StartRunnerAsync("first");
        Directory.CreateDirectory(system.HomeOf("second"));
        File.Copy(Path.Combine(system.HomeOf("first"), "credentials.json"), Path.Combine(system.HomeOf("second"), "credentials.json"));

        await system.StartRunnerAsync("second");

        (await first.WaitForExitAsync(TimeSpan.FromSeconds(20))).ShouldBe(1);
        first.Everything.ShouldContain("identity", Case.Insensitive);
    }

    /// <summary>A zombie has ended: it only waits for the system to take note.</summary>
    private static bool Lives(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task ControlAsync(JarvisSystem system, string mutation, string type, Guid run, JsonObject? more = null)
    {
        var input = more ?? [];
        input["runId"] = run.ToString();
        await system.MutateAsync(mutation, type, input, "control { id }");
    }
}
