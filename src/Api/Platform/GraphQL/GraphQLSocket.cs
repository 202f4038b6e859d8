using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using GraphQL;
using GraphQL.Execution;
using GraphQLParser.AST;
using Jarvis.Api.Accounts;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>Why a socket is closed: the protocol's codes (4400 to 4499) and two of RFC 6455.</summary>
public enum SocketClose
{
    GoingAway = 1001,

    /// <summary>Try again later: the client took nothing for too long, or the server is full. Clients reconnect and resume by cursor.</summary>
    TryAgainLater = 1013,
    BadRequest = 4400,
    Unauthorized = 4401,
    Forbidden = 4403,
    SubprotocolNotAcceptable = 4406,
    InitialisationTimeout = 4408,
    SubscriberExists = 4409,
    TooManyInitialisationRequests = 4429,
}

/// <summary>
/// One connection of the <c>graphql-transport-ws</c> subprotocol. One loop reads, one writes; operations run beside them. Whoever wants
/// the socket closed says so once, with a code, and everything else ends with it.
/// </summary>
public sealed class GraphQLSocket(
    WebSocket socket, GraphQLExecution execution, IGraphQLTextSerializer serializer, AccessTokens tokens, RevokedSessions revoked,
    BodyBudget bodies, SocketCount count, IDisposable stranger, IServiceScopeFactory scopes, TimeProvider time) : IDisposable
{
    public const string Subprotocol = "graphql-transport-ws";

    /// <summary>Read at once, in bytes; most messages are shorter.</summary>
    private const int ReadBytes = 1024;

    private sealed record Outgoing(byte[] Message, EventWindow? Window);

    private readonly Channel<Outgoing> outgoing = Channel.CreateBounded<Outgoing>(
        new BoundedChannelOptions(GraphQLLimits.SocketSendQueue) { SingleReader = true });
    private readonly ConcurrentDictionary<string, CancellationTokenSource> operations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, byte> running = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Lock closing = new();
    private (SocketClose Code, string Reason)? close;
    private bool initialised;
    private volatile bool acknowledged;
    private Caller? caller;
    private IDisposable? watching;
    private IDisposable? place;
    private long lastHeard;

    public void Dispose()
    {
        watching?.Dispose();
        place?.Dispose();
        ending.Dispose();
    }

    /// <summary>Serves the connection until either side ends it.</summary>
    public async Task Serve(CancellationToken stopping)
    {
        Telemetry.Sockets.Add(1);
        lastHeard = time.GetTimestamp();
        await using var stop = stopping.Register(() => Close(SocketClose.GoingAway, "The server is stopping"));
        var sending = Send();
        var minding = Mind();
        try
        {
            await Receive();
        }
        finally
        {
            await ending.CancelAsync();
            outgoing.Writer.TryComplete();
            await Task.WhenAll([sending, minding, .. running.Keys]);
            Telemetry.Sockets.Add(-1);
            await SayGoodbye();
        }
    }

    private void Close(SocketClose code, string reason)
    {
        lock (closing)
        {
            close ??= (code, reason);
        }

        // The reading loop may be inside a receive that only cancellation ends.
        ThreadPool.UnsafeQueueUserWorkItem(static source => Cancel(source), ending, preferLocal: false);
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended by itself in the meantime.
        }
    }

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
                        await cancel.CancelAsync();
                    }

                    return true;
                case "subscribe" when id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 and <= 256 } name:
                    return await Subscribe(name, payload);
                default:
                    return false;
            }
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

    private async Task<bool> Subscribe(string id, JsonElement payload)
    {
        if (!acknowledged)
        {
            Close(SocketClose.Unauthorized, "Unauthorized");
            return true;
        }

        var (request, refusal) = GraphQLRequest.From(payload);
        if (request is null)
        {
            return false;
        }

        var cancel = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        if (!operations.TryAdd(id, cancel))
        {
            cancel.Dispose();
            Close(SocketClose.SubscriberExists, $"Subscriber for {id} already exists"[..Math.Min(120, $"Subscriber for {id} already exists".Length)]);
            return true;
        }

        if (operations.Count > GraphQLLimits.OperationsPerSocket)
        {
            operations.TryRemove(id, out _);
            cancel.Dispose();
            await Queue(Errors(id, new Refusal("graphql.too_many_operations", $"One socket carries at most {GraphQLLimits.OperationsPerSocket} operations at once.")));
            return true;
        }

        var (operation, no) = execution.Admit(request, caller);
        if (operation is null)
        {
            operations.TryRemove(id, out _);
            cancel.Dispose();
            await Queue(Errors(id, no ?? refusal!));
            return true;
        }

        var work = Task.Run(() => Run(id, operation, cancel));
        running.TryAdd(work, 0);
        _ = work.ContinueWith(done => running.TryRemove(done, out _), TaskScheduler.Default);
        return true;
    }

    private async Task Run(string id, AdmittedOperation operation, CancellationTokenSource cancel)
    {
        using var scope = scopes.CreateScope();
        try
        {
            if (operation.Operation.Operation == OperationType.Subscription)
            {
                Telemetry.Subscribers.Add(1);
                try
                {
                    await Follow(id, operation, scope.ServiceProvider, cancel.Token);
                }
                finally
                {
                    Telemetry.Subscribers.Add(-1);
                }

                return;
            }

            var result = await execution.Execute(operation, caller, null, scope.ServiceProvider, cancel.Token);
            if (Release(id, cancel))
            {
                if (result.Executed)
                {
                    await Queue(Message("next", id, result, default));
                    await Queue(Message("complete", id, null, default));
                }
                else
                {
                    await Queue(Errors(id, result));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client completed the operation, or the connection ended.
        }
        finally
        {
            Release(id, cancel);
            cancel.Dispose();
        }
    }

    private async Task Follow(string id, AdmittedOperation operation, IServiceProvider services, CancellationToken cancel)
    {
        using var window = new EventWindow();
        var result = await execution.Execute(operation, caller, window, services, cancel);
        if (result.Streams is not { Count: 1 } streams)
        {
            if (operations.TryRemove(id, out _))
            {
                await Queue(Errors(id, result));
            }

            return;
        }

        var observer = new StreamObserver(item => Push(id, item, window));
        using (streams.Values.Single().Subscribe(observer))
        {
            await observer.Completion.WaitAsync(cancel);
        }

        if (operations.TryRemove(id, out _))
        {
            await Queue(observer.Error is { } error ? Errors(id, new ExecutionResult { Errors = [error] }) : Message("complete", id, null, default));
        }
    }

    // The window bounds what is in flight below the queue's size for many operations; where all of them are full the client takes nothing.
    private void Push(string id, ExecutionResult result, EventWindow window)
    {
        if (operations.ContainsKey(id) && !outgoing.Writer.TryWrite(new Outgoing(Message("next", id, result, default), window)) && !ending.IsCancellationRequested)
        {
            Telemetry.SlowClients.Add(1);
            Close(SocketClose.TryAgainLater, "The client is too slow");
        }
    }

    private bool Release(string id, CancellationTokenSource cancel) => operations.TryRemove(KeyValuePair.Create(id, cancel));

    private async Task Queue(byte[] message)
    {
        try
        {
            await outgoing.Writer.WriteAsync(new Outgoing(message, null), ending.Token);
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

    // Initialisation in time, and a sign of life now and then.
    private async Task Mind()
    {
        try
        {
            await Task.Delay(GraphQLLimits.SocketInitTimeout, time, ending.Token);
            if (!initialised)
            {
                Close(SocketClose.InitialisationTimeout, "Connection initialisation timeout");
                return;
            }

            while (true)
            {
                await Task.Delay(GraphQLLimits.SocketPing, time, ending.Token);
                var silent = time.GetElapsedTime(lastHeard);
                if (silent > 3 * GraphQLLimits.SocketPing)
                {
                    Close(SocketClose.GoingAway, "No sign of life");
                    return;
                }

                if (silent >= GraphQLLimits.SocketPing)
                {
                    outgoing.Writer.TryWrite(new Outgoing(Message("ping", null, null, default), null));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection ended first.
        }
    }

    private async Task SayGoodbye()
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        (SocketClose Code, string Reason)? said;
        lock (closing)
        {
            said = close;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await socket.CloseOutputAsync(
                said is { } given ? (WebSocketCloseStatus)given.Code : WebSocketCloseStatus.NormalClosure, said?.Reason, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            socket.Abort();
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

    private sealed class StreamObserver(Action<ExecutionResult> next) : IObserver<ExecutionResult>
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completion => done.Task;

        public void OnNext(ExecutionResult value) => next(value);

        /// <summary>Why the stream ended before its end.</summary>
        public ExecutionError? Error { get; private set; }

        public void OnError(Exception error)
        {
            Error = error as ExecutionError ?? new UnhandledError("The subscription failed.", error);
            done.TrySetResult();
        }

        public void OnCompleted() => done.TrySetResult();
    }
}
