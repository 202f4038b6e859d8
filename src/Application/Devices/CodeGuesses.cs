using System.Threading.RateLimiting;

namespace Jarvis.Application.Devices;

/// <summary>How often one account may try a pairing code, so that nobody finds another's by guessing.</summary>
public sealed class CodeGuesses : IDisposable
{
    private const int PerMinute = 10;

    private readonly PartitionedRateLimiter<Guid> limiter = PartitionedRateLimiter.Create<Guid, Guid>(account =>
        RateLimitPartition.GetSlidingWindowLimiter(account, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = PerMinute,
            Window = TimeSpan.FromMinutes(1),
            SegmentsPerWindow = 6,
        }));

    public bool MayTry(Guid account)
    {
        using var lease = limiter.AttemptAcquire(account);
        return lease.IsAcquired;
    }

    public void Dispose() => limiter.Dispose();
}
