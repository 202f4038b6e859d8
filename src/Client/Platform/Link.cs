namespace Jarvis.Client.Platform;

/// <summary>Whether the server can be reached from this device.</summary>
public enum Reach
{
    Fine,

    /// <summary>This device has no network.</summary>
    DeviceOffline,

    /// <summary>The network is there, the server is not.</summary>
    ServerAway,
}

/// <summary>How what is followed live is being followed.</summary>
public enum LiveState
{
    /// <summary>Nothing is followed.</summary>
    Idle,
    Connecting,
    Live,

    /// <summary>Not followed over a mobile network, as the person settled.</summary>
    Held,

    /// <summary>The socket failed several times: pages ask again every ten seconds, and say so.</summary>
    Polling,
}

/// <summary>What is known of the way to the server, for the strip on top of every page.</summary>
public sealed class Link(IBrowser browser, TimeProvider time)
{
    private bool answered = true;

    public event Action? Changed;

    public Reach Reach => !browser.IsOnline ? Reach.DeviceOffline : answered ? Reach.Fine : Reach.ServerAway;

    public LiveState Live { get; private set; }

    /// <summary>When the server last answered; null before the first time since the start.</summary>
    public DateTimeOffset? LastAnswer { get; private set; }

    /// <summary>The age of the oldest kept answer that is on screen; null while all of it is fresh.</summary>
    public DateTimeOffset? DataAsOf { get; private set; }

    /// <summary>The time that what is on screen is from, while the server cannot be reached; null while it answers, and where that is not known.</summary>
    public DateTimeOffset? AsOf => Reach == Reach.Fine ? null : DataAsOf ?? LastAnswer;

    /// <summary>A new version is installed and waits for the person's word.</summary>
    public bool UpdateWaits { get; private set; }

    public void Start() => browser.Told += what =>
    {
        if (what is "update")
        {
            UpdateWaits = true;
        }

        if (what is "online" or "offline" or "update")
        {
            Changed?.Invoke();
        }
    };

    public void Answered()
    {
        LastAnswer = time.GetUtcNow();
        if (!answered || DataAsOf is not null)
        {
            answered = true;
            DataAsOf = null;
            Changed?.Invoke();
        }
    }

    public void Missed()
    {
        if (answered)
        {
            answered = false;
            Changed?.Invoke();
        }
    }

    public void ShowsKept(DateTimeOffset at)
    {
        if (DataAsOf is null || at < DataAsOf)
        {
            DataAsOf = at;
            Changed?.Invoke();
        }
    }

    public void Became(LiveState state)
    {
        if (Live != state)
        {
            Live = state;
            Changed?.Invoke();
        }
    }
}
