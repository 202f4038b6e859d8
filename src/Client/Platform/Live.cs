using System.Net.WebSockets;
using System.Text.Json;
using Jarvis.Client.Accounts;

namespace Jarvis.Client.Platform;

/// <summary>Opens the socket; tests give one of their own.</summary>
public delegate Task<WebSocket> OpenSocket(CancellationToken cancel);

/// <summary>
/// Everything that is followed live, over one <c>graphql-transport-ws</c> socket. Each subscription goes on from the cursor it saw last. After
/// three failed connections in a row pages are asked to poll every ten seconds, until the socket stands again.
/// </summary>
public sealed class Live(OpenSocket open, Session session, Link link, IBrowser browser, SyncChoice sync, TimeProvider time) : IAsyncDisposable
{
    public const string Subprotocol = "graphql-transport-ws";
    private const int FailuresUntilPolling = 3;
    private static readonly TimeSpan AnewAfter = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, LiveFollowing> followed = [];
    private readonly CancellationTokenSource ended = new();
    private readonly LivePause pause = new(time);
    private LiveSocket? socket;
    private Task? running;
    private LivePolling? polling;
    private int lastId;

    /// <summary>Raised every ten seconds while there is no socket: pages ask again.</summary>
    public event Action? Poll;

    /// <summary>Follows until disposed.</summary>
    /// <param name="next">Called with each item, in order.</param>
    /// <param name="missed">
    /// Called when items may have been missed, because nothing had come yet to resume from, or because the server could not go on with it (it is followed
    /// anew in a while). Ask again.
    /// </param>
    public IDisposable Follow<T>(ISubscription<T> subscription, Action<T> next, Action? missed = null)
    {
        var id = (++lastId).ToString(System.Globalization.CultureInfo.InvariantCulture);
        followed[id] = new LiveFollowing<T>(subscription, next, missed);
        if (running is null or { IsCompleted: true })
        {
            browser.Told += Hear;
            sync.Changed += Settle;
            running = Run();
        }
        else if (socket is { IsOpen: true } && link.Live == LiveState.Live)
        {
            _ = Subscribe(id, followed[id]);
        }

        return new Leaving(this, id);
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        browser.Told -= Hear;
        sync.Changed -= Settle;
        polling?.Dispose();
        if (running is not null)
        {
            await running;
        }

        ended.Dispose();
    }

    private void Hear(string what)
    {
        if (what is "online" or "visible" or "signed-in")
        {
            pause.End();
        }
    }

    // Over a mobile network only as the person settled.
    private void Settle()
    {
        if (sync.Flows)
        {
            pause.End();
        }
        else
        {
            socket?.Abort();
        }
    }

    private async Task Run()
    {
        var failures = 0;
        while (!ended.IsCancellationRequested && followed.Count > 0)
        {
            if (!sync.Flows)
            {
                polling?.Dispose();
                failures = 0;
                link.Became(LiveState.Held);
                await pause.UntilEnded(ended.Token);
                continue;
            }

            link.Became(failures < FailuresUntilPolling ? LiveState.Connecting : LiveState.Polling);
            var stood = false;
            try
            {
                if (browser.IsOnline && await session.Token(ended.Token) is { } token)
                {
                    stood = await Serve(token, ended.Token);
                }
            }
            catch (Exception e) when (e is WebSocketException or UnreachableException or JsonException or HttpRequestException)
            {
                // Away; the pause below, then again.
            }
            catch (OperationCanceledException)
            {
                // The page is left, or nothing came for too long.
            }

            if (ended.IsCancellationRequested || followed.Count == 0)
            {
                break;
            }

            failures = stood ? 0 : failures + 1;
            if (failures >= FailuresUntilPolling)
            {
                (polling ??= new LivePolling(time, () => Poll?.Invoke())).Start();
            }
            else
            {
                polling?.End();
            }

            await pause.After(failures, ended.Token);
        }

        browser.Told -= Hear;
        sync.Changed -= Settle;
        polling?.End();
        link.Became(LiveState.Idle);
    }

    /// <summary>One connection until it ends; true if it ever stood.</summary>
    private async Task<bool> Serve(string token, CancellationToken cancel)
    {
        using var connection = new LiveSocket(await open(cancel));
        using var standing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stood = false;
        try
        {
            socket = connection;
            await Send(LiveMessages.Init(token));
            var watch = new LiveWatch(connection, link, time);
            _ = watch.Run(standing.Token);
            while (await connection.Receive(standing.Token) is { } received)
            {
                watch.Heard();
                using var message = received;
                if (message.RootElement.GetProperty("type").GetString() == "connection_ack")
                {
                    stood = true;
                    link.Answered();
                    polling?.End();
                    link.Became(LiveState.Live);
                    foreach (var (id, following) in followed.ToArray())
                    {
                        await Subscribe(id, following);
                    }
                }
                else
                {
                    await Handle(message.RootElement);
                }
            }

            if (connection.WasTokenRefused)
            {
                await session.Refresh(token, cancel);
            }

            return stood;
        }
        catch (Exception e) when (stood && e is WebSocketException or JsonException or OperationCanceledException)
        {
            // It stood and fell: that is no failure to connect.
            return true;
        }
        finally
        {
            socket = null;
            foreach (var following in followed.Values)
            {
                following.Stands = false;
            }

            await standing.CancelAsync();
        }
    }

    private async Task Subscribe(string id, LiveFollowing following)
    {
        if (following.WasSubscribed && !following.HasCursor)
        {
            following.Missed();
        }

        following.WasSubscribed = following.Stands = true;
        await Send(LiveMessages.Subscribe(id, following.Operation));
    }

    private async Task Handle(JsonElement message)
    {
        var type = message.GetProperty("type").GetString();
        if (type == "ping")
        {
            await Send(LiveMessages.Pong);
            return;
        }

        if (!message.TryGetProperty("id", out var id) || !followed.TryGetValue(id.GetString()!, out var following))
        {
            return;
        }

        if (type == "next" && message.GetProperty("payload").TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
        {
            following.Take(data);
        }
        else if (type is "complete")
        {
            // There is no more to come.
            followed.Remove(id.GetString()!);
            following.Missed();
        }
        else if (type is "error" or "next")
        {
            // The store was away for a moment, or the cursor is one that the server no longer knows.
            if (type is "next")
            {
                await Send(LiveMessages.Complete(id.GetString()!));
            }

            following.Stands = false;
            following.Forget();
            following.Missed();
            _ = Anew(id.GetString()!, following);
        }
    }

    private async Task Anew(string id, LiveFollowing following)
    {
        try
        {
            await Task.Delay(AnewAfter, time, ended.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (!following.Stands && followed.GetValueOrDefault(id) == following && link.Live == LiveState.Live)
        {
            await Subscribe(id, following);
        }
    }

    private Task Send(Action<Utf8JsonWriter> write) => socket?.Send(write, ended.Token) ?? Task.CompletedTask;

    private void Leave(string id)
    {
        if (followed.Remove(id))
        {
            _ = Send(LiveMessages.Complete(id));
        }
    }

    private sealed class Leaving(Live live, string id) : IDisposable
    {
        public void Dispose() => live.Leave(id);
    }
}
