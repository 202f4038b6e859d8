namespace Jarvis.Domain.Devices;

/// <summary>A PC's clock minus the server's.</summary>
/// <param name="Milliseconds">Positive where the PC's clock is ahead.</param>
/// <param name="UncertaintyMilliseconds">The true offset is at most so far from it; null where the round trip is not known.</param>
public readonly record struct ClockOffset(long Milliseconds, long? UncertaintyMilliseconds)
{
    /// <summary>A clock that moves by less tells nothing: on a busy PC a message takes as long.</summary>
    private const long NotableMilliseconds = 2_000;

    /// <summary>Longer round trips say nothing about a clock.</summary>
    private static readonly TimeSpan MaxRoundTrip = TimeSpan.FromMinutes(1);

    /// <param name="theirs">The PC's clock when it sent the message.</param>
    /// <param name="ours">The server's when it came.</param>
    /// <param name="roundTrip">As the PC measured it just before; half of it is taken to be the way here.</param>
    public static ClockOffset Of(DateTimeOffset theirs, DateTimeOffset ours, TimeSpan? roundTrip) =>
        roundTrip is { } trip && trip >= TimeSpan.Zero && trip <= MaxRoundTrip
            ? new ClockOffset((long)(theirs - ours + trip / 2).TotalMilliseconds, (long)Math.Ceiling(trip.TotalMilliseconds / 2))
            : new ClockOffset((long)(theirs - ours).TotalMilliseconds, null);

    /// <summary>Whether the clock was set or went off since, rather than a message taking longer on its way.</summary>
    public bool IsNewsAfter(ClockOffset known) =>
        Math.Abs(Milliseconds - known.Milliseconds) > NotableMilliseconds + (UncertaintyMilliseconds ?? 0) + (known.UncertaintyMilliseconds ?? 0);
}
