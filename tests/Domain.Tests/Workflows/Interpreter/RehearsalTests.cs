using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>A definition is stepped through what a run recorded, and the first difference is told.</summary>
public sealed class RehearsalTests
{
    private const string Orders = """
        do:
          - fetch:
              call: test.echo
              with: { orders: [1, 2, 3] }
          - both:
              fork:
                branches:
                  - left:
                      do:
                        - l1: { call: test.echo, with: { side: left } }
                        - l2: { set: { left: '${ .side }' } }
                  - right:
                      call: test.echo
                      with: { side: right }
          - each:
              for: { in: '[1, 2, 3]' }
              do:
                - pay:
                    call: test.pay
                    with: { amount: '${ $item * 2 }' }
                - note: { set: { last: '${ .amount }' } }
          - careful:
              try:
                - shaky: { call: test.slow, with: { seconds: 0, value: 7 } }
              catch:
                retry: { delay: PT1S, limit: { attempt: { count: 2 } } }
                do:
                  - give: { set: { gave: up } }
          - pause: { wait: PT5S }
          - end: { set: { paid: '${ . }' } }
        """;

    private static ReplayOutcome Step(string text, Outcome run, string? upTo = null, RecordedExecution? recorded = null) => Rehearsal.Of(
        Story.Of(text).Definition,
        new RunFacts(Guid.Empty, JsonObject.Empty, new RuntimeDescriptor("jarvis", "0.1.0", JsonObject.Empty), new Dictionary<string, Json>(), Story.Start),
        recorded ?? RecordedExecution.From(Outcome.Reread(run.Journal).Select(entry => entry with { Private = null })), upTo);

    private static Outcome Shaky() => Story.Of(Orders).Run(host => host.On("test.slow", a =>
        a.Instance.Contains("try@2", StringComparison.Ordinal) ? Json.Of(7) : throw new WorkflowFaultException(Fault.Runtime("not yet"))));

    [Fact]
    public void the_definition_that_ran_goes_the_way_that_it_went()
    {
        var run = Shaky();
        var outcome = Step(Orders, run);
        outcome.First.ShouldBeNull();
        outcome.Same.ShouldBe(run.State.Tasks.Count);
        outcome.Reached.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("with: { orders: [1, 2, 3] }", "with: { orders: [1, 2] }", "arguments", "/do/0/fetch")]
    [InlineData("${ $item * 2 }", "${ $item + 1 }", "arguments", "/do/2/each/do@2/0/pay")]
    [InlineData("{ last: '${ .amount }' }", "{ last: 4 }", "output", "/do/2/each/do/1/note")]
    [InlineData("in: '[1, 2, 3]'", "in: '[1, 2]'", "arguments", "/do/2/each")]
    [InlineData("wait: PT5S", "set: { x: 1 }", "kind", "/do/4/pause")]
    [InlineData("count: 2", "count: 0", "added", "/do/3/careful/catch/do/0/give")]
    [InlineData("- pause: { wait: PT5S }", "- extra: { set: { a: 1 } }\n  - pause: { wait: PT5S }", "added", "/do/4/extra")]
    [InlineData("  - pause: { wait: PT5S }\n", "", "added", "/do/4/end")]
    [InlineData("- note:", "- note2:", "added", "/do/2/each/do/1/note2")]
    [InlineData("- end: { set: { paid: '${ . }' } }", "- end: { if: '${ false }', set: { paid: '${ . }' } }", "skipped", "/do/5/end")]
    public void a_changed_definition_is_followed_up_to_its_first_difference(string was, string now, string code, string instance)
    {
        Orders.ShouldContain(was);
        var outcome = Step(Orders.Replace(was, now, StringComparison.Ordinal), Shaky());
        outcome.First.ShouldNotBeNull();
        (outcome.First.Code, outcome.First.Instance).ShouldBe((code, instance), outcome.First.Reason);
    }

    [Fact]
    public void what_would_not_be_reached_any_more_is_told()
    {
        var outcome = Step(Orders.Replace("  - end: { set: { paid: '${ . }' } }", "", StringComparison.Ordinal), Shaky());
        outcome.First.ShouldNotBeNull();
        (outcome.First.Code, outcome.First.Instance).ShouldBe(("output", ""), "the run would end with what the wait handed on");
    }

    [Fact]
    public void a_branch_that_lost_a_race_and_a_limit_that_passed_end_as_they_ended()
    {
        const string Race = """
            do:
              - race:
                  fork:
                    compete: true
                    branches:
                      - slow: { do: [ { a: { set: { a: 1 } } }, { b: { call: test.slow, with: { seconds: 50, value: 1 } } } ] }
                      - quick: { call: test.slow, with: { seconds: 1, value: 2 } }
              - limited:
                  try:
                    - long:
                        timeout: { after: PT2S }
                        call: test.slow
                        with: { seconds: 60, value: 3 }
                  catch:
                    do:
                      - late: { set: { late: true } }
            """;
        var run = Story.Of(Race).Run();
        run.ShouldGive("""{"late":true}""");
        var outcome = Step(Race, run);
        outcome.First.ShouldBeNull(outcome.First?.ToString());
        outcome.Same.ShouldBeGreaterThan(4);
    }

    [Fact]
    public void branches_that_ended_before_another_failed_go_the_way_that_they_went()
    {
        const string Text = """
            do:
              - both:
                  fork:
                    branches:
                      - fails: { call: test.slow, with: { seconds: 5 } }
                      - ends: { call: test.pay, with: { amount: 1 } }
                      - goesOn: { do: [ { a: { set: { a: 1 } } }, { b: { call: test.echo, with: { seconds: 50 } } } ] }
            """;
        var run = Story.Of(Text).Run(host => host.On("test.slow", async (_, c) =>
        {
            await host.Delay(TimeSpan.FromSeconds(5), c);
            throw new WorkflowFaultException(Fault.Runtime("no"));
        }));
        var outcome = Step(Text, run);
        outcome.First.ShouldBeNull(outcome.First?.ToString());
        Step(Text.Replace("amount: 1", "amount: 2", StringComparison.Ordinal), run).First!.Instance.ShouldBe("/do/0/both/fork/branches/1/ends");
    }

    [Fact]
    public void a_fault_that_the_definition_mended_is_where_it_differs()
    {
        const string Wrong = "do:\n  - a: { set: { n: 1 } }\n  - b: { set: { m: '${ .n | keys }' } }\n";
        var outcome = Step(Wrong.Replace(" | keys", "", StringComparison.Ordinal), Story.Of(Wrong).Run());
        outcome.First.ShouldNotBeNull();
        (outcome.First.Code, outcome.First.Instance).ShouldBe(("ending", "/do/1/b"));
        Step(Wrong, Story.Of(Wrong).Run()).First.ShouldBeNull();
    }

    [Fact]
    public void a_prefix_that_is_to_be_continued_may_be_followed_by_anything_but_not_have_changed()
    {
        const string Text = "do:\n  - a: { call: test.pay, with: { amount: 1 } }\n  - b: { call: test.slow, with: { seconds: 0 } }\n  - c: { set: { c: 1 } }\n";
        var failed = Story.Of(Text).Run(host => host.On("test.slow", _ => throw new WorkflowFaultException(Fault.Runtime("no"))));
        var whole = RecordedExecution.From(failed.Journal);
        var prefix = whole.ForContinuation();
        ReplayOutcome Continue(string text) => Step(text, failed, whole.FailedInstance, prefix);

        var mended = Continue(Text.Replace("seconds: 0 } }\n  - c: { set: { c: 1 } }", "seconds: 1 } }\n  - d: { set: { c: 2 } }", StringComparison.Ordinal));
        mended.First.ShouldBeNull();
        mended.Reached.ShouldBe(["/do/1/b"]);
        Continue(Text.Replace("amount: 1", "amount: 2", StringComparison.Ordinal)).First!.Code.ShouldBe("arguments");
        Continue(Text.Replace("  - a:", "  - z: { set: { z: 1 } }\n  - a:", StringComparison.Ordinal)).First!.Code.ShouldBe("added");
    }

    [Fact]
    public void the_prefix_of_an_iteration_in_a_fork_is_stepped_through_to_that_iteration()
    {
        const string Text = """
            do:
              - both:
                  fork:
                    branches:
                      - ok: { call: test.pay, with: { amount: 1 } }
                      - loop:
                          for: { in: '[1,2,3]' }
                          do:
                            - x: { call: test.slow, with: { seconds: 1, value: '${ $item }' } }
            """;
        var failed = Story.Of(Text).Run(host => host.On("test.slow", async (a, c) =>
        {
            await host.Delay(TimeSpan.FromSeconds(1), c);
            return a.Instance.Contains("@2", StringComparison.Ordinal) ? throw new WorkflowFaultException(Fault.Runtime("no")) : Json.Of(1);
        }));
        var whole = RecordedExecution.From(failed.Journal);
        whole.FailedInstance.ShouldBe("/do/0/both/fork/branches/1/loop/do@2/0/x");
        Step(Text, failed, whole.FailedInstance, whole.ForContinuation()).Reached.ShouldBe([whole.FailedInstance!]);
        var other = Step(Text.Replace("amount: 1", "amount: 9", StringComparison.Ordinal), failed, whole.FailedInstance, whole.ForContinuation());
        other.First!.Instance.ShouldBe("/do/0/both/fork/branches/0/ok");
    }

    [Fact]
    public void a_secret_stands_masked_on_both_sides()
    {
        const string Text = "use: { secrets: [key] }\ndo:\n  - a: { call: test.echo, with: { token: '${ \"Bearer \" + $secrets.key }' } }\n  - b: { set: { got: '${ .token }' } }\n";
        var run = Story.Of(Text).WithSecret("key", "\"s3cr3t-value\"").Run();
        Step(Text, run).First.ShouldBeNull();
    }
}
