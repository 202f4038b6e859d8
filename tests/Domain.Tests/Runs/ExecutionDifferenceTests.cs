using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Runs;

/// <summary>Two executions side by side.</summary>
public sealed class ExecutionDifferenceTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void when_and_in_which_order_branches_ran_is_no_difference()
    {
        IReadOnlyList<IExecutionEvent> left = [Started("1"), .. Task("a", "1"), .. Task("b", "2")];
        IReadOnlyList<IExecutionEvent> right = [Started("1"), .. Task("b", "2", 5), new ExecutionProgressed(50, [], At), .. Task("a", "1", 9)];
        var difference = ExecutionDifference.Of(left, right);
        difference.First.ShouldBeNull();
        difference.Tasks.ShouldAllBe(pair => pair.Differs.Count == 0);
        difference.Tasks.Select(pair => pair.Instance).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void the_first_event_that_differs_is_marked_with_both_sequences()
    {
        var difference = ExecutionDifference.Of([Started("1"), .. Task("a", "1"), .. Task("b", "2")], [Started("1"), .. Task("a", "1"), .. Task("b", "3")]);
        difference.First.ShouldBe(new FirstDifference(7, 7, "io.serverlessworkflow.task.completed.v1", "b"));
        difference.Tasks[1].Differs.ShouldBe(["output"]);
    }

    [Fact]
    public void a_task_of_one_run_alone_and_a_variable_that_changed_are_told()
    {
        IReadOnlyList<IExecutionEvent> left = [Started("1"), .. Task("a", "1"), Variable("n", "1"), Variable("gone", "1")];
        IReadOnlyList<IExecutionEvent> right = [Started("1"), .. Task("a", "1"), Variable("n", "2"), .. Task("c", "1")];
        var difference = ExecutionDifference.Of(left, right);
        difference.Tasks.Single(pair => pair.Differs.Count > 0).ShouldSatisfyAllConditions(pair => pair.Instance.ShouldBe("c"), pair => pair.Left.ShouldBeNull());
        difference.Variables.Select(variable => variable.Name).ShouldBe(["gone", "n"]);
        difference.First!.LeftSequence.ShouldBe(5);
        ExecutionDifference.Of(left, [.. left, .. Task("c", "1")]).First.ShouldBe(new FirstDifference(null, 7, "io.serverlessworkflow.task.created.v1", "c"));
    }

    private static ExecutionStarted Started(string input) => new("name", new DefinitionReference("n", "w", "1"), At, Content.Of(Json.Parse(input)), null, null);

    private static IEnumerable<IExecutionEvent> Task(string instance, string output, int after = 0) =>
    [
        new ExecutionTaskCreated(instance, instance, instance, "set", At.AddSeconds(after)),
        new ExecutionTaskStarted(instance, instance, At.AddSeconds(after), null),
        new ExecutionTaskCompleted(instance, instance, At.AddSeconds(after + 1), Content.Of(Json.Parse(output)), null, null, null),
    ];

    private static ExecutionVariablesChanged Variable(string name, string value) => new("a", "a", At, Content.Of(Json.Of((name, Json.Parse(value)))), null);
}
