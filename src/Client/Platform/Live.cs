using System.Buffers;
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
    private const int MessageBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Following> followed = [];
    private readonly CancellationTokenSource ended = new();
    private CancellationTokenSource? pause;
    private WebSocket? socket;
    private SemaphoreSlim sending = new(1, 1);
    private Task? running;
    private ITimer? polling;
    private long lastHeard;
    private int lastId;

    /// <summary>Raised every ten seconds while there is no socket: pages ask again.</summary>
    public event Action? Poll;

    /// <summary>Follows until disposed.</summary>
    /// <param name="next">Called with each item, in order.</param>
    /// <param name="missed">Called when items may have been missed, because nothing had come yet to resume from; also when the server ends it. Ask again.</param>
    public IDisposable Follow<T>(ISubscription<T> subscription, Action<T> next, Action? missed = null)
    {
        var id = (++lastId).ToString(System.Globalization.CultureInfo.InvariantCulture);
        followed[id] = new Following<T>(subscription, next, missed);
        if (running is null or { IsCompleted: true })
        {
            browser.Told += Hear;
            sync.Changed += Settle;
            lastHeard = time.GetTimestamp();
            running = Run();
        }
        else if (socket is { State: WebSocketState.Open } && link.Live == LiveState.Live)
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
        sending.Dispose();
    }

    private void Hear(string what)
    {
        if (what is "online" or "visible" or "signed-in")
        {
            pause?.Cancel();
        }
    }

    // Over a mobile network only as the person settled.
    private void Settle()
    {
        if (sync.Flows)
        {
            pause?.Cancel();
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
                (polling, failures) = (null, 0);
                link.Became(LiveState.Held);
                await Pause(Timeout.InfiniteTimeSpan);
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
            StartOrStopPolling(failures >= FailuresUntilPolling);
            await Pause(failures);
        }

        browser.Told -= Hear;
        sync.Changed -= Settle;
        StartOrStopPolling(false);
        link.Became(LiveState.Idle);
    }

    /// <summary>One connection until it ends; true if it ever stood.</summary>
    private async Task<bool> Serve(string token, CancellationToken cancel)
    {
        using var connection = await open(cancel);
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var stood = false;
        try
        {
            socket = connection;
            await Send(writer =>
            {
                writer.WriteString("type", "connection_init");
                writer.WriteStartObject("payload");
                writer.WriteString("Authorization", "Bearer " + token);
                writer.WriteEndObject();
            });
            lastHeard = time.GetTimestamp();
            var minding = Mind(connection, watch.Token);
            var buffer = new ArrayBufferWriter<byte>(16 * 1024);
            while (await Receive(connection, buffer, watch.Token))
            {
                lastHeard = time.GetTimestamp();
                using var message = JsonDocument.Parse(buffer.WrittenMemory);
                if (message.RootElement.GetProperty("type").GetString() == "connection_ack")
                {
                    stood = true;
                    link.Answered();
                    StartOrStopPolling(false);
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

                buffer.ResetWrittenCount();
            }

            if ((int?)connection.CloseStatus is 4401 or 4403)
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
            await watch.CancelAsync();
        }
    }

    private async Task Subscribe(string id, Following following)
    {
        if (following.WasSubscribed && !following.HasCursor)
        {
            following.Missed();
        }

        following.WasSubscribed = true;
        await Send(writer =>
        {
            writer.WriteString("id", id);
            writer.WriteString("type", "subscribe");
            writer.WriteStartObject("payload");
            var operation = following.Operation;
            writer.WriteString("query", operation.Text);
            writer.WriteString("operationName", operation.Name);
            writer.WritePropertyName("variables");
            operation.Write(writer);
            writer.WriteEndObject();
        });
    }

    private async Task Handle(JsonElement message)
    {
        var type = message.GetProperty("type").GetString();
        if (type == "ping")
        {
            await Send(writer => writer.WriteString("type", "pong"));
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
        else if (type is "error" or "complete" or "next")
        {
            // A cursor that the server no longer knows, or an end: the page asks again, and follows anew if it wants to.
            followed.Remove(id.GetString()!);
            following.Missed();
        }
    }

    /// <summary>A socket whose other end is gone without a word is found by asking.</summary>
    private async Task Mind(WebSocket connection, CancellationToken cancel)
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
                await Send(writer => writer.WriteString("type", "ping"));
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

    private static async Task<bool> Receive(WebSocket connection, ArrayBufferWriter<byte> buffer, CancellationToken cancel)
    {
        while (true)
        {
            var part = await connection.ReceiveAsync(buffer.GetMemory(4096), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return false;
            }

            buffer.Advance(part.Count);
            if (buffer.WrittenCount > MessageBytes)
            {
                throw new WebSocketException("A message is larger than this app reads.");
            }

            if (part.EndOfMessage)
            {
                return true;
            }
        }
    }

    private async Task Send(Action<Utf8JsonWriter> write)
    {
        if (socket is not { State: WebSocketState.Open } connection)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        await sending.WaitAsync(ended.Token);
        try
        {
            await connection.SendAsync(buffer.WrittenMemory, WebSocketMessageType.Text, true, ended.Token);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or ObjectDisposedException)
        {
            // The reading loop sees the end too, and connects again.
        }
        finally
        {
            sending.Release();
        }
    }

    private Task Pause(int failures)
    {
        var seconds = Math.Min(LongestPause.TotalSeconds, 0.5 * Math.Pow(2, Math.Min(failures, 10)));
        return Pause(TimeSpan.FromSeconds(seconds * (0.75 + (0.5 * Random.Shared.NextDouble()))));
    }

    private async Task Pause(TimeSpan length)
    {
        pause = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        try
        {
            await Task.Delay(length, time, pause.Token);
        }
        catch (OperationCanceledException)
        {
            // Online again, looked at again, or allowed to: at once.
        }
        finally
        {
            pause.Dispose();
            pause = null;
        }
    }

    private void StartOrStopPolling(bool polls)
    {
        if (polls && polling is null)
        {
            polling = time.CreateTimer(_ => Poll?.Invoke(), null, PollEvery, PollEvery);
        }
        else if (!polls && polling is not null)
        {
            polling.Dispose();
            polling = null;
            // What happened since the last poll.
            Poll?.Invoke();
        }
    }

    private void Leave(string id)
    {
        if (followed.Remove(id))
        {
            _ = Send(writer =>
            {
                writer.WriteString("id", id);
                writer.WriteString("type", "complete");
            });
        }
    }

    private abstract class Following
    {
        public bool WasSubscribed { get; set; }

        public abstract bool HasCursor { get; }

        public abstract IOperation Operation { get; }

        public abstract void Take(JsonElement data);

        public abstract void Missed();
    }

    private sealed class Following<T>(ISubscription<T> subscription, Action<T> next, Action? missed) : Following
    {
        private ISubscription<T> current = subscription;
        private bool hasCursor;

        public override bool HasCursor => hasCursor;

        public override IOperation Operation => current;

        public override void Take(JsonElement data)
        {
            var item = current.Read(data);
            current = current.From(current.CursorOf(item));
            hasCursor = true;
            next(item);
        }

        public override void Missed() => missed?.Invoke();
    }

    private sealed class Leaving(Live live, string id) : IDisposable
    {
        public void Dispose() => live.Leave(id);
    }
}
