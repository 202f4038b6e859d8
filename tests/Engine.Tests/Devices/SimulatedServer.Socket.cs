using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Jarvis.Engine.Tests.Devices;

/// <summary>The command socket: frames as they come, and what is answered to each.</summary>
internal sealed partial class SimulatedServer
{
    private readonly SemaphoreSlim sending = new(1, 1);

    private async Task Commands(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            context.Response.StatusCode = 401;
            return;
        }

        using var open = await context.WebSockets.AcceptWebSocketAsync("jarvis-runner-v1");
        var buffer = new byte[1024 * 1024];
        try
        {
            while (await Read(open, buffer) is { } frame)
            {
                Answer(open, frame);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            open.Abort();
        }
    }

    private void Answer(WebSocket open, JsonObject frame)
    {
        lock (gate)
        {
            Received.Add(frame);
            switch ((string)frame["type"]!)
            {
                case "hello":
                    Hellos++;
                    Epoch++;
                    if (socket is { } older && older != open)
                    {
                        _ = Close(older, 4410, "fenced");
                    }

                    socket = open;
                    var has = (int)(long)frame["lastCommand"]!;
                    var isOther = restored && has > 0 && (has > commands.Count || (string?)commands[has - 1]["id"] != (string?)frame["lastCommandId"]);
                    var cursors = new JsonObject();
                    foreach (var runId in frame["journals"]!.AsObject().Select(pair => Guid.Parse(pair.Key)))
                    {
                        cursors[runId.ToString()] = streams.TryGetValue(runId, out var stream) ? stream.Count : 0;
                    }

                    _ = Send(open, new JsonObject
                    {
                        ["type"] = "welcome",
                        ["epoch"] = Epoch,
                        ["leaseSeconds"] = LeaseSeconds,
                        ["cursors"] = cursors,
                        ["types"] = new JsonArray(),
                        ["lastCommand"] = restored ? commands.Count : null,
                        ["countsAnew"] = isOther ? true : null,
                        ["serverTime"] = DateTimeOffset.UtcNow.ToString("O"),
                    });
                    foreach (var command in commands.Skip(isOther || has > commands.Count ? 0 : has))
                    {
                        _ = Send(open, command);
                    }

                    break;
                case "claim":
                    var asked = Guid.Parse((string)frame["runId"]!);
                    if (Withdrawn.Contains(asked))
                    {
                        _ = Send(open, new JsonObject { ["type"] = "gone", ["runId"] = asked.ToString(), ["reason"] = "run.cancelled" });
                    }
                    else if (Fenced.Contains(asked))
                    {
                        _ = Send(open, new JsonObject { ["type"] = "gone", ["runId"] = asked.ToString(), ["reason"] = "device.epoch_fenced" });
                    }
                    else
                    {
                        granted[asked] = DeviceId;
                        _ = Send(open, new JsonObject { ["type"] = "granted", ["runId"] = asked.ToString() });
                    }

                    break;
                case "heartbeat":
                    _ = Send(open, new JsonObject { ["type"] = "heartbeat" });
                    break;
            }
        }
    }

    private async Task Send(WebSocket? open, JsonObject frame)
    {
        if (open is null)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(frame.ToJsonString());
        await sending.WaitAsync();
        try
        {
            await open.SendAsync(bytes, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The runner comes back and is told again.
        }
        finally
        {
            sending.Release();
        }
    }

    private static async Task<JsonObject?> Read(WebSocket open, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var part = await open.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(buffer.AsSpan(0, length))!.AsObject();
            }
        }
    }

    private static async Task Close(WebSocket open, int code, string reason)
    {
        try
        {
            await open.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            open.Abort();
        }
    }
}
