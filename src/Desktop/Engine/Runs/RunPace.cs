namespace Jarvis.Engine.Runs;

/// <summary>
/// Whether a run's next task may start. Closed, tasks in progress go on to their end, none begins, and waits stay where they
/// are; once nothing is in progress any more, the run has come to rest.
/// </summary>
internal sealed class RunPace(RunPace? parent = null)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> active = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> performing = new(StringComparer.Ordinal);
    private TaskCompletionSource? closed;
    private TaskCompletionSource? rest;

    /// <summary>When the run stood paused, which is less than while the gate is closed.</summary>
    public RunPauses Pauses { get; } = new(parent?.Pauses);

    public bool IsClosed => Volatile.Read(ref closed) is not null;

    /// <summary>Closes the gate.</summary>
    /// <returns>Done once the run has come to rest; cancelled where it is opened before.</returns>
    public Task Close()
    {
        lock (gate)
        {
            closed ??= New();
            rest ??= New();
            LookForRest();
            return rest.Task;
        }
    }

    public void Open()
    {
        TaskCompletionSource? opened;
        lock (gate)
        {
            opened = closed;
            closed = null;
            rest?.TrySetCanceled();
            rest = null;
        }

        opened?.TrySetResult();
    }

    /// <summary>A task is about to start.</summary>
    public async ValueTask Enter(string instance, CancellationToken cancellation)
    {
        if (IsClosed || parent is { IsClosed: true })
        {
            Hold(instance);
            try
            {
                await WhileOpen(cancellation);
            }
            finally
            {
                Release(instance);
            }
        }

        lock (gate)
        {
            active.Add(instance);
        }
    }

    /// <summary>A task has ended, in whatever way.</summary>
    public void Leave(string instance)
    {
        lock (gate)
        {
            active.Remove(instance);
            LookForRest();
        }
    }

    /// <summary>Returns once the gate is open.</summary>
    public async Task WhileOpen(CancellationToken cancellation)
    {
        while (true)
        {
            var waiting = Volatile.Read(ref closed);
            if (waiting is not null)
            {
                await waiting.Task.WaitAsync(cancellation);
            }
            else if (parent is { IsClosed: true })
            {
                await parent.WhileOpen(cancellation);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>A task waits for time or for another run: it is at rest.</summary>
    public void Hold(string instance)
    {
        lock (gate)
        {
            held[instance] = held.GetValueOrDefault(instance) + 1;
            LookForRest();
        }
    }

    public void Release(string instance) => Less(held, instance);

    /// <summary>A task has an effect in progress.</summary>
    public void Begin(string instance)
    {
        lock (gate)
        {
            performing[instance] = performing.GetValueOrDefault(instance) + 1;
        }
    }

    public void End(string instance) => Less(performing, instance);

    private void Less(Dictionary<string, int> counts, string instance)
    {
        lock (gate)
        {
            if (counts[instance] == 1)
            {
                counts.Remove(instance);
            }
            else
            {
                counts[instance]--;
            }

            LookForRest();
        }
    }

    // A time-out is a wait of the task that it limits, so an effect in progress counts before a wait of the same task.
    private void LookForRest()
    {
        if (rest is { Task.IsCompleted: false } && performing.Count == 0 && held.Count > 0
            && active.All(instance => held.ContainsKey(instance) || HasDescendant(instance)))
        {
            rest.TrySetResult();
        }
    }

    private bool HasDescendant(string instance) =>
        active.Concat(held.Keys).Any(other => other.Length > instance.Length && other.StartsWith(instance, StringComparison.Ordinal) && other[instance.Length] == '/');

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
