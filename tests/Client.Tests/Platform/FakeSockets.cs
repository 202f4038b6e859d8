using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Jarvis.Client.Tests.Platform;

/// <summary>The server's side of the live connection.</summary>
public sealed class FakeSockets
{
    private readonly Channel<FakeSocket> opened = Channel.CreateUnbounded<FakeSocket>();

    /// <summary>Connections are refused.</summary>
    public bool AreRefused { get; set; }

    public int Tried { get; private set; }

    public Task<WebSocket> Open(CancellationToken cancel)
    {
        Tried++;
        if (AreRefused)
        {
            throw new WebSocketException("refused");
        }

        var socket = new FakeSocket();
        opened.Writer.TryWrite(socket);
        return Task.FromResult<WebSocket>(socket);
    }

    /// <summary>The next connection that the app makes.</summary>
    public async Task<FakeSocket> Next() => await opened.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}

public sealed class FakeSocket : WebSocket
{
    private readonly Channel<string?> toApp = Channel.CreateUnbounded<string?>();
    private readonly Channel<string> fromApp = Channel.CreateUnbounded<string>();
    private WebSocketState state = WebSocketState.Open;
    private byte[] rest = [];

    public override WebSocketCloseStatus? CloseStatus { get; } = WebSocketCloseStatus.EndpointUnavailable;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => state;

    public override string? SubProtocol => "graphql-transport-ws";

    public void Say(string json) => toApp.Writer.TryWrite(json);

    /// <summary>Falls, as when the server is killed.</summary>
    public void Fall() => toApp.Writer.TryWrite(null);

    /// <summary>The next message of this type that the app sent.</summary>
    public async Task<JsonNode> Heard(string type)
    {
        while (true)
        {
            var message = JsonNode.Parse(await fromApp.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)))!;
            if (message["type"]!.GetValue<string>() == type)
            {
                return message;
            }
        }
    }

    public async Task Acknowledge()
    {
        await Heard("connection_init");
        Say("""{"type":"connection_ack"}""");
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (rest.Length == 0)
        {
            if (await toApp.Reader.ReadAsync(cancellationToken) is not { } message)
            {
                state = WebSocketState.Closed;
                return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true);
            }

            rest = Encoding.UTF8.GetBytes(message);
        }

        var count = Math.Min(buffer.Length, rest.Length);
        rest.AsMemory(0, count).CopyTo(buffer);
        rest = rest[count..];
        return new ValueWebSocketReceiveResult(count, WebSocketMessageType.Text, rest.Length == 0);
    }

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        fromApp.Writer.TryWrite(Encoding.UTF8.GetString(buffer));
        return Task.CompletedTask;
    }

    public override void Abort()
    {
        state = WebSocketState.Aborted;
        toApp.Writer.TryWrite(null);
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose() => state = WebSocketState.Closed;
}
