using System.Diagnostics;
using JasperFx.Events.Daemon.HighWater;

namespace Jarvis.Api.Platform;

/// <summary>
/// Wakes the daemon at a commit, and once for all commits of a short while: each look at what is new costs it a handful of statements and every
/// view a transaction, which under load would be as much work as the commits themselves.
/// </summary>
public sealed class DaemonWakeup : IDaemonWakeup, IDisposable
{
    /// <summary>The least time between two looks, and while commits come thick and fast; what a person waits for is many times as long.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(30);

    private static readonly TimeSpan ApartWhenBusy = TimeSpan.FromMilliseconds(100);

    /// <summary>Commits since the last look from which on it is busy.</summary>
    private const int Busy = 4;

    private readonly ViewProgress progress;
    private readonly SemaphoreSlim news = new(0, 1);
    private long looked;
    private int commits;

    public DaemonWakeup(ViewProgress progress)
    {
        this.progress = progress;
        progress.Appended += OnAppended;
    }

    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        await news.WaitAsync(timeout, token);
        await Pass(Apart, token);
        if (Volatile.Read(ref commits) >= Busy)
        {
            await Pass(ApartWhenBusy, token);
        }

        // News that came in the meantime is seen by the look that begins now.
        await news.WaitAsync(TimeSpan.Zero, token);
        looked = Stopwatch.GetTimestamp();
        Volatile.Write(ref commits, 0);
    }

    public void Dispose()
    {
        progress.Appended -= OnAppended;
        news.Dispose();
    }

    private async Task Pass(TimeSpan apart, CancellationToken token)
    {
        if (apart - Stopwatch.GetElapsedTime(looked) is { Ticks: > 0 } left)
        {
            await Task.Delay(left, token);
        }
    }

    private void OnAppended()
    {
        Interlocked.Increment(ref commits);
        try
        {
            if (news.CurrentCount > 0)
            {
                // Most of a burst comes here; an exception for each would cost more than its commit.
                return;
            }

            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
        catch (ObjectDisposedException)
        {
            // The server is going down.
        }
    }
}
