using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>A client of graphql-transport-ws.</summary>
public sealed class SocketUnderTest(WebSocket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public int? CloseCode => (int?)socket.CloseStatus;

    public static async Task<SocketUnderTest> Open(ServerUnderTest server, string? protocol = "graphql-transport-ws")
    {
        var client = server.Host.CreateWebSocketClient();
        if (protocol is not null)
        {
            client.SubProtocols.Add(protocol);
        }

        return new SocketUnderTest(await client.ConnectAsync(new Uri("ws://localhost/graphql"), CancellationToken.None));
    }

    public static async Task<SocketUnderTest> OpenAs(ServerUnderTest server, string token)
    {
        var socket = await Open(server);
        await socket.Send(new { type = "connection_init", payload = new { Authorization = $"Bearer {token}" } });
        (await socket.Receive())!.Value.Text("type");
        return socket;
    }

    public Task Send(object message) => SendText(JsonSerializer.Serialize(message));

    public Task SendText(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    public Task Subscribe(string id, string query, object? variables = null) => Send(new { id, type = "subscribe", payload = new { query, variables } });

    /// <summary>The next message; null once closed.</summary>
    public async Task<JsonElement?> Receive()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonDocument.Parse(message.ToArray()).RootElement;
            }
        }
    }

    /// <summary>The code with which the server closes, whatever it says before.</summary>
    public async Task<int?> Closed()
    {
        while (await Receive() is not null)
        {
        }

        return CloseCode;
    }

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
