namespace Jarvis.Engine.Workflows;

/// <summary>What the functions of one run hold open between its steps, such as a browser; closed when the run ends. One of each type.</summary>
public sealed class RunResources : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Type, IAsyncDisposable> open = [];

    /// <summary>The run's one of that type, made when it is first asked for.</summary>
    public T Get<T>(Func<T> make)
        where T : class, IAsyncDisposable
    {
        lock (gate)
        {
            if (!open.TryGetValue(typeof(T), out var found))
            {
                open[typeof(T)] = found = make();
            }

            return (T)found;
        }
    }

    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] all;
        lock (gate)
        {
            all = [.. open.Values];
            open.Clear();
        }

        foreach (var one in all)
        {
            await one.DisposeAsync();
        }
    }
}
