using System.Net.WebSockets;

namespace Jarvis.Client.Platform;

/// <summary>A connection whose other end is gone without a word is found by asking, and ended.</summary>
internal sealed class LiveWatch(LiveSocket connection, Link link, TimeProvider time)
{
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(20);

    private long lastHeard = time.GetTimestamp();

    /// <summary>Something came from the other end.</summary>
    public void Heard() => lastHeard = time.GetTimestamp();

    /// <summary>Watches until cancelled, or until it has ended the connection.</summary>
    public async Task Run(CancellationToken cancel)
    {
        try
        {
            await Task.Delay(AcknowledgedWithin, time, cancel);
            if (link.Live != LiveState.Live)
            {
                connection.Abort();
                return;
            }

            while (!cancel.IsCancellationRequested)
            {
                await connection.Send(LiveMessages.Ping, cancel);
                var asked = time.GetTimestamp();
                await Task.Delay(PingEvery, time, cancel);
                if (lastHeard < asked)
                {
                    connection.Abort();
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The connection ended meanwhile.
        }
    }
}
