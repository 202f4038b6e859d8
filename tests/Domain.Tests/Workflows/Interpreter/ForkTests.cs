using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

public sealed class ForkTests
{
    private static string Slow(string name, double seconds) =>
        $"          - {name}:\n              call: test.slow\n              with: {{ seconds: {seconds}, value: {name} }}\n";

    private static string Fork(bool compete, params string[] branches) =>
        $"do:\n  - both:\n      fork:\n        compete: {(compete ? "true" : "false")}\n        branches:\n{string.Concat(branches)}";

    [Fact]
    public void branches_run_at_once_and_give_an_array_in_their_order()
    {
        var run = Story.Of(Fork(false, Slow("a", 3), Slow("b", 1), Slow("c", 2))).Run();
        run.ShouldGive("""["a","b","c"]""");
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(3));
        run.CompletedNames.ShouldBe(["b", "c", "a", "both"]);
    }

    [Fact]
    public void in_a_competition_the_first_wins_and_the_others_are_cancelled()
    {
        var run = Story.Of(Fork(true, Slow("a", 3), Slow("b", 1), Slow("c", 2))).Run();
        run.ShouldGive("\"b\"");
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(1));
        run.Host.Interrupted.ShouldBe(["/do/0/both/fork/branches/0/a", "/do/0/both/fork/branches/2/c"], ignoreOrder: true);
        run.Events.OfType<ExecutionTaskCancelled>().Select(e => e.Task)
            .ShouldBe(["/do/0/both/fork/branches/0/a", "/do/0/both/fork/branches/2/c"], ignoreOrder: true);
    }

    [Fact]
    public void a_competition_of_computations_has_one_winner() => Story.Of("""
        do:
          - branchWithCompete:
              fork:
                compete: true
                branches:
                  - setRed:
                      set: { colors: '${ .colors + ["red"] }' }
                  - setGreen:
                      set: { colors: '${ .colors + ["green"] }' }
        """).Run().ShouldGive("""{"colors":["red"]}""");

    [Fact]
    public void a_competitor_that_fails_has_only_lost()
    {
        var failing = "          - x:\n              raise: { error: { type: 'https://x.y/z', status: 500 } }\n";
        Story.Of(Fork(true, failing, Slow("b", 1))).Run().ShouldGive("\"b\"");
        Story.Of(Fork(true, failing, failing.Replace("- x", "- y"))).Run().Fault.Instance.ShouldBe("/do/0/both/fork/branches/0/x");
    }

    [Fact]
    public void a_branch_that_fails_ends_the_others()
    {
        var failing = "          - x:\n              do:\n                - w:\n                    wait: PT1S\n                - r:\n                    raise: { error: { type: 'https://x.y/z', status: 500 } }\n";
        var run = Story.Of(Fork(false, Slow("a", 5), failing)).Run();
        run.Fault.Instance.ShouldBe("/do/0/both/fork/branches/1/x/do/1/r");
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(1));
        run.Host.Interrupted.ShouldBe(["/do/0/both/fork/branches/0/a"]);
        run.State.Tasks["/do/0/both/fork/branches/0/a"].Phase.ShouldBe(TaskPhase.Cancelled);
        run.State.Tasks["/do/0/both"].Phase.ShouldBe(TaskPhase.Faulted);
    }

    [Fact]
    public void contexts_of_branches_are_put_together_whoever_was_faster()
    {
        static string Export(string name, int seconds) =>
            $"          - {name}:\n              call: test.slow\n              with: {{ seconds: {seconds} }}\n              export: {{ as: '$context + {{ {name}: {seconds}, last: \"{name}\" }}' }}\n";
        const string after = "  - look:\n      set: { context: '${ $context }' }\n";
        Story.Of(Fork(false, Export("a", 2), Export("b", 1)) + after).Given("""{"start":1}""").Run()
            .ShouldGive("""{"context":{"start":1,"a":2,"b":1,"last":"b"}}""");
        Story.Of(Fork(false, Export("a", 1), Export("b", 2)) + after).Given("""{"start":1}""").Run()
            .ShouldGive("""{"context":{"start":1,"a":1,"b":2,"last":"b"}}""");
    }

    [Fact]
    public void end_in_a_branch_ends_the_workflow_and_the_other_branches()
    {
        var ending = "          - x:\n              call: test.slow\n              with: { seconds: 1, value: done }\n              then: end\n";
        var run = Story.Of(Fork(false, Slow("a", 5), ending) + "  - never:\n      set: { x: 1 }\n").Run();
        run.ShouldGive("\"done\"");
        run.Host.Now.ShouldBe(Story.Start.AddSeconds(1));
    }

    [Fact]
    public void a_run_cancelled_within_a_fork_cancels_every_branch()
    {
        var run = Story.Of(Fork(false, Slow("a", 5), Slow("b", 6))).Run(host => host.AfterRecord = h =>
        {
            if (h.Entries.Count(e => e.Event is ExecutionTaskStarted) == 3)
            {
                h.Cancel.Cancel();
            }
        });
        run.Ending.ShouldBeOfType<Ending.Cancelled>();
        run.State.Phase.ShouldBe(ExecutionPhase.Cancelled);
        run.State.Tasks.Values.ShouldAllBe(t => t.Phase == TaskPhase.Cancelled);
    }
}
