using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>One connection's messages: JSON objects, read whole up to a size, written one at a time.</summary>
internal sealed class LiveSocket(WebSocket connection) : IDisposable
{
    private const int MessageBytes = 4 * 1024 * 1024;
    private const int PartBytes = 4096;

    // Codes of graphql-transport-ws (GraphQL over WebSocket, "Unauthorized" and "Forbidden").
    private const int Unauthorized = 4401;
    private const int Forbidden = 4403;

    private readonly ArrayBufferWriter<byte> buffer = new(16 * 1024);
    private readonly SemaphoreSlim sending = new(1, 1);

    public bool IsOpen => connection.State == WebSocketState.Open;

    /// <summary>The server closed it because the token was not, or is no longer, good.</summary>
    public bool WasTokenRefused => (int?)connection.CloseStatus is Unauthorized or Forbidden;

    /// <summary>The next message, good until the one after it is read; null once the server closed.</summary>
    /// <exception cref="WebSocketException">The connection broke, or the message is larger than this app reads.</exception>
    public async Task<JsonDocument?> Receive(CancellationToken cancel)
    {
        buffer.ResetWrittenCount();
        while (true)
        {
            var part = await connection.ReceiveAsync(buffer.GetMemory(PartBytes), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            buffer.Advance(part.Count);
            if (buffer.WrittenCount > MessageBytes)
            {
                throw new WebSocketException("A message is larger than this app reads.");
            }

            if (part.EndOfMessage)
            {
                return JsonDocument.Parse(buffer.WrittenMemory, DeepJson.Reading);
            }
        }
    }

    /// <summary>Sends an object; nothing where the connection is gone, which whoever reads from it sees as well.</summary>
    public async Task Send(Action<Utf8JsonWriter> write, CancellationToken cancel)
    {
        if (!IsOpen)
        {
            return;
        }

        var message = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(message))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        try
        {
            await sending.WaitAsync(cancel);
            try
            {
                await connection.SendAsync(message.WrittenMemory, WebSocketMessageType.Text, true, cancel);
            }
            finally
            {
                sending.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or ObjectDisposedException)
        {
            // The reading loop sees the end too, and connects again.
        }
    }

    /// <summary>Ends it at once, as where the other end is gone without a word.</summary>
    public void Abort() => connection.Abort();

    /// <summary>The turn to send is left as it is: whoever still waits for it gets it, and sees that the connection is gone.</summary>
    public void Dispose() => connection.Dispose();
}
