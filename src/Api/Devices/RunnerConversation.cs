using System.Net.WebSockets;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Wolverine;

namespace Jarvis.Api.Devices;

/// <summary>
/// One runner's command socket from hello to its end: sends the device's commands in order from its stream, answers claims,
/// hears heartbeats. It decides nothing and keeps nothing that would be missed.
/// </summary>
public sealed class RunnerConversation(WebSocket socket, Guid deviceId, string? address, IServiceScopeFactory scopes, IDocumentStore store, DeviceCommandFeed feed, TimeProvider clock) : IDisposable
{
    private const int MaxText = 200;
    private const int MaxJournals = 10_000;

    private static readonly TimeSpan HelloTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    /// <summary>Event types that runs may report.</summary>
    private static readonly IReadOnlyList<string> Types =
        [.. EventNames.All.Where(pair => typeof(IExecutionEvent).IsAssignableFrom(pair.Key)).Select(pair => pair.Value).Order(StringComparer.Ordinal)];

    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly SemaphoreSlim news = new(1, 1);
    private readonly CancellationTokenSource ending = new();
    private readonly FrameBuffer buffer = new();
    private RunnerClose? close;
    private Task closing = Task.CompletedTask;
    private long epoch;
    private long received;
    private string os = "";
    private string version = "";

    public Guid DeviceId => deviceId;

    /// <summary>There may be a command.</summary>
    public void Wake()
    {
        try
        {
            if (news.CurrentCount == 0)
            {
                news.Release();
            }
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // Two commits woke it at once, or it has ended: whoever committed must not fail for that.
        }
    }

    /// <summary>Ends the conversation from outside, with that code.</summary>
    public void End(RunnerClose code)
    {
        close ??= code;
        try
        {
            ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself in the meantime.
        }
    }

    public async Task Run(DeviceSockets sockets, CancellationToken aborted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, ending.Token);

        // Cancelling a read aborts the socket, and the closing code with it: a read ends when the runner answers the close.
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        using var goodbye = ending.Token.UnsafeRegister(_ => closing = Close(reading), null);
        var sendingCommands = Task.CompletedTask;
        try
        {
            if (await Hello(stop.Token, reading.Token) is not { } hello)
            {
                return;
            }

            sockets.Enter(this);
            await Send(hello, stop.Token);
            sendingCommands = SendCommands(stop.Token);
            await Listen(stop.Token, reading.Token);
            await stop.CancelAsync();
            await sendingCommands;
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            // The other side is gone, or the conversation was ended; either way the farewell below says so.
        }
        finally
        {
            await stop.CancelAsync();
            await sendingCommands.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            sockets.Leave(this);
            goodbye.Dispose();
            await closing;
            await Farewell();
        }
    }

    public void Dispose()
    {
        ending.Dispose();
        sending.Dispose();
        news.Dispose();
    }

    private async Task<byte[]?> Hello(CancellationToken stop, CancellationToken reading)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(reading);
        limit.CancelAfter(HelloTime);
        if (await Next(limit.Token) is not { Type: "hello", LastCommand: >= 0 and var last, Os: { } system, Version: { } release } hello
            || !IsText(system) || !IsText(release) || (hello.Address is { } told && !IsText(told)) || hello.Journals?.Count > MaxJournals
            || (hello.Capabilities is { } can && can.Read() is null))
        {
            close ??= RunnerClose.Malformed;
            return null;
        }

        var now = clock.GetUtcNow();
        (os, version, received) = (system, release, last);
        var connection = await Ask<DeviceConnection>(
            new ConnectDevice(deviceId, os, version, hello.Address ?? address, hello.ClockAt(now) ?? default, last, hello.Capabilities?.Read()), stop);
        if (connection.Refusal is not null)
        {
            close ??= RunnerClose.Revoked;
            return null;
        }

        epoch = connection.Epoch;
        var cursors = await RunCursors.Of(store, deviceId, hello.Journals?.Keys ?? (IReadOnlyCollection<Guid>)[], stop);
        var issued = await feed.Last(deviceId, stop);
        var isRestored = issued < received || (hello.LastCommandId is { } id && received > 0 && await feed.IdOf(deviceId, received, stop) != id);
        if (isRestored)
        {
            // The runner has more than there is, or another command under that number: this is a restored server. It is told so, and sent everything again.
            received = 0;
        }

        return RunnerFrames.Welcome(epoch, cursors, Types, issued, isRestored, clock.GetUtcNow());
    }

    private static bool IsText(string text) => text.Length <= MaxText && !text.Any(char.IsControl);

    private async Task Listen(CancellationToken stop, CancellationToken reading)
    {
        while (await Next(reading) is { } frame)
        {
            switch (frame)
            {
                case { Type: "received", Number: { } number }:
                    received = Math.Max(received, number);
                    break;
                case { Type: "claim", RunId: { } runId }:
                    var claim = await Ask<ClaimAnswer>(new ClaimRun(runId, deviceId, epoch), stop);
                    if (claim.Refusal == DeviceRefusals.EpochFenced)
                    {
                        End(RunnerClose.Fenced);
                        return;
                    }

                    await Send(claim.Refusal is { } refusal ? RunnerFrames.Gone(runId, refusal.Code) : RunnerFrames.Granted(runId), stop);
                    break;
                case { Type: "heartbeat" }:
                    if (!await Hear(frame, stop))
                    {
                        return;
                    }

                    break;
                default:
                    End(RunnerClose.Malformed);
                    return;
            }
        }
    }

    private async Task<bool> Hear(ClientFrame beat, CancellationToken stop)
    {
        os = beat.Os is { } system && IsText(system) ? system : os;
        version = beat.Version is { } release && IsText(release) ? release : version;
        var connection = await Ask<DeviceConnection>(
            new HearDevice(deviceId, epoch, os, version, beat.Address ?? address, received, beat.ClockAt(clock.GetUtcNow()), beat.Capabilities?.Read()), stop);
        if (connection.Refusal is { } refusal)
        {
            End(refusal == DeviceRefusals.EpochFenced ? RunnerClose.Fenced : RunnerClose.Revoked);
            return false;
        }

        await Send(RunnerFrames.Heartbeat(), stop);
        return true;
    }

    /// <summary>Every command after what the runner has, in order; woken by commits, and looking once a heartbeat all the same.</summary>
    private async Task SendCommands(CancellationToken stop)
    {
        var sent = received;
        try
        {
            while (true)
            {
                var commands = await feed.After(deviceId, sent, stop);
                foreach (var command in commands)
                {
                    await Send(RunnerFrames.Command(command), stop);
                    sent = command.Number;
                }

                if (commands.Count == 0)
                {
                    await news.WaitAsync(TimeSpan.FromSeconds(Lease.HeartbeatSeconds), stop);
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            // The listening half sees the same end.
        }
        catch (Exception)
        {
            // Commands cannot be read: the runner comes back and they are sent again.
            End(RunnerClose.GoingAway);
            throw;
        }
    }

    private async Task<ClientFrame?> Next(CancellationToken reading)
    {
        var bytes = await RunnerFrames.Receive(socket, buffer, reading);
        if (bytes is null)
        {
            close ??= socket.State == WebSocketState.CloseReceived ? null : RunnerClose.Malformed;
            return null;
        }

        var frame = RunnerFrames.Read(bytes.Value.Span);
        if (frame is null)
        {
            close ??= RunnerClose.Malformed;
        }

        return frame;
    }

    private async Task<T> Ask<T>(object message, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync<T>(message, stop);
    }

    private async Task Send(byte[] frame, CancellationToken stop)
    {
        await sending.WaitAsync(stop);
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, stop);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Says why it ends while somebody may still be reading; a runner that does not answer is cut off.</summary>
    private async Task Close(CancellationTokenSource reading)
    {
        using var limit = new CancellationTokenSource(FarewellTime);
        try
        {
            await sending.WaitAsync(limit.Token);
            try
            {
                if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                {
                    await socket.CloseOutputAsync((WebSocketCloseStatus)(int)(close ?? RunnerClose.GoingAway), close?.ToString(), limit.Token);
                }
            }
            finally
            {
                sending.Release();
            }

            reading.CancelAfter(FarewellTime);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }

    private async Task Farewell()
    {
        using var limit = new CancellationTokenSource(FarewellTime);
        try
        {
            if (epoch > 0 && close is not RunnerClose.Fenced and not RunnerClose.Revoked)
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new LoseDevice(deviceId, epoch), limit.Token);
            }

            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                var code = close is { } said ? (WebSocketCloseStatus)(int)said : WebSocketCloseStatus.NormalClosure;
                await socket.CloseOutputAsync(code, close?.ToString(), limit.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or Npgsql.NpgsqlException)
        {
            // Nobody listens any more, or the store is away: the lease's own check tells the rest.
        }
    }
}
