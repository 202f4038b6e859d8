namespace Jarvis.Client.Platform;

/// <summary>The wait between two attempts to connect: longer with each failure, and over at once where there is reason to try.</summary>
internal sealed class LivePause(TimeProvider time)
{
    private const double FirstSeconds = 0.5;
    private const int MostDoublings = 10;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private CancellationTokenSource? waiting;

    /// <summary>Waits about as long as so many failures in a row are worth; apps that lost one server do not come back at one moment.</summary>
    public Task After(int failures, CancellationToken cancel)
    {
        var seconds = Math.Min(Longest.TotalSeconds, FirstSeconds * Math.Pow(2, Math.Min(failures, MostDoublings)));
        return Wait(TimeSpan.FromSeconds(seconds * (0.75 + (0.5 * Random.Shared.NextDouble()))), cancel);
    }

    /// <summary>Waits until it is ended.</summary>
    public Task UntilEnded(CancellationToken cancel) => Wait(Timeout.InfiniteTimeSpan, cancel);

    /// <summary>Online again, looked at again, or allowed to: at once.</summary>
    public void End() => waiting?.Cancel();

    private async Task Wait(TimeSpan length, CancellationToken cancel)
    {
        waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            await Task.Delay(length, time, waiting.Token);
        }
        catch (OperationCanceledException)
        {
            // Ended, or nothing is followed any more.
        }
        finally
        {
            waiting.Dispose();
            waiting = null;
        }
    }
}
