using System.Net;
using System.Net.WebSockets;
using Jarvis.Domain.Devices;
using Jarvis.Engine.Runs;

namespace Jarvis.Engine.Devices;

/// <summary>Why the runner no longer talks to its server.</summary>
public abstract record ChannelEnd
{
    /// <summary>A newer hello of the same identity: another runner uses these credentials.</summary>
    public sealed record Fenced : ChannelEnd;

    /// <summary>The server does not know the device any more; it must be paired again.</summary>
    public sealed record Revoked : ChannelEnd;

    /// <summary>A person removed the device.</summary>
    public sealed record Unpaired : ChannelEnd;
}

/// <summary>
/// The command channel of the runner's protocol: keeps one WebSocket open for as long as the runner lives, comes back when it
/// breaks, and hands what arrives to the <see cref="CommandInbox"/>.
/// </summary>
public sealed class CommandChannel(
    RunnerApi api, DeviceTokens tokens, Session session, Journal journal, CommandInbox inbox, IRunExecutor executor,
    Action<IReadOnlyDictionary<Guid, long>> welcomed, RunnerVoice voice, TimeProvider time)
{
    private const int Fenced = 4410;
    private const int Unauthorized = 4401;

    /// <summary>Runs named in a hello; of the others the server tells with the first batch.</summary>
    private const int MaxJournals = 5_000;

    /// <summary>A connection that stood this long starts its back-off anew.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(1);

    /// <summary>The lease while the server has not said one.</summary>
    private static readonly TimeSpan LeaseIfNotSaid = TimeSpan.FromSeconds(30);

    /// <summary>Welcomes in a row that show another's hello in between, after which this runner takes itself for fenced.</summary>
    private const int MaxStrangers = 3;

    /// <summary>What this PC can do; null tells nothing.</summary>
    public Func<DeviceCapabilities>? Capabilities { get; init; }

    private readonly BackOff backOff = BackOff.OfConnection();
    private long? lastEpoch;
    private int hellos;
    private int strangers;
    private DeviceCapabilities? told;
    private long beatAt;
    private double roundTrip = double.NaN;

    /// <summary>Works until there is no sense in going on; cancelling says good-bye to the server.</summary>
    public async Task<ChannelEnd> Run(CancellationToken cancel)
    {
        while (true)
        {
            if (await tokens.Token(cancel) is not { } token)
            {
                return new ChannelEnd.Revoked();
            }

            var asked = time.GetTimestamp();
            var reply = await api.Commands(token, cancel);
            if (reply.Answer is { } open)
            {
                var opened = time.GetTimestamp();
                Volatile.Write(ref roundTrip, time.GetElapsedTime(asked, opened).TotalMilliseconds);
                if (await Converse(open, token, cancel) is { } end)
                {
                    return end;
                }

                if (time.GetElapsedTime(opened) > Stable)
                {
                    backOff.Reset();
                }
            }
            else
            {
                voice.Away(reply.Reason);
                if (reply.Status is HttpStatusCode.Unauthorized && !await tokens.Renew(token, cancel) && tokens.Revoked)
                {
                    return new ChannelEnd.Revoked();
                }
            }

            await Task.Delay(backOff.Next(), time, cancel);
        }
    }

    private async Task<ChannelEnd?> Converse(ClientWebSocket open, string token, CancellationToken cancel)
    {
        using var socket = new FrameSocket(open);
        using var conversation = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reason = "the connection broke";
        Task? beating = null;
        try
        {
            var asked = time.GetTimestamp();
            hellos++;
            await socket.Send(Hello(), RunnerJson.Default.HelloFrame, cancel);
            var lease = LeaseIfNotSaid;
            var claims = new Claims(inbox, socket);
            var silence = new Silence(lease, conversation, time);
            while (await socket.Receive(conversation.Token) is { } frame)
            {
                silence.Heard();
                if (frame.Type == "heartbeat")
                {
                    Volatile.Write(ref roundTrip, time.GetElapsedTime(Volatile.Read(ref beatAt)).TotalMilliseconds);
                }

                if (frame is { Type: "welcome", Epoch: { } epoch })
                {
                    lease = frame.LeaseSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : lease;
                    silence.Lease = lease;
                    Welcome(frame, epoch, asked);
                    if (frame.CountsAnew is true || frame.LastCommand < journal.LastCommand())
                    {
                        // The server was restored from a backup: it counts anew from there, and sends all that it has.
                        await inbox.CountAnew(cancel);
                    }

                    if (IsContested(epoch))
                    {
                        return new ChannelEnd.Fenced();
                    }

                    beating = Beat(socket, epoch, lease, silence, conversation);
                }

                if (await Take(frame, socket, claims, conversation.Token))
                {
                    await socket.Close(WebSocketCloseStatus.NormalClosure, "unpaired");
                    return new ChannelEnd.Unpaired();
                }
            }

            switch (socket.Closed)
            {
                case { Code: Fenced }:
                    return new ChannelEnd.Fenced();
                case { Code: Unauthorized } when !await tokens.Renew(token, cancel) && tokens.Revoked:
                    return new ChannelEnd.Revoked();
                case { Reason: { Length: > 0 } said }:
                    reason = said;
                    break;
            }
        }
        catch (InvalidDataException malformed)
        {
            reason = malformed.Message;
            await socket.Close((WebSocketCloseStatus)4400, "malformed frame");
        }
        catch (Exception broken) when (broken is WebSocketException or IOException || (broken is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            reason = broken is WebSocketException ? "the connection broke" : "the server fell silent";
        }
        catch (OperationCanceledException)
        {
            await socket.Close(WebSocketCloseStatus.NormalClosure, "the runner stops");
            throw;
        }
        finally
        {
            session.Dropped();
            await conversation.CancelAsync();
            if (beating is not null)
            {
                await beating;
            }
        }

        voice.Away(reason);
        return null;
    }

    /// <summary>
    /// Each hello of this runner takes one epoch; more than that are another's. Two runners that fence each other without the closing
    /// code coming through would go on for ever: after a few rounds one gives way.
    /// </summary>
    private bool IsContested(long epoch)
    {
        strangers = lastEpoch is { } before && epoch - before > hellos ? strangers + 1 : 0;
        lastEpoch = epoch;
        hellos = 0;
        return strangers >= MaxStrangers;
    }

    /// <summary>Milliseconds that the last question took until it was answered; null before the first.</summary>
    private double? RoundTrip => Volatile.Read(ref roundTrip) is var known && double.IsNaN(known) ? null : known;

    private HelloFrame Hello()
    {
        told = Capabilities?.Invoke();
        var journals = journal.Unsent().Take(MaxJournals).ToDictionary(run => run.RunId, run => run.LastSequence);
        var last = journal.LastCommand();
        return new HelloFrame(
            journals, last, ThisMachine.Os, ThisMachine.Version, ThisMachine.Address(), time.GetUtcNow(), RoundTrip, CapabilitiesFrame.Of(told), journal.CommandId(last));
    }

    /// <summary>A heartbeat, with what this PC can do where that is news.</summary>
    private HeartbeatFrame Heartbeat()
    {
        var can = Capabilities?.Invoke();
        var news = can?.IsNewsAfter(told) == true ? can : null;
        told = news ?? told;
        Volatile.Write(ref beatAt, time.GetTimestamp());
        return new HeartbeatFrame(ThisMachine.Os, ThisMachine.Version, executor.Running, time.GetUtcNow(), RoundTrip, CapabilitiesFrame.Of(news));
    }

    /// <param name="asked">The timestamp at which the hello was sent.</param>
    private void Welcome(ServerFrame frame, long epoch, long asked)
    {
        // Half of the round trip is taken to be the way back.
        var taken = time.GetTimestamp();
        var now = frame.ServerTime is { } theirs ? theirs + time.GetElapsedTime(asked, taken) / 2 : time.GetUtcNow();
        if (frame.Cursors is { } cursors)
        {
            welcomed(cursors);
        }

        session.Welcomed(epoch, now, taken);
        voice.Connected(tokens.Current.DeviceId, epoch);
    }

    /// <returns>True when the device was unpaired.</returns>
    private async Task<bool> Take(ServerFrame frame, FrameSocket socket, Claims claims, CancellationToken cancel)
    {
        switch (frame)
        {
            case { Type: "welcome" }:
                return await claims.Repeat(cancel);
            case { Type: "heartbeat" }:
                return await claims.Pump(cancel);
            case { Type: "command", Number: { } number, Command: { } kind }:
                await inbox.Receive(frame, number, kind, cancel);
                await socket.Send(new ReceivedFrame(number), RunnerJson.Default.ReceivedFrame, cancel);
                return await claims.Pump(cancel);
            case { Type: "granted", RunId: { } runId }:
                await inbox.Granted(runId, cancel);
                return await claims.Answered(runId, cancel);
            case { Type: "gone", RunId: { } runId }:
                return await inbox.Gone(runId, frame.Reason ?? "withdrawn", cancel) ? await claims.Answered(runId, cancel) : await claims.Pump(cancel);
            default:
                // A frame of a later version of the protocol.
                return false;
        }
    }

    /// <summary>Tells the server that this runner lives, three times in each lease; ends the conversation where its right to speak was taken.</summary>
    private async Task Beat(FrameSocket socket, long epoch, TimeSpan lease, Silence silence, CancellationTokenSource conversation)
    {
        try
        {
            while (!conversation.IsCancellationRequested)
            {
                var change = session.Changed();
                if (session.Epoch != epoch || silence.TooLong)
                {
                    await conversation.CancelAsync();
                    return;
                }

                await Task.WhenAny(change, Task.Delay(lease / 3, time, conversation.Token));
                conversation.Token.ThrowIfCancellationRequested();
                await socket.Send(Heartbeat(), RunnerJson.Default.HeartbeatFrame, conversation.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The reading side sees the same end and says why.
        }
    }

    /// <summary>Sends a claim for each start that waits, once until it is answered or the connection is another, and acts on what may be acted on.</summary>
    private sealed class Claims(CommandInbox inbox, FrameSocket socket)
    {
        private readonly HashSet<Guid> asked = [];

        public Task<bool> Repeat(CancellationToken cancel)
        {
            asked.Clear();
            return Pump(cancel);
        }

        /// <summary>The answer is dealt with: a later start of the same run, which was taken back before, is asked for anew.</summary>
        public Task<bool> Answered(Guid runId, CancellationToken cancel)
        {
            asked.Remove(runId);
            return Pump(cancel);
        }

        /// <returns>True when the device was unpaired.</returns>
        public async Task<bool> Pump(CancellationToken cancel)
        {
            var next = await inbox.Proceed(cancel);
            foreach (var runId in next.ToClaim.Where(asked.Add))
            {
                await socket.Send(new ClaimFrame(runId), RunnerJson.Default.ClaimFrame, cancel);
            }

            return next.Unpaired;
        }
    }

    private sealed class Silence(TimeSpan lease, CancellationTokenSource conversation, TimeProvider time)
    {
        private long heard = time.GetTimestamp();

        public TimeSpan Lease { get; set; } = lease;

        public bool TooLong => !conversation.IsCancellationRequested && time.GetElapsedTime(Volatile.Read(ref heard)) > Lease;

        public void Heard() => Volatile.Write(ref heard, time.GetTimestamp());
    }
}
