using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>How far a run is.</summary>
public static class Progress
{
    /// <summary>
    /// The share that is done, 0 to 99 while it runs, 100 once completed. Tasks of a list weigh the same; a task that holds others is as far as
    /// they are, a <c>for</c> by its items, a <c>fork</c> by its branches. It never falls below what <paramref name="execution"/> already
    /// tells. Costs as much as the definition is large.
    /// </summary>
    /// <param name="inherited">Of a continuing run: what it did not have to do again.</param>
    public static int Of(Definition definition, Execution execution, RecordedExecution? inherited = null)
    {
        if (execution.Phase == ExecutionPhase.Completed)
        {
            return 100;
        }

        var share = OfList(definition.Do, "/do", new Known(execution, inherited));
        return Math.Max(execution.Percent, Math.Clamp((int)Math.Floor(share * 100), 0, 99));
    }

    private static double OfList(TaskList list, string at, Known known) => list.Tasks.Length == 0
        ? 1
        : list.Tasks.Select((task, i) => OfTask(task, $"{at}/{i}/{JsonPointer.Escape(task.Name)}", known)).Sum() / list.Tasks.Length;

    private static double OfTask(TaskDefinition task, string instance, Known known)
    {
        if (!known.Has(instance))
        {
            return 0;
        }

        return known.IsDone(instance)
            ? 1
            : task switch
            {
                TaskDefinition.Do t => OfList(t.Tasks, instance + "/do", known),
                TaskDefinition.For t => OfLoop(t, instance, known),
                TaskDefinition.Fork t => OfList(t.Branches, instance + "/fork/branches", known),
                TaskDefinition.Try t => OfList(t.Tasks, instance + "/try", known),
                _ => 0,
            };
    }

    private static double OfLoop(TaskDefinition.For loop, string instance, Known known)
    {
        var items = known.ItemsOf(instance);
        if (items <= 0)
        {
            return 0;
        }

        // Iterations follow each other, so that the last one begun is found by halving.
        var first = JsonPointer.Escape(loop.Tasks.Tasks[0].Name);
        int begun = 0, open = items + 1;
        while (open - begun > 1)
        {
            var middle = (begun + open) / 2;
            if (known.Has($"{At(middle)}/0/{first}"))
            {
                begun = middle;
            }
            else
            {
                open = middle;
            }
        }

        return begun == 0 ? 0 : (begun - 1 + OfList(loop.Tasks, At(begun), known)) / items;

        string At(int time) => $"{instance}/do{(time == 1 ? "" : $"@{time}")}";
    }

    private sealed record Known(Execution Execution, RecordedExecution? Inherited)
    {
        public bool Has(string instance) => Execution.Tasks.ContainsKey(instance) || Inherited?[instance] is not null;

        public bool IsDone(string instance) =>
            Execution.Tasks.TryGetValue(instance, out var task)
                ? task.Phase is TaskPhase.Completed or TaskPhase.Skipped
                : Inherited?[instance]?.Ended == TaskPhase.Completed;

        public int ItemsOf(string instance) =>
            Execution.Tasks.GetValueOrDefault(instance)?.Arguments?.Reveal() is JsonObject o && o["items"] is JsonNumber n ? (int)n.Value : 0;
    }
}
