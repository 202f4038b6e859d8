using System.Diagnostics;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Runs;

public sealed class ControlTests
{
    [Fact]
    public async Task a_pause_takes_effect_before_the_next_task_and_resume_lets_it_go_on()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - first: { run: { shell: { command: 'sleep 0.5; echo one >> {{it.File("out")}}' } } }
              - second: { run: { shell: { command: 'echo two >> {{it.File("out")}}' } } }
            """);
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskStarted>().Any());
        var pause = await it.Ask(run, ControlKind.Pause);
        it.Events(run).OfType<ExecutionControlAcknowledged>().ShouldHaveSingleItem().ControlId.ShouldBe(pause);
        it.Events(run).OfType<ExecutionControlTookEffect>().ShouldBeEmpty("the first task is still running");

        (await it.Effect(run, pause)).Outcome.ShouldBeNull();
        await Task.Delay(200);
        File.ReadAllText(it.File("out")).ShouldBe("one\n");
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Paused);
        it.Events(run).OfType<ExecutionSuspended>().Count().ShouldBe(1);

        var resume = await it.Ask(run, ControlKind.Resume);
        await it.Ended(run);
        (await it.Effect(run, resume)).Outcome.ShouldBeNull();
        File.ReadAllText(it.File("out")).ShouldBe("one\ntwo\n");
        it.Events(run).OfType<ExecutionResumed>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task a_pause_inside_a_wait_takes_effect_at_once_and_the_wait_does_not_end_while_paused()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - nap: { wait: { seconds: 2 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        await it.Effect(run, await it.Ask(run, ControlKind.Pause));
        it.Events(run).OfType<ExecutionTaskCompleted>().ShouldBeEmpty("the pause did not wait for the end of the wait");
        await Task.Delay(2_300);
        it.Events(run).OfType<ExecutionTaskCompleted>().ShouldBeEmpty("the wait came due while the run was paused");

        await it.Ask(run, ControlKind.Resume);
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_pause_stops_a_time_out_also_over_a_restart(bool restarts)
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start(
            "  - nap: { wait: { milliseconds: 200 } }\n  - after: { set: { ok: true } }\n", more: "timeout: { after: { seconds: 3 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        await it.Effect(run, await it.Ask(run, ControlKind.Pause));
        if (restarts)
        {
            await it.Restart();
        }

        await Task.Delay(3500);
        await it.Ask(run, ControlKind.Resume);

        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
    }

    [Fact]
    public async Task a_pause_is_answered_once_and_survives_the_engine()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - nap: { wait: { seconds: 1 } }\n  - after: { set: { ok: true } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        var pause = await it.Ask(run, ControlKind.Pause);
        await it.Effect(run, pause);
        await it.Engine.Control(new JournaledControl(pause, run, ControlKind.Pause, 0, DateTimeOffset.UtcNow, false, false), CancellationToken.None);

        await it.Restart();
        await Task.Delay(1500);
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Paused);
        it.Events(run).OfType<ExecutionControlTookEffect>().Count(e => e.ControlId == pause).ShouldBe(1);
        it.Events(run).OfType<ExecutionSuspended>().Count().ShouldBe(1);

        await it.Ask(run, ControlKind.Resume);
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
    }

    [Fact]
    public async Task a_pause_takes_effect_also_when_the_connection_that_brought_it_is_gone_by_then()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - long: { run: { shell: { command: 'until [ -f {{it.File("go")}} ]; do sleep 0.02; done' } } }
              - after: { set: { ok: true } }
            """);
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskStarted>().Any());
        var pause = new JournaledControl(Guid.CreateVersion7(), run, ControlKind.Pause, 0, DateTimeOffset.UtcNow, false, false);
        using (var connection = new CancellationTokenSource())
        {
            (await it.Engine.Control(pause, connection.Token)).ShouldBeTrue();
            await connection.CancelAsync();
        }

        await File.WriteAllTextAsync(it.File("go"), "", TestContext.Current.CancellationToken);
        (await it.Effect(run, pause.ControlId)).Outcome.ShouldBeNull();
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Paused);

        await it.Ask(run, ControlKind.Resume);
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
    }

    [Fact]
    public async Task a_control_that_the_run_has_taken_in_is_answered_also_when_its_connection_breaks_meanwhile()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - nap: { wait: { seconds: 60 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        await it.Effect(run, await it.Ask(run, ControlKind.Pause));
        var resume = new JournaledControl(Guid.CreateVersion7(), run, ControlKind.Resume, 0, DateTimeOffset.UtcNow, false, false);
        using (var connection = new CancellationTokenSource())
        {
            var held = new HeldContinuations();
            var asking = held.Run(() => it.Engine.Control(resume, connection.Token));
            // It goes on step by step until the run has acknowledged it, and only then the connection breaks.
            await EngineUnderTest.Eventually(() =>
            {
                var acknowledged = it.Events(run).OfType<ExecutionControlAcknowledged>().Any(e => e.ControlId == resume.ControlId);
                return acknowledged || (held.Step() && false);
            });
            await connection.CancelAsync();
            held.LetGo();
            await asking;
        }

        (await it.Effect(run, resume.ControlId)).Outcome.ShouldBeNull();
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Running);
    }

    [Fact]
    public async Task a_cancel_asks_first_and_the_process_may_clean_up()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - long: { run: { shell: { command: 'trap "echo bye > {{it.File("bye")}}; exit 0" TERM; echo ready > {{it.File("ready")}}; while :; do sleep 0.05; done' } } }
            """);
        await EngineUnderTest.Eventually(() => File.Exists(it.File("ready")));
        var cancel = await it.Ask(run, ControlKind.Cancel);
        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        (await it.Effect(run, cancel)).Outcome.ShouldBeNull();
        File.ReadAllText(it.File("bye")).ShouldBe("bye\n");
        it.Events(run)[^1].ShouldBeOfType<ExecutionControlTookEffect>();
    }

    [Fact]
    public async Task after_the_grace_time_the_whole_process_tree_is_killed()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - long: { run: { shell: { command: 'trap "" TERM; sh -c "trap \"\" TERM; echo \$\$ > {{it.File("pid")}}; while :; do sleep 0.05; done" & while :; do sleep 0.05; done' } } }
            """);
        await EngineUnderTest.Eventually(() => File.Exists(it.File("pid")) && File.ReadAllText(it.File("pid")).EndsWith('\n'));
        var inner = int.Parse(File.ReadAllText(it.File("pid")), System.Globalization.CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        await it.Ask(run, ControlKind.Cancel, graceSeconds: 1);
        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(900));
        await EngineUnderTest.Eventually(() => !Directory.Exists($"/proc/{inner}"));
    }

    [Fact]
    public async Task a_forced_cancel_ends_a_cancel_that_still_waits()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start($$"""
              - long: { run: { shell: { command: 'trap "" TERM; echo ready > {{it.File("ready")}}; while :; do sleep 0.05; done' } } }
            """);
        await EngineUnderTest.Eventually(() => File.Exists(it.File("ready")));
        var asked = await it.Ask(run, ControlKind.Cancel, graceSeconds: 60);
        await Task.Delay(100);
        var forced = await it.Ask(run, ControlKind.Cancel, graceSeconds: 0);
        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        (await it.Effect(run, asked)).Outcome.ShouldBeNull();
        (await it.Effect(run, forced)).Outcome.ShouldBeNull();
    }

    [Fact]
    public async Task a_paused_run_can_be_cancelled()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - nap: { wait: { seconds: 60 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(run).OfType<ExecutionTaskSuspended>().Any());
        await it.Effect(run, await it.Ask(run, ControlKind.Pause));
        await it.Ask(run, ControlKind.Cancel);
        (await it.Ended(run)).ShouldBeOfType<Ending.Cancelled>();
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Cancelled);
    }

    [Fact]
    public async Task a_run_that_waits_for_its_turn_can_be_cancelled()
    {
        await using var it = new EngineUnderTest(settings => settings with { MaxConcurrentRuns = 1 });
        var first = await it.Start("  - nap: { wait: { seconds: 60 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(first).OfType<ExecutionTaskSuspended>().Any());
        var second = await it.Start("  - nap: { set: { a: 1 } }\n");
        it.Events(second).ShouldBeEmpty();
        await it.Ask(second, ControlKind.Cancel);
        (await it.Ended(second)).ShouldBeOfType<Ending.Cancelled>();
        it.Events(second)[0].ShouldBeOfType<ExecutionStarted>("its server knows a run of this PC by its first event");
    }

    [Fact]
    public async Task a_control_that_reaches_a_run_only_when_it_is_left_stays_open_for_the_next_start()
    {
        await using var it = new EngineUnderTest();
        var place = (await it.Journal.Begin(it.Order("  - a: { set: { a: 1 } }\n"), "somebody"))!;
        var recorder = new RunRecorder(
            it.Journal, place, new LargeValues(new BlobFolder(it.File("blobs"))), new RunProgress(null, RecordedExecution.Empty, TimeProvider.System), TimeProvider.System, null, default);
        await recorder.DisposeAsync();

        var answer = recorder.Answer(() => new ControlReply([], []), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await Should.ThrowAsync<OperationCanceledException>(answer);
    }

    [Fact]
    public async Task a_paused_run_does_not_keep_others_from_their_turn()
    {
        await using var it = new EngineUnderTest(settings => settings with { MaxConcurrentRuns = 1 });
        var first = await it.Start("  - nap: { wait: { milliseconds: 300 } }\n");
        await EngineUnderTest.Eventually(() => it.Events(first).OfType<ExecutionTaskSuspended>().Any());
        await it.Effect(first, await it.Ask(first, ControlKind.Pause));
        (await it.Ended(await it.Start("  - a: { set: { a: 1 } }\n"))).ShouldBeOfType<Ending.Completed>();

        await it.Restart();
        (await it.Ended(await it.Start("  - a: { set: { a: 1 } }\n"))).ShouldBeOfType<Ending.Completed>();
        await it.Ask(first, ControlKind.Resume);
        (await it.Ended(first)).ShouldBeOfType<Ending.Completed>();
    }

    [Fact]
    public async Task a_control_of_a_run_that_ended_says_so()
    {
        await using var it = new EngineUnderTest();
        var run = await it.Start("  - a: { set: { a: 1 } }\n");
        await it.Ended(run);
        var pause = await it.Ask(run, ControlKind.Pause);
        (await it.Effect(run, pause)).Outcome.ShouldBe("run.ended");
        it.Journal.Find(run)!.Status.ShouldBe(JournaledStatus.Completed);
    }

    [Fact]
    public async Task a_control_of_an_unknown_run_is_refused()
    {
        await using var it = new EngineUnderTest();
        (await it.Engine.Control(
            new JournaledControl(Guid.CreateVersion7(), Guid.CreateVersion7(), ControlKind.Pause, 0, DateTimeOffset.UtcNow, false, false), CancellationToken.None))
            .ShouldBeFalse();
    }

    [Fact]
    public async Task the_losers_of_a_race_are_really_ended()
    {
        await using var it = new EngineUnderTest();
        await it.Output($$"""
              - race:
                  fork:
                    compete: true
                    branches:
                      - slow: { run: { shell: { command: 'echo $$ > {{it.File("pid")}}; sleep 60' } } }
                      - fast: { run: { shell: { command: 'while [ ! -s {{it.File("pid")}} ]; do sleep 0.02; done; echo fast' } } }
            """);
        Directory.Exists("/proc/" + File.ReadAllText(it.File("pid")).Trim()).ShouldBeFalse();
    }
}
