using System.Collections.Concurrent;

namespace Jarvis.Engine.Tests.Runs;

/// <summary>Holds back what follows each await of the work it runs, as a pool without a free thread does, until it is let go.</summary>
internal sealed class HeldContinuations : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Work, object? State)> held = new();
    private readonly Lock gate = new();
    private bool free;

    public bool HoldsSome => !held.IsEmpty;

    /// <summary>Runs the work up to its first await that does not end at once; the rest once it is let go.</summary>
    public T Run<T>(Func<T> work)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return work();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs what was held first, up to its next await.</summary>
    /// <returns>False where nothing is held.</returns>
    public bool Step() => held.TryDequeue(out var first) && Run(() =>
    {
        first.Work(first.State);
        return true;
    });

    public void LetGo()
    {
        lock (gate)
        {
            free = true;
        }

        while (held.TryDequeue(out var item))
        {
            ThreadPool.QueueUserWorkItem(state => item.Work(state), item.State);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (gate)
        {
            if (!free)
            {
                held.Enqueue((d, state));
                return;
            }
        }

        ThreadPool.QueueUserWorkItem(_ => d(state));
    }
}
