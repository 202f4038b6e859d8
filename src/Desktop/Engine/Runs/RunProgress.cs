using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Runs;

/// <summary>How far a run is: finished tasks of the definition among all of them, and what is executing. It never goes back.</summary>
internal sealed class RunProgress(int tasks, DateTimeOffset begun)
{
    /// <summary>Progress is told at most once in this time; what happens in between is never numbered.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Most pointers of executing tasks that one event names.</summary>
    private const int MaxCurrent = 32;

    private readonly HashSet<string> finished = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, string> executing = new(StringComparer.Ordinal);
    private DateTimeOffset told = begun;
    private bool changed;

    /// <summary>When the next event may be told; null while there is nothing new.</summary>
    public DateTimeOffset? Due => changed ? told + Interval : null;

    public void Observe(IExecutionEvent item)
    {
        switch (item)
        {
            case ExecutionTaskStarted e:
                executing[e.Instance] = e.Task;
                break;
            case ExecutionTaskCompleted e:
                executing.Remove(e.Instance);
                finished.Add(e.Task);
                break;
            case ExecutionTaskFaulted e:
                executing.Remove(e.Instance);
                break;
            case ExecutionTaskCancelled e:
                executing.Remove(e.Instance);
                break;
            default:
                return;
        }

        changed = true;
    }

    public ExecutionProgressed Tell(DateTimeOffset now)
    {
        told = now;
        changed = false;
        var percent = tasks == 0 ? 0 : Math.Min(99, 100 * finished.Count / tasks);
        return new ExecutionProgressed(percent, [.. executing.Values.Distinct().TakeLast(MaxCurrent)], now);
    }

    /// <summary>How many tasks a definition has, at every depth.</summary>
    public static int CountTasks(Json source)
    {
        var count = 0;
        var open = new Stack<Json>();
        open.Push(source);
        while (open.TryPop(out var value))
        {
            if (value is not JsonObject members)
            {
                continue;
            }

            foreach (var (key, member) in members.Members)
            {
                switch (member)
                {
                    case JsonArray list when key is "do" or "try" or "branches":
                        foreach (var named in list.Items.OfType<JsonObject>().SelectMany(item => item.Members.Values))
                        {
                            count++;
                            open.Push(named);
                        }

                        break;
                    case JsonObject when key is "fork" or "catch" or "foreach":
                        open.Push(member);
                        break;
                }
            }
        }

        return count;
    }
}
