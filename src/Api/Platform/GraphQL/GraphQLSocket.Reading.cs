using System.Net.WebSockets;
using System.Text.Json;
using Jarvis.Api.Accounts;

namespace Jarvis.Api.Platform.GraphQL;

// What comes in: frames put together to messages, and what each asks for.
public sealed partial class GraphQLSocket
{
    private async Task Receive()
    {
        var message = new HeldBody(bodies, null);
        try
        {
            while (!ending.IsCancellationRequested)
            {
                message.Empty();
                if (acknowledged && !message.IsOf(caller!.AccountId))
                {
                    // From now on what it sends is the account's.
                    message.Dispose();
                    message = new HeldBody(bodies, caller.AccountId);
                }

                if (await ReadWhole(message) is not { } type)
                {
                    return;
                }

                lastHeard = time.GetTimestamp();
                if (type != WebSocketMessageType.Text || !await Handle(message.Memory))
                {
                    Close(SocketClose.BadRequest, "Invalid message");
                    return;
                }
            }
        }
        catch (WebSocketException)
        {
            // The client is gone without a word; there is nobody to tell.
        }
        catch (BodyBudgetException)
        {
            Close(SocketClose.TryAgainLater, "Too many large messages at once");
        }
        finally
        {
            message.Dispose();
        }
    }

    /// <summary>Reads one message; null where the connection ends instead.</summary>
    private async Task<WebSocketMessageType?> ReadWhole(HeldBody message)
    {
        var limit = acknowledged ? GraphQLLimits.SocketMessageBytes : GraphQLLimits.StrangersMessageBytes;
        var began = time.GetTimestamp();
        while (true)
        {
            // A receive that is cancelled aborts the socket, and no close code could be sent: so it is raced instead.
            var part = await ReceiveOrEnd(message.Room(ReadBytes, limit + 1), message.Length == 0 ? null : BodyBudget.ArrivalTime - time.GetElapsedTime(began));
            if (part.MessageType == WebSocketMessageType.Close || ending.IsCancellationRequested)
            {
                return null;
            }

            began = message.Length == 0 ? time.GetTimestamp() : began;
            message.Took(part.Count);
            if (message.Length > limit)
            {
                Close(SocketClose.BadRequest, "Message too large");
                return null;
            }

            if (part.EndOfMessage)
            {
                return part.MessageType;
            }
        }
    }

    /// <param name="patience">How long the rest of a message may take; null while none has begun.</param>
    private async Task<ValueWebSocketReceiveResult> ReceiveOrEnd(Memory<byte> buffer, TimeSpan? patience)
    {
        var receive = socket.ReceiveAsync(buffer, CancellationToken.None).AsTask();
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        var ended = Task.Delay(patience is not { } left ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? left : TimeSpan.Zero, waiting.Token);
        if (await Task.WhenAny(receive, ended) == receive)
        {
            await waiting.CancelAsync();
            return await receive;
        }

        if (!ending.IsCancellationRequested)
        {
            Close(SocketClose.BadRequest, "The message came too slowly");
        }

        _ = receive.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true);
    }

    /// <summary>False for a message that the protocol does not know.</summary>
    private async Task<bool> Handle(ReadOnlyMemory<byte> utf8)
    {
        var (json, _) = GraphQLBody.Parse(utf8);
        if (json is null)
        {
            return false;
        }

        using (json)
        {
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
                || (root.TryGetProperty("id", out var id) && id.ValueKind != JsonValueKind.String))
            {
                return false;
            }

            root.TryGetProperty("payload", out var payload);
            switch (type.GetString())
            {
                case "connection_init" when payload.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object:
                    await Initialise(payload);
                    return true;
                case "ping" when payload.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object:
                    await Queue(Message("pong", null, null, payload));
                    return true;
                case "pong" when payload.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object:
                    return true;
                case "complete" when id.ValueKind == JsonValueKind.String:
                    if (operations.TryRemove(id.GetString()!, out var cancel))
                    {
                        await End(cancel);
                    }

                    return true;
                case "subscribe" when id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 and <= 256 } name:
                    return await Subscribe(name, payload);
                default:
                    return false;
            }
        }
    }

    private static async Task End(CancellationTokenSource operation)
    {
        try
        {
            await operation.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It came to its own end at the same time.
        }
    }

    private async Task Initialise(JsonElement payload)
    {
        if (initialised)
        {
            Close(SocketClose.TooManyInitialisationRequests, "Too many initialisation requests");
            return;
        }

        initialised = true;
        var bearer = payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("Authorization", out var header) && header.ValueKind == JsonValueKind.String
            ? header.GetString()! : string.Empty;
        if (!bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            Close(SocketClose.Forbidden, "Forbidden");
            return;
        }

        var (found, problem) = await tokens.Check(bearer["Bearer ".Length..].Trim());
        if (found is null)
        {
            var (code, reason) = problem == TokenProblem.Malformed ? (SocketClose.Forbidden, "Forbidden") : (SocketClose.Unauthorized, "Unauthorized");
            Close(code, reason);
            return;
        }

        if (found.DeviceId is not null)
        {
            // A runner's token speaks for its device, at the runner's own addresses.
            Close(SocketClose.Forbidden, "Forbidden");
            return;
        }

        place = count.Admit(found.AccountId);
        if (place is null)
        {
            Close(SocketClose.TryAgainLater, "Too many sockets of this account");
            return;
        }

        stranger.Dispose();
        caller = found;
        watching = revoked.Watch(found.SessionId, () => Close(SocketClose.Unauthorized, "The session has ended"));
        acknowledged = true;
        await Queue(Message("connection_ack", null, null, default));
    }
}
