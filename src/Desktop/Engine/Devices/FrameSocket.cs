using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jarvis.Engine.Devices;

/// <summary>JSON frames over one WebSocket: one reader, any number of senders.</summary>
internal sealed class FrameSocket(WebSocket socket) : IDisposable
{
    /// <summary>Longest frame that is read, in bytes; a definition and its input fit.</summary>
    private const int MaxFrameBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim sending = new(1, 1);

    /// <summary>Closing code and reason of the other side; null while open or where it just went away.</summary>
    public (int Code, string? Reason)? Closed => socket.CloseStatus is { } code ? ((int)code, socket.CloseStatusDescription) : null;

    public async Task Send<T>(T frame, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(frame, type);
        await sending.WaitAsync(cancel);
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancel);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>The next frame; null once the other side closed.</summary>
    /// <exception cref="InvalidDataException">What came is too long or not JSON.</exception>
    public async Task<ServerFrame?> Receive(CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.GetMemory(4096), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            buffer.Advance(part.Count);
            if (buffer.WrittenCount > MaxFrameBytes)
            {
                throw new InvalidDataException($"A frame of more than {MaxFrameBytes} bytes.");
            }

            if (part.EndOfMessage)
            {
                break;
            }
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.WrittenSpan, RunnerJson.Default.ServerFrame) ?? throw new InvalidDataException("A frame without content.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"A frame that is not the protocol's JSON: {broken.Message}", broken);
        }
    }

    /// <summary>Says good-bye as far as the other side still listens.</summary>
    public async Task Close(WebSocketCloseStatus status, string reason)
    {
        using var limit = new CancellationTokenSource(FarewellTimeout);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, reason, limit.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        sending.Dispose();
    }
}
