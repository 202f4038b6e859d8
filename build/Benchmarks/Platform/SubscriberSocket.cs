using System.Net.WebSockets;
using System.Text.Json;

namespace Jarvis.Benchmarks.Platform;

/// <summary>One subscription over its own graphql-transport-ws connection.</summary>
internal sealed class SubscriberSocket : IAsyncDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly CancellationTokenSource closing = new();
    private Task listening = Task.CompletedTask;

    /// <param name="onNext">Called with each event's UTF-8 frame and the instant at which it arrived whole.</param>
    public static async Task<SubscriberSocket> SubscribeAsync(
        OwnerClient owner, string query, object variables, Action<ReadOnlyMemory<byte>, DateTime> onNext, CancellationToken cancellation)
    {
        var subscriber = new SubscriberSocket();
        subscriber.socket.Options.AddSubProtocol("graphql-transport-ws");
        await subscriber.socket.ConnectAsync(new UriBuilder(owner.Address) { Scheme = "ws", Path = "/graphql" }.Uri, cancellation);
        await subscriber.SendAsync(new { type = "connection_init", payload = new { Authorization = "Bearer " + owner.AccessToken } }, cancellation);
        var buffer = new byte[64 * 1024];
        var (length, _) = await subscriber.ReceiveAsync(buffer, cancellation);
        if (length == 0 || JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, length)).GetProperty("type").GetString() != "connection_ack")
        {
            throw new InvalidOperationException($"The subscription was not let in: {subscriber.socket.CloseStatus} {subscriber.socket.CloseStatusDescription}");
        }

        await subscriber.SendAsync(new { id = "1", type = "subscribe", payload = new { query, variables } }, cancellation);
        subscriber.listening = subscriber.ListenAsync(buffer, onNext);
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        try
        {
            await listening;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // We are going; the socket need not end in order.
        }

        socket.Dispose();
        closing.Dispose();
    }

    private async Task ListenAsync(byte[] buffer, Action<ReadOnlyMemory<byte>, DateTime> onNext)
    {
        while (true)
        {
            var (length, at) = await ReceiveAsync(buffer, closing.Token);
            if (length == 0)
            {
                return;
            }

            if (IsPing(buffer.AsSpan(0, length)))
            {
                // A client that never answers is taken for gone.
                await SendAsync(new { type = "pong" }, closing.Token);
                continue;
            }

            onNext(buffer.AsMemory(0, length), at);
        }
    }

    private static bool IsPing(ReadOnlySpan<byte> frame)
    {
        var reader = new Utf8JsonReader(frame);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("type"))
            {
                return reader.Read() && reader.ValueTextEquals("ping");
            }
        }

        return false;
    }

    private async Task SendAsync(object frame, CancellationToken cancellation) =>
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    private async Task<(int Length, DateTime At)> ReceiveAsync(byte[] buffer, CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return (0, DateTime.UtcNow);
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return (length, DateTime.UtcNow);
            }

            if (length == buffer.Length)
            {
                throw new InvalidOperationException("A frame of a subscription is longer than the bench reads.");
            }
        }
    }
}
