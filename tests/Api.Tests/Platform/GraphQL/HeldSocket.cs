using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>The server's end of a socket whose client takes a message only when the test says so.</summary>
public sealed class HeldSocket : WebSocket
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<byte[]> incoming = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<JsonElement> sent = Channel.CreateUnbounded<JsonElement>();
    private readonly SemaphoreSlim takes = new(0);

    public override WebSocketCloseStatus? CloseStatus => null;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => WebSocketState.Open;

    public override string? SubProtocol => "graphql-transport-ws";

    /// <summary>Says something to the server.</summary>
    public void Say(object message) => incoming.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(message));

    /// <summary>Goes away.</summary>
    public void Leave() => incoming.Writer.TryComplete();

    /// <summary>From now on so many more messages are taken.</summary>
    public void Take(int messages) => takes.Release(messages);

    /// <summary>The next message that the server began to send, taken or not.</summary>
    public async Task<JsonElement> Next()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await sent.Reader.ReadAsync(limit.Token);
    }

    public override void Abort() => Leave();

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose() => takes.Dispose();

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        if (!await incoming.Reader.WaitToReadAsync(cancellationToken))
        {
            return new WebSocketReceiveResult(0, WebSocketMessageType.Close, true);
        }

        var message = await incoming.Reader.ReadAsync(cancellationToken);
        message.CopyTo(buffer.AsSpan());
        return new WebSocketReceiveResult(message.Length, WebSocketMessageType.Text, true);
    }

    public override async Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        await sent.Writer.WriteAsync(JsonDocument.Parse(buffer.AsMemory().ToArray()).RootElement, cancellationToken);
        await takes.WaitAsync(cancellationToken);
    }
}
