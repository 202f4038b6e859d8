using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Runs;

/// <summary>A task instance in both runs; null where one did not come to it.</summary>
/// <param name="Differs">Which of <c>presence</c>, <c>phase</c>, <c>arguments</c>, <c>output</c>, <c>context</c>, <c>next</c> and <c>error</c> are not the same.</param>
public sealed record TaskPair(string Instance, TaskState? Left, TaskState? Right, IReadOnlyList<string> Differs);

/// <summary>A variable whose last value is not the same; null where a run does not have it.</summary>
public sealed record VariableDifference(string Name, Json? Left, Json? Right);

/// <summary>The first event at which two runs part.</summary>
/// <param name="LeftSequence">Null where that run had ended before.</param>
public sealed record FirstDifference(long? LeftSequence, long? RightSequence, string Type, string? Instance);

/// <summary>
/// Two executions of one workflow held against each other: their tasks aligned by instance, their variables, and the first event that is
/// not the same. Times, ids, progress, log and controls are no difference.
/// </summary>
/// <param name="Tasks">In the order in which the left run came to them, then those of the right run alone.</param>
public sealed record ExecutionDifference(FirstDifference? First, IReadOnlyList<TaskPair> Tasks, IReadOnlyList<VariableDifference> Variables)
{
    /// <param name="left">Its events in order from sequence 1, contents clear.</param>
    public static ExecutionDifference Of(IReadOnlyList<IExecutionEvent> left, IReadOnlyList<IExecutionEvent> right)
    {
        var (a, b) = (Execution.Fold(null, 1, left), Execution.Fold(null, 1, right));
        var pairs = InOrder(a).Select(task => Pair(task.Instance, task, b.Tasks.GetValueOrDefault(task.Instance)))
            .Concat(InOrder(b).Where(task => !a.Tasks.ContainsKey(task.Instance)).Select(task => Pair(task.Instance, null, task)));
        var (before, after) = (VariablesOf(left), VariablesOf(right));
        var variables = before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => new VariableDifference(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))
            .Where(pair => pair.Left is null || pair.Right is null || !pair.Left.Equals(pair.Right));
        return new ExecutionDifference(Part(left, right), [.. pairs], [.. variables]);
    }

    private static IEnumerable<TaskState> InOrder(Execution state) => state.Tasks.Values.OrderBy(task => task.CreatedAt).ThenBy(task => task.LastSequence);

    private static TaskPair Pair(string instance, TaskState? left, TaskState? right)
    {
        if (left is null || right is null)
        {
            return new TaskPair(instance, left, right, ["presence"]);
        }

        var differs = new List<string>();
        Note("phase", left.Phase == right.Phase);
        Note("arguments", Same(left.Arguments, right.Arguments));
        Note("output", Same(left.Output, right.Output));
        Note("context", Same(left.Context, right.Context));
        Note("next", left.Then == right.Then);
        Note("error", Same(left.Error, right.Error));
        return new TaskPair(instance, left, right, differs);

        void Note(string what, bool same)
        {
            if (!same)
            {
                differs.Add(what);
            }
        }
    }

    /// <summary>Branches of a fork may interleave differently, so that an event is looked for among those of the same task instance.</summary>
    private static FirstDifference? Part(IReadOnlyList<IExecutionEvent> left, IReadOnlyList<IExecutionEvent> right)
    {
        var others = new Dictionary<string, Queue<(long Sequence, IExecutionEvent Event)>>(StringComparer.Ordinal);
        foreach (var item in Telling(right))
        {
            if (!others.TryGetValue(Key(item.Event), out var queue))
            {
                others[Key(item.Event)] = queue = new();
            }

            queue.Enqueue(item);
        }

        foreach (var (sequence, item) in Telling(left))
        {
            if (!others.TryGetValue(Key(item), out var queue) || !queue.TryDequeue(out var other))
            {
                return new FirstDifference(sequence, null, Platform.EventNames.Of(item.GetType()), (item as ITaskEvent)?.Instance);
            }

            if (!Same(item, other.Event))
            {
                return new FirstDifference(sequence, other.Sequence, Platform.EventNames.Of(item.GetType()), (item as ITaskEvent)?.Instance);
            }
        }

        var rest = others.Values.SelectMany(queue => queue).OrderBy(item => item.Sequence).FirstOrDefault();
        return rest == default ? null : new FirstDifference(null, rest.Sequence, Platform.EventNames.Of(rest.Event.GetType()), (rest.Event as ITaskEvent)?.Instance);
    }

    private static IEnumerable<(long Sequence, IExecutionEvent Event)> Telling(IReadOnlyList<IExecutionEvent> events) => events
        .Select((item, i) => (i + 1L, item))
        .Where(pair => pair.item is not (ExecutionProgressed or ExecutionLogged or ExecutionControlAcknowledged or ExecutionControlTookEffect
            or ExecutionSuspended or ExecutionResumed));

    private static string Key(IExecutionEvent item) => (item as ITaskEvent)?.Instance ?? "";

    private static bool Same(IExecutionEvent left, IExecutionEvent right) => (left, right) switch
    {
        (ExecutionStarted a, ExecutionStarted b) => Same(a.Input, b.Input),
        (ExecutionCompleted a, ExecutionCompleted b) => Same(a.Output, b.Output),
        (ExecutionFaulted a, ExecutionFaulted b) => Same(a.Error, b.Error),
        (ExecutionTaskCreated a, ExecutionTaskCreated b) => a.Kind == b.Kind,
        (ExecutionTaskStarted a, ExecutionTaskStarted b) => Same(a.Arguments, b.Arguments),
        (ExecutionTaskCompleted a, ExecutionTaskCompleted b) => Same(a.Output, b.Output) && Same(a.Context, b.Context) && a.Then == b.Then,
        (ExecutionTaskFaulted a, ExecutionTaskFaulted b) => Same(a.Error, b.Error),
        (ExecutionVariablesChanged a, ExecutionVariablesChanged b) => Same(a.Changed, b.Changed) && Same(a.Removed, b.Removed),
        _ => left.GetType() == right.GetType(),
    };

    private static bool Same(FaultError? left, FaultError? right) => left?.Type == right?.Type && left?.Status == right?.Status && Same(left?.Text, right?.Text);

    private static bool Same(Platform.Content? left, Platform.Content? right) =>
        (left?.Reveal(), right?.Reveal()) is var (a, b) && (a is null ? b is null && (left is null) == (right is null) : b is not null && a.Equals(b));

    private static Dictionary<string, Json> VariablesOf(IEnumerable<IExecutionEvent> events)
    {
        var variables = new Dictionary<string, Json>(StringComparer.Ordinal);
        foreach (var change in events.OfType<ExecutionVariablesChanged>())
        {
            foreach (var (name, value) in (change.Changed.Reveal() as JsonObject)?.Members ?? JsonObject.Empty.Members)
            {
                variables[name] = value;
            }

            foreach (var name in ((change.Removed?.Reveal() as JsonArray)?.Items ?? []).OfType<JsonString>())
            {
                variables.Remove(name.Value);
            }
        }

        return variables;
    }
}
