using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Engine.Runs;

/// <summary>How far a run is, told at most once in a while; what happens in between is never numbered.</summary>
/// <param name="recorded">What happened before this engine took the run up.</param>
internal sealed class RunProgress(Definition? definition, RecordedExecution recorded, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Most pointers of executing tasks that one event names.</summary>
    private const int MaxCurrent = 32;

    private readonly OrderedDictionary<string, string> executing = new(StringComparer.Ordinal);

    // Folded only when progress is told: most runs end before that.
    private readonly List<IExecutionEvent> unfolded = [];
    private Execution execution = recorded.State;
    private long told = clock.GetTimestamp();

    /// <summary>How long until the next event may be told; null while there is nothing new. A clock that is set changes nothing in it.</summary>
    public TimeSpan? Left => unfolded.Count > 0 ? Interval - clock.GetElapsedTime(told) : null;

    public void Observe(IExecutionEvent item)
    {
        switch (item)
        {
            case ExecutionTaskStarted e:
                executing[e.Instance] = e.Task;
                break;
            case ExecutionTaskCompleted e:
                executing.Remove(e.Instance);
                break;
            case ExecutionTaskFaulted e:
                executing.Remove(e.Instance);
                break;
            case ExecutionTaskCancelled e:
                executing.Remove(e.Instance);
                break;
        }

        unfolded.Add(item);
    }

    public ExecutionProgressed Tell()
    {
        told = clock.GetTimestamp();
        foreach (var item in unfolded)
        {
            execution = Execution.Evolve(execution, item);
        }

        unfolded.Clear();
        var percent = definition is null ? 0 : Math.Min(99, Progress.Of(definition, execution, recorded));
        return new ExecutionProgressed(percent, [.. executing.Values.Distinct().TakeLast(MaxCurrent)], clock.GetUtcNow());
    }
}
