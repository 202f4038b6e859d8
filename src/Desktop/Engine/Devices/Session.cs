namespace Jarvis.Engine.Devices;

/// <summary>What the server granted at the last hello; shared by the command channel, which writes it, and the submission.</summary>
public sealed class Session
{
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? epoch;
    private long? fenced;
    private (DateTimeOffset Time, long Taken)? serverTime;

    /// <summary>The device's epoch; null until the first welcome and after it was fenced.</summary>
    public long? Epoch
    {
        get
        {
            lock (gate)
            {
                return epoch == fenced ? null : epoch;
            }
        }
    }

    /// <summary>True while the command channel is open.</summary>
    public bool Connected { get; private set; }

    /// <summary>What time it is on the server: what it said at the hello, and the time since, which a clock that is set does not change.</summary>
    public DateTimeOffset ServerNow(TimeProvider time)
    {
        lock (gate)
        {
            return serverTime is { } told ? told.Time + time.GetElapsedTime(told.Taken) : time.GetUtcNow();
        }
    }

    /// <param name="now">The server's time.</param>
    /// <param name="taken">This PC's timestamp at that instant.</param>
    public void Welcomed(long granted, DateTimeOffset now, long taken)
    {
        lock (gate)
        {
            epoch = granted;
            Connected = true;
            serverTime = (now, taken);
            Announce();
        }
    }

    public void Dropped()
    {
        lock (gate)
        {
            Connected = false;
            Announce();
        }
    }

    /// <summary>The server takes nothing under this epoch any more: a new hello is needed.</summary>
    public void Fence(long refused)
    {
        lock (gate)
        {
            if (epoch == refused && fenced != refused)
            {
                fenced = refused;
                Announce();
            }
        }
    }

    /// <summary>Completes at the next change of any of the above.</summary>
    public Task Changed()
    {
        lock (gate)
        {
            return changed.Task;
        }
    }

    /// <summary>The epoch, as soon as there is one.</summary>
    public async ValueTask<long> AwaitEpoch(CancellationToken cancel)
    {
        while (true)
        {
            var change = Changed();
            if (Epoch is { } granted)
            {
                return granted;
            }

            await change.WaitAsync(cancel);
        }
    }

    private void Announce()
    {
        var before = changed;
        changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }
}
