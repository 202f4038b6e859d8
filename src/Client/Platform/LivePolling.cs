namespace Jarvis.Client.Platform;

/// <summary>Has pages ask again every ten seconds while nothing can be followed live, and once more when it can again.</summary>
internal sealed class LivePolling(TimeProvider time, Action ask) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private ITimer? timer;

    public void Start() => timer ??= time.CreateTimer(_ => ask(), null, Every, Every);

    /// <summary>Asks for what happened since the last time.</summary>
    public void End()
    {
        if (timer is not null)
        {
            Dispose();
            ask();
        }
    }

    public void Dispose()
    {
        timer?.Dispose();
        timer = null;
    }
}
