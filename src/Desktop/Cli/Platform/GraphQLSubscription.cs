using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Engine.Devices;

namespace Jarvis.Cli.Platform;

/// <summary>
/// One subscription over <c>graphql-transport-ws</c> that survives a drop: it comes back with the cursor of the last item, so
/// that nothing is missed and nothing comes twice.
/// </summary>
internal sealed class GraphQLSubscription(ServerClient client, string document, string field, Func<string?, JsonObject> variablesAfter)
{
    private const string Protocol = "graphql-transport-ws";

    /// <summary>Close codes of the protocol: the token has ended, or never was good.</summary>
    private const int Unauthorized = 4401;
    private const int Forbidden = 4403;

    /// <summary>Read at once, in bytes; most messages are shorter.</summary>
    private const int PartBytes = 4096;

    /// <summary>Longest message that is read, in bytes.</summary>
    private const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>Silence after which a ping goes out, and after which again the connection counts as broken.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    private string? cursor;

    /// <summary>The items of the field, each with its <c>cursor</c>, until the server completes the subscription.</summary>
    /// <param name="dropped">Told when the connection broke and is being opened again.</param>
    /// <exception cref="ServerRefusal">The server refused the subscription.</exception>
    public async IAsyncEnumerable<JsonObject> Items(Action<string> dropped, [EnumeratorCancellation] CancellationToken cancel)
    {
        var backOff = BackOff.OfConnection();
        while (true)
        {
            using var socket = new ClientWebSocket();
            string? broke = null;
            if (await Open(socket, cancel) is { } failed)
            {
                broke = failed;
            }

            while (broke is null)
            {
                var (item, ended, failure) = await Next(socket, cancel);
                if (item is not null)
                {
                    backOff.Reset();
                    cursor = (string?)item["cursor"] ?? cursor;
                    yield return item;
                }
                else if (ended)
                {
                    yield break;
                }

                broke = failure;
            }

            if (backOff.Attempts == 0)
            {
                dropped(broke);
            }

            await Task.Delay(backOff.Next(), cancel);
        }
    }

    private async Task<string?> Open(ClientWebSocket socket, CancellationToken cancel)
    {
        socket.Options.AddSubProtocol(Protocol);
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        var token = await client.Token(cancel);
        var address = new UriBuilder(new Uri(client.Server, "graphql"));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        try
        {
            await socket.ConnectAsync(address.Uri, cancel);
            await Send(socket, new JsonObject { ["type"] = "connection_init", ["payload"] = new JsonObject { ["Authorization"] = $"Bearer {token}" } }, cancel);
            var acknowledged = await Receive(socket, cancel);
            if ((string?)acknowledged?["type"] != "connection_ack")
            {
                if ((int?)socket.CloseStatus is Unauthorized or Forbidden)
                {
                    await client.Refresh(token, cancel);
                }

                return socket.CloseStatusDescription is { Length: > 0 } said ? said : "the server did not accept the subscription";
            }

            await Send(
                socket,
                new JsonObject
                {
                    ["id"] = "1",
                    ["type"] = "subscribe",
                    ["payload"] = new JsonObject { ["query"] = document, ["variables"] = variablesAfter(cursor) },
                },
                cancel);
            return null;
        }
        catch (Exception broken) when (broken is WebSocketException or IOException || (broken is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return $"{client.Server} cannot be reached";
        }
    }

    private async Task<(JsonObject? Item, bool Ended, string? Failure)> Next(ClientWebSocket socket, CancellationToken cancel)
    {
        try
        {
            var message = await Receive(socket, cancel);
            switch ((string?)message?["type"])
            {
                case null:
                    if ((int?)socket.CloseStatus == Unauthorized)
                    {
                        await client.Refresh(await client.Token(cancel), cancel);
                    }

                    return (null, false, socket.CloseStatusDescription is { Length: > 0 } said ? said : "the connection broke");
                case "next" when (message!["payload"]?["errors"]) is JsonArray { Count: > 0 } errors:
                    throw ServerClient.RefusalOf(errors[0]!.AsObject());
                case "next":
                    var item = message!["payload"]?["data"]?[field];
                    return (item as JsonObject, false, null);
                case "error":
                    throw ServerClient.RefusalOf(FirstError(message!["payload"]));
                case "complete":
                    return (null, true, null);
                case "ping":
                    await Send(socket, new JsonObject { ["type"] = "pong" }, cancel);
                    return default;
                default:
                    return default;
            }
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or JsonException || (broken is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return (null, false, "the connection broke");
        }
    }

    private static JsonObject FirstError(JsonNode? payload) => payload is JsonArray { Count: > 0 } errors && errors[0] is JsonObject first ? first : [];

    private static Task Send(ClientWebSocket socket, JsonObject message, CancellationToken cancel) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, cancel);

    private static async Task<JsonObject?> Receive(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new ArrayBufferWriter<byte>(PartBytes);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.GetMemory(PartBytes), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            buffer.Advance(part.Count);
            if (buffer.WrittenCount > MaxMessageBytes)
            {
                throw new IOException("The server sent more than this program takes.");
            }

            if (part.EndOfMessage)
            {
                return JsonNode.Parse(buffer.WrittenSpan, documentOptions: DeepJson.Reading) as JsonObject;
            }
        }
    }
}
