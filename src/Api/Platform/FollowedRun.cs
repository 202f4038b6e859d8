namespace Jarvis.Api.Platform;

/// <summary>An event with its content clear, unsealed once for all who follow.</summary>
/// <param name="Bytes">Its stored JSON, as it lies in the store.</param>
public sealed record LiveEvent(RecordedEvent Sealed, int Bytes, Lazy<Task<RecordedEvent>> Clear);

/// <summary>The last events of a run that somebody follows, bounded in number and in size; whoever has fallen out of them goes to the store.</summary>
public sealed class FollowedRun
{
    /// <summary>Events kept at most.</summary>
    public const int KeptEvents = 1_000;

    /// <summary>Bytes of stored JSON kept at most, but for the newest event: by that one a follower sees what it missed.</summary>
    public const long KeptBytes = 4 * 1024 * 1024;

    private readonly Queue<LiveEvent> kept = [];
    private long bytes;
    private TaskCompletionSource added = New();
    private int losses;

    public int Followers { get; set; }

    public bool IsGone { get; set; }

    /// <summary>Completes when more was added from now on.</summary>
    public Task Added => Volatile.Read(ref added).Task;

    /// <summary>How often events passed by that are not kept.</summary>
    public int Losses => Volatile.Read(ref losses);

    public IReadOnlyList<LiveEvent> Kept
    {
        get
        {
            lock (kept)
            {
                return [.. kept];
            }
        }
    }

    public void Lose()
    {
        Interlocked.Increment(ref losses);
        Interlocked.Exchange(ref added, New()).TrySetResult();
    }

    public void Add(IReadOnlyList<LiveEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        lock (kept)
        {
            foreach (var e in events)
            {
                kept.Enqueue(e);
                bytes += e.Bytes;
                while (kept.Count > KeptEvents || (bytes > KeptBytes && kept.Count > 1))
                {
                    bytes -= kept.Dequeue().Bytes;
                }
            }
        }

        Interlocked.Exchange(ref added, New()).TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
