using System.Collections.Concurrent;

namespace Jarvis.Application.Platform;

/// <summary>The views that are being folded over a long history outside the daemon, which waits for its turn meanwhile: one alone writes a view.</summary>
public sealed class FarViews
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> away = new(StringComparer.Ordinal);

    /// <summary>Takes a view out of the daemon's hands; it asks for its next events before it folds any.</summary>
    public void Begin(string view) => away.TryAdd(view, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void End(string view)
    {
        if (away.TryRemove(view, out var ended))
        {
            ended.TrySetResult();
        }
    }

    /// <summary>Waits until the daemon may fold the view.</summary>
    public Task Turn(string view, CancellationToken cancel) => away.TryGetValue(view, out var ended) ? ended.Task.WaitAsync(cancel) : Task.CompletedTask;
}
