namespace Jarvis.Engine.Platform;

/// <summary>Tells any number of waiters that something changed. Several changes before a waiter looks are one.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? waiting;
    private long version;

    public long Version => Interlocked.Read(ref version);

    public void Raise()
    {
        Interlocked.Increment(ref version);
        Interlocked.Exchange(ref waiting, null)?.TrySetResult();
    }

    /// <summary>Returns once the version is above the one seen, or after the time.</summary>
    public async Task Wait(long seen, TimeSpan longest, CancellationToken cancellation)
    {
        var mine = Volatile.Read(ref waiting);
        while (mine is null)
        {
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            mine = Interlocked.CompareExchange(ref waiting, fresh, null) ?? fresh;
        }

        // The waiter is in place before the version is looked at, so that no change falls in between.
        if (Version > seen)
        {
            return;
        }

        try
        {
            await mine.Task.WaitAsync(longest, cancellation);
        }
        catch (TimeoutException)
        {
            // The caller asked to look again after that time.
        }
    }
}
