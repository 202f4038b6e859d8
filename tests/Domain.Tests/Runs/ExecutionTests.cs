using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Tests.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Runs;

[Trait("NoSecondGo", "drawn input")]
public sealed class ExecutionTests
{
    private static readonly DateTimeOffset At = Story.Start;

    private static readonly IReadOnlyList<IExecutionEvent> History = [.. Story.Of("""
        do:
          - loop:
              for: { in: '[1,2,3]' }
              do:
                - nap:
                    wait: PT1S
                - say:
                    call: test.echo
                    with: { item: '${ $item }' }
          - both:
              fork:
                compete: true
                branches:
                  - x:
                      wait: PT1S
                  - y:
                      wait: PT2S
          - flaky:
              try:
                - no:
                    raise: { error: { type: 'https://x.y/z', status: 500 } }
              catch: { retry: { delay: PT1S, limit: { attempt: { count: 2 } } } }
        """).Run().Events,
        new ExecutionControlAcknowledged(Guid.Parse("0195f2a0-0000-7000-8000-0000000000aa"), ControlKind.Cancel, At),
        new ExecutionControlTookEffect(Guid.Parse("0195f2a0-0000-7000-8000-0000000000aa"), ControlKind.Cancel, At, "run.ended")];

    /// <summary>The whole state as text, in one order.</summary>
    private static string Written(Execution state) => JsonSerializer.Serialize(
        state with { Tasks = Execution.None.Tasks, Controls = Execution.None.Controls }, EventJson.Wire)
        + JsonSerializer.Serialize(state.Tasks.OrderBy(t => t.Key, StringComparer.Ordinal).ToList(), EventJson.Wire)
        + JsonSerializer.Serialize(state.Controls.OrderBy(t => t.Key).ToList(), EventJson.Wire);

    [Fact]
    public void any_split_into_batches_with_repeats_and_overlaps_folds_to_the_same_state()
    {
        var whole = Written(Execution.Fold(null, 1, History));
        var splits = Gen.Choose(0, 7).SelectMany(overlap => Gen.Choose(1, 9).Select(size => (overlap, size))).ListOf();
        Prop.ForAll(splits.ToArbitrary(), steps =>
        {
            Execution? state = null;
            foreach (var (overlap, size) in steps.Concat(Enumerable.Repeat((0, 5), History.Count)))
            {
                var reached = (int)(state?.LastSequence ?? 0);
                var first = Math.Max(0, reached - overlap);
                state = Execution.Fold(state, first + 1, History.Skip(first).Take(size));
            }

            return Written(state!) == whole;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void a_gap_is_refused() =>
        Should.Throw<ArgumentException>(() => Execution.Fold(Execution.Fold(null, 1, History.Take(3)), 5, History.Skip(4).Take(1)));

    [Fact]
    public void the_state_tells_phase_tasks_and_controls()
    {
        var state = Execution.Fold(null, 1, History);
        state.Phase.ShouldBe(ExecutionPhase.Faulted);
        state.LastSequence.ShouldBe(History.Count);
        state.Name.ShouldBe("story-0195f2a0-0000-7000-8000-000000000001.test");
        state.Tasks["/do/0/loop/do@3/1/say"].Phase.ShouldBe(TaskPhase.Completed);
        state.Tasks["/do/1/both/fork/branches/1/y"].Phase.ShouldBe(TaskPhase.Cancelled);
        state.Tasks["/do/2/flaky"].Attempt.ShouldBe(3);
        state.Controls.Values.ShouldHaveSingleItem().Outcome.ShouldBe("run.ended");
        state.Current.ShouldBeEmpty();
    }

    [Fact]
    public void running_and_waiting_leaves_are_current()
    {
        var started = History.TakeWhile(e => e is not ExecutionTaskSuspended).Count() + 1;
        var state = Execution.Fold(null, 1, History.Take(started));
        state.Current.ShouldBe(["/do/0/loop/do/0/nap"]);
        state.Tasks["/do/0/loop/do/0/nap"].Phase.ShouldBe(TaskPhase.Waiting);
        state.Tasks["/do/0/loop/do/0/nap"].Until.ShouldBe(At.AddSeconds(1));
    }

    [Fact]
    public void suspending_and_resuming_are_phases_and_nothing_follows_an_end()
    {
        var state = Execution.Fold(null, 1, [new ExecutionSuspended("n", At)]);
        state.Phase.ShouldBe(ExecutionPhase.Suspended);
        state = Execution.Evolve(state, new ExecutionResumed("n", At));
        state.Phase.ShouldBe(ExecutionPhase.Running);
        state = Execution.Evolve(Execution.Evolve(state, new ExecutionCancelled("n", At)), new ExecutionSuspended("n", At));
        state.Phase.ShouldBe(ExecutionPhase.Cancelled);
    }

    [Fact]
    public void progress_never_falls_and_is_whole_when_completed()
    {
        var state = Execution.Fold(null, 1, [new ExecutionProgressed(40, [], At), new ExecutionProgressed(30, [], At)]);
        state.Percent.ShouldBe(40);
        Execution.Evolve(state, new ExecutionProgressed(200, [], At)).Percent.ShouldBe(99);
        Execution.Evolve(state, new ExecutionCompleted("n", At, null)).Percent.ShouldBe(100);
    }

    [Fact]
    public void sealed_contents_pass_through_untouched()
    {
        var output = new Content.Sealed(Guid.Parse("0195f2a0-0000-7000-8000-0000000000bb"), [1, 2, 3]);
        var state = Execution.Fold(null, 1, [
            new ExecutionTaskCreated("/do/0/a", "/do/0/a", "a", "set", At),
            new ExecutionTaskStarted("/do/0/a", "/do/0/a", At, null),
            new ExecutionTaskCompleted("/do/0/a", "/do/0/a", At, output, null, null, null)]);
        state.Tasks["/do/0/a"].Output.ShouldBeSameAs(output);
    }

    [Fact]
    public void folding_a_long_history_costs_each_event_about_the_same()
    {
        var output = Content.Of(Json.Of(1));
        IEnumerable<IExecutionEvent> Events(int from, int count) => Enumerable.Range(from, count).SelectMany(i => (IExecutionEvent[])[
            new ExecutionTaskStarted("/do/0/a", $"/do/0/a@{i}", At, null),
            new ExecutionTaskCompleted("/do/0/a", $"/do/0/a@{i}", At, output, null, null, null)]);

        var state = Execution.Fold(null, 1, Events(0, 1));
        var before = GC.GetAllocatedBytesForCurrentThread();
        state = Execution.Fold(state, state.LastSequence + 1, Events(1, 1_000));
        var early = GC.GetAllocatedBytesForCurrentThread() - before;
        state = Execution.Fold(state, state.LastSequence + 1, Events(1_001, 50_000));
        before = GC.GetAllocatedBytesForCurrentThread();
        Execution.Fold(state, state.LastSequence + 1, Events(51_001, 1_000));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(early * 4);
    }
}
