namespace Jarvis.Cli.Runs;

/// <summary>A clock that stands somewhere else than now, and runs faster: what a demo's past is lived by. It only moves forward.</summary>
/// <param name="speed">Its seconds in one real second.</param>
internal sealed class MovedClock(DateTimeOffset start, double speed) : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset anchor = start.ToUniversalTime();
    private long since = System.GetTimestamp();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return anchor + (System.GetElapsedTime(since) * speed);
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Faster(dueTime), Faster(period));

    /// <summary>Puts it forward; an instant that it has passed already changes nothing.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        lock (gate)
        {
            var now = anchor + (System.GetElapsedTime(since) * speed);
            anchor = instant > now ? instant : now;
            since = System.GetTimestamp();
        }
    }

    private TimeSpan Faster(TimeSpan span) => span <= TimeSpan.Zero ? span : span / speed;
}
