using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using GraphQL;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

// What goes out: one message after the other, each bounded.
public sealed partial class GraphQLSocket
{
    private async Task Queue(byte[] message)
    {
        try
        {
            await outgoing.Writer.WriteAsync(new Outgoing(message), ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The connection is ending; what was to be said no longer matters.
        }
    }

    private async Task Send()
    {
        try
        {
            await foreach (var item in outgoing.Reader.ReadAllAsync(ending.Token))
            {
                if (item.Of.IsCancellationRequested)
                {
                    item.Window?.GiveBack();
                    continue;
                }

                using var patience = new CancellationTokenSource(GraphQLLimits.SocketSendTimeout);
                try
                {
                    await socket.SendAsync(item.Message.AsMemory(), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, patience.Token);
                }
                catch (OperationCanceledException)
                {
                    Telemetry.SlowClients.Add(1);
                    socket.Abort();
                    return;
                }

                item.Window?.GiveBack();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // Ended, by either side.
        }
        finally
        {
            Cancel(ending);
        }
    }

    private byte[] Errors(string id, Refusal refusal) => Errors(id, GraphQLExecution.Refused(refusal));

    private byte[] Errors(string id, ExecutionResult result)
    {
        using var shaped = JsonDocument.Parse(serializer.Serialize(result));
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "error"u8);
            writer.WritePropertyName("payload"u8);
            shaped.RootElement.GetProperty("errors").WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private byte[] Message(string type, string? id, ExecutionResult? result, JsonElement payload)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (id is not null)
            {
                writer.WriteString("id"u8, id);
            }

            writer.WriteString("type"u8, type);
            if (result is not null)
            {
                writer.WritePropertyName("payload"u8);
                writer.WriteRawValue(serializer.Serialize(result), skipInputValidation: true);
            }
            else if (payload.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            {
                writer.WritePropertyName("payload"u8);
                payload.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
