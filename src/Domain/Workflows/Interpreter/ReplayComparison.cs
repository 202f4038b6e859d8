using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What a definition gives now, held against what a run recorded of the same task instance; null where they agree.</summary>
internal static class ReplayComparison
{
    /// <param name="then">What the run recorded of the instance.</param>
    /// <param name="wasBegun">Whether the definition has begun the instance, rather than skipped it.</param>
    public static ReplayDifference? Of(ITaskEvent item, TaskState then, bool wasBegun)
    {
        ReplayDifference Differs(string code, string reason, Json? recorded = null, Json? now = null) => new(code, item.Task, item.Instance, reason, recorded, now);
        switch (item)
        {
            case ExecutionTaskCreated e when then.Kind is { } kind && kind != e.Kind:
                return Differs("kind", $"The run executed a {kind} here; now it is a {e.Kind}.", Json.Of(kind), Json.Of(e.Kind));
            case ExecutionTaskStarted e:
                var (recorded, now) = (then.Arguments?.Reveal(), e.Arguments?.Reveal());
                return recorded is not null && now is not null && !ReplayValues.Same(recorded, now)
                    ? Differs("arguments", "It would be called with other arguments.", recorded, now)
                    : null;
            case ExecutionTaskFaulted e when then.Phase != TaskPhase.Faulted || then.Error?.Type != e.Error.Type:
                return Differs("ending", $"It would fail with {e.Error.Type}; the run recorded that it {Word(then)}.", Json.Of(Word(then)), Json.Of(e.Error.Type));
            case ExecutionTaskCompleted when then.Phase == TaskPhase.Faulted:
                return Differs("ending", $"It would complete; the run recorded that it {Word(then)}.", Json.Of(then.Error?.Type), Json.Of("completed"));
            case ExecutionTaskCompleted e when then.Phase == TaskPhase.Completed && then.By is null && then.Starts > 0 && !wasBegun:
                return Differs("skipped", "It would be skipped; the run did it.");
            case ExecutionTaskCompleted e when then.Phase is TaskPhase.Completed or TaskPhase.Skipped:
                var (output, newOutput) = (then.Output?.Reveal() ?? Json.Null, e.Output?.Reveal() ?? Json.Null);
                var (context, newContext) = (then.Context?.Reveal(), e.Context?.Reveal());
                return !ReplayValues.Same(output, newOutput) ? Differs("output", "It would hand on another output.", output, newOutput)
                    : (context is null) != (newContext is null) || (context is not null && !ReplayValues.Same(context, newContext!))
                        ? Differs("context", "It would export another context.", context, newContext)
                    : then.Then != e.Then ? Differs("next", $"It would go on with {e.Then ?? "the next task"} instead of {then.Then ?? "the next task"}.", Json.Of(then.Then), Json.Of(e.Then))
                    : null;
            default:
                return null;
        }
    }

    /// <summary>Of the event that ends the run.</summary>
    public static ReplayDifference? OfEnding(IExecutionEvent item, Execution state) => item switch
    {
        ExecutionCompleted when state.Phase == ExecutionPhase.Faulted =>
            new("ending", "", "", "The run would complete; it recorded a fault.", Json.Of(state.Error?.Type), Json.Of("completed")),
        ExecutionCompleted e when state.Phase == ExecutionPhase.Completed && !ReplayValues.Same(state.Output?.Reveal() ?? Json.Null, e.Output?.Reveal() ?? Json.Null) =>
            new("output", "", "", "The run would give another output.", state.Output?.Reveal(), e.Output?.Reveal()),
        ExecutionFaulted e when state.HasEnded && state.Phase != ExecutionPhase.Cancelled && state.Error?.Type != e.Error.Type =>
            new("ending", "", "", $"The run would fail with {e.Error.Type}.", Json.Of(state.Error?.Type), Json.Of(e.Error.Type)),
        _ => null,
    };

    private static string Word(TaskState task) => task.Phase == TaskPhase.Faulted ? $"failed with {task.Error?.Type}" : task.Phase switch
    {
        TaskPhase.Completed => "completed",
        TaskPhase.Skipped => "was skipped",
        _ => "was in progress",
    };
}
