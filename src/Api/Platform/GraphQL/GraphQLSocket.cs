using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using GraphQL;
using Jarvis.Api.Accounts;

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
public sealed partial class GraphQLSocket(
    WebSocket socket, GraphQLExecution execution, IGraphQLTextSerializer serializer, AccessTokens tokens, RevokedSessions revoked,
    BodyBudget bodies, SocketCount count, IDisposable stranger, IServiceScopeFactory scopes, TimeProvider time) : IDisposable
{
    public const string Subprotocol = "graphql-transport-ws";

    /// <summary>Read at once, in bytes; most messages are shorter.</summary>
    private const int ReadBytes = 1024;

    /// <param name="Of">The operation whose message it is, if any: once the client completed that, nothing of it is sent, also where its id is in use again.</param>
    private sealed record Outgoing(byte[] Message, EventWindow? Window = null, CancellationToken Of = default);

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
                    outgoing.Writer.TryWrite(new Outgoing(Message("ping", null, null, default)));
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

        using var patience = new CancellationTokenSource(GraphQLLimits.SocketFarewell);
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
}
