namespace Jarvis.Engine.Devices;

/// <summary>
/// How long to wait before the next attempt: short at first, so that a restarted server is found within a second or two,
/// then doubling to a ceiling; half of each wait is random, so that many runners do not come back in step.
/// </summary>
public sealed class BackOff(TimeSpan first, TimeSpan ceiling)
{
    private int attempts;

    /// <summary>A command channel that broke: at least one try a second or so in the first minutes of an outage.</summary>
    public static BackOff OfConnection() => new(TimeSpan.FromMilliseconds(60), TimeSpan.FromSeconds(1.5));

    /// <summary>A batch that could not be delivered.</summary>
    public static BackOff OfSubmission() => new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));

    public int Attempts => attempts;

    public void Reset() => attempts = 0;

    public TimeSpan Next()
    {
        var whole = Math.Min(ceiling.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(attempts, 30)));
        attempts++;
#pragma warning disable CA5394 // Spreads load; nothing secret depends on it.
        return TimeSpan.FromMilliseconds(whole * (0.5 + Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
    }
}
