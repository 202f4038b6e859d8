using System.Net;
using Jarvis.Engine.Devices;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Brings the journal's events to the server: at least once, each run in order, for as long as it takes. Whatever was journaled while a
/// request is under way is the next one; so an idle server answers a step at once and a busy one gets large batches. A second
/// request sets out beside the first only where so much waits that it is worth one, of other runs, and as long as the server takes what it is sent.
/// A final refusal parks its run and holds up no other.
/// </summary>
public sealed partial class SubmissionLoop
{
    /// <summary>Names of runs kept at hand.</summary>
    private const int MaxNames = 1_000;

    /// <summary>Requests under way at once.</summary>
    private const int MaxRequests = 2;

    /// <summary>How often the journal is looked through where nobody says that something was journaled.</summary>
    internal static readonly TimeSpan IdleLook = TimeSpan.FromSeconds(2);

    /// <summary>How long a refused epoch may stand while the command channel says nothing, before it is opened anew.</summary>
    private static readonly TimeSpan FencePatience = TimeSpan.FromSeconds(2);

    private readonly Journal journal;
    private readonly RunnerApi api;
    private readonly DeviceTokens tokens;
    private readonly Session session;
    private readonly TimeProvider time;
    private readonly RunnerVoice voice;
    private readonly SubmissionQueue queue = new();
    private readonly BackOff backOff = BackOff.OfSubmission();
    private readonly Dictionary<Guid, (long Expected, int Times)> rewinds = [];
    private readonly SubmissionNotes notes;
    private readonly SubmissionGathering gathering;
    private readonly Dictionary<Guid, string> names = [];
    private readonly string source;
    private int requests = MaxRequests;

    public SubmissionLoop(Journal journal, RunnerApi api, DeviceTokens tokens, Session session, TimeProvider time, RunnerVoice voice)
    {
        this.journal = journal;
        this.api = api;
        this.tokens = tokens;
        this.session = session;
        this.time = time;
        this.voice = voice;
        notes = new SubmissionNotes(journal, queue, time);
        gathering = new SubmissionGathering(journal, queue, time);
        MayGzip = !api.Server.IsLoopback;
        source = $"/devices/{tokens.Current.DeviceId}";
    }

    /// <summary>Whether large batches are compressed. Within one machine that would cost both ends time and save nothing.</summary>
    public bool MayGzip { get; init; }

    /// <summary>Events that the server has not acknowledged yet.</summary>
    public long Waiting => queue.Waiting;

    /// <summary>Works until cancelled, or until the device is no longer paired. What was acknowledged by then is noted.</summary>
    public async Task Run(CancellationToken cancel)
    {
        using var noting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var noted = notes.Run(noting.Token);
        try
        {
            await Submit(cancel);
        }
        finally
        {
            await noting.CancelAsync();
            await noted;
        }
    }

    private async Task Submit(CancellationToken cancel)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        List<Request> underWay = [];
        TimeSpan? pause = null;
        try
        {
            while (!cancel.IsCancellationRequested && !tokens.Revoked)
            {
                var seen = journal.Version;
                if (underWay.Count < requests && journal.AtOneInstant(() => gathering.Next(isFirst: underWay.Count == 0)) is { Count: > 0 } batch)
                {
                    if (await SetOut(batch, leaving.Token) is { } request)
                    {
                        underWay.Add(request);
                    }
                }
                else if (underWay.Count == 0)
                {
                    await More(seen, cancel);
                }
                else if (await Answered(underWay, seen, cancel) is { } answered)
                {
                    underWay.Remove(answered);
                    queue.Return(answered.Batch.Runs.Keys);
                    if (await Settle(answered, await answered.Reply, cancel) is { } wait && !(pause > wait))
                    {
                        pause = wait;
                    }

                    // What two requests are asked to wait is waited once: after a refusal none sets out before both are answered.
                    if (underWay.Count == 0 && pause is { } longest)
                    {
                        pause = null;
                        await Pause(longest, cancel);
                    }
                }
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await Task.WhenAll(underWay.Select(request => (Task)request.Reply)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            underWay.ForEach(request => queue.Return(request.Batch.Runs.Keys));
        }
    }

    /// <summary>The first request that is answered; null where something was journaled before and another may set out.</summary>
    private async Task<Request?> Answered(List<Request> underWay, long seen, CancellationToken cancel)
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var waitingFor = underWay.Select(request => (Task)request.Reply).ToList();
        if (underWay.Count < requests)
        {
            waitingFor.Add(journal.Changed(seen, look.Token));
            if (!gathering.HasSeen(seen))
            {
                // Something was journaled right behind the last look.
                waitingFor.Add(Task.Delay(SubmissionGathering.BusyLook, time, look.Token));
            }
        }

        await Task.WhenAny(waitingFor);
        await look.CancelAsync();
        return underWay.Find(request => request.Reply.IsCompleted);
    }

    /// <summary>Returns at the next change of the journal; now and then without one, for what another process wrote unnoticed.</summary>
    private async Task More(long seen, CancellationToken cancel)
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        look.CancelAfter(IdleLook);
        try
        {
            await journal.Changed(seen, look.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    /// <summary>What the server said at the hello that it has.</summary>
    public void Welcomed(IReadOnlyDictionary<Guid, long> cursors)
    {
        foreach (var (runId, cursor) in cursors)
        {
            Acknowledge(runId, cursor);
        }
    }

    /// <summary>Takes up the runs that were parked: a newer server or a mended one may take what was refused before. Another account's stay where they are.</summary>
    public async Task Unpark(CancellationToken cancel)
    {
        foreach (var run in journal.Unsent().Where(run => run.ParkedCode is not null and not Submission.OtherAccount))
        {
            await journal.Park(run.RunId, null, null, cancel);
        }
    }

    /// <returns>Null where the device is no longer paired.</returns>
    private async Task<Request?> SetOut(SubmissionBatch batch, CancellationToken cancel)
    {
        var epoch = await session.AwaitEpoch(cancel);
        if (await tokens.Token(cancel) is not { } token)
        {
            return null;
        }

        var (body, gzip) = batch.Encode(source, epoch, QualifiedNameOf, MayGzip);
        queue.SetOut(batch.Runs.Keys);
        return new Request(batch, IsOnly: requests == 1, epoch, token, api.Events(body, gzip, token, cancel));
    }

    /// <returns>How long to wait before the next attempt; null to go on at once.</returns>
    private async Task<TimeSpan?> Settle(Request request, ServerReply<EventsAnswer> reply, CancellationToken cancel)
    {
        var batch = request.Batch;
        if (reply.Answer is { } answer)
        {
            Accepted(request, answer);
            return null;
        }

        // Until it takes something again the server is asked one thing at a time.
        requests = 1;
        switch (reply.Status)
        {
            case HttpStatusCode.Unauthorized:
                return await tokens.Renew(request.Token, cancel) ? null : backOff.Next();
            case HttpStatusCode.Gone:
                await Fenced(request.Epoch, cancel);
                return null;
            case HttpStatusCode.RequestEntityTooLarge when batch.Count > 1:
                gathering.Halve(batch);
                return null;
            case HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge:
                return await Refused(batch, reply);
            default:
                var wait = reply.RetryAfter ?? backOff.Next();
                voice.SubmissionTrouble(reply.Reason, queue.Waiting);
                return wait;
        }
    }

    private void Accepted(Request request, EventsAnswer answer)
    {
        // One that was under way when another was refused says nothing about what was refused.
        if (request.IsOnly || requests == MaxRequests)
        {
            backOff.Reset();
            requests = MaxRequests;
            gathering.Enlarge();
        }

        foreach (var (runId, span) in request.Batch.Runs)
        {
            rewinds.Remove(runId);
            var cursor = answer.Cursors is { } cursors && cursors.TryGetValue(runId, out var told) ? Math.Max(told, span.Last) : span.Last;
            Acknowledge(runId, cursor);
        }

        voice.Submitted(queue.Waiting);
    }

    private void Acknowledge(Guid runId, long cursor)
    {
        if (queue.Acknowledged(runId, cursor) is { } risen)
        {
            notes.Add(runId, risen);
        }
    }

    private string QualifiedNameOf(Guid runId)
    {
        if (!names.TryGetValue(runId, out var name))
        {
            if (names.Count >= MaxNames)
            {
                names.Clear();
            }

            name = journal.Find(runId)!.QualifiedName;
            names.Add(runId, name);
        }

        return name;
    }

    /// <summary>A newer hello stands. Where it is this process's own, its epoch is here at once; where it is another's, the command channel is told so.</summary>
    private async Task Fenced(long epoch, CancellationToken cancel)
    {
        var change = session.Changed();
        if (session.Epoch == epoch)
        {
            await Task.WhenAny(change, Task.Delay(FencePatience, time, cancel));
            cancel.ThrowIfCancellationRequested();
            session.Fence(epoch);
        }
    }

    /// <summary>Ends early when the command channel comes back: then the server is there again.</summary>
    private async Task Pause(TimeSpan wait, CancellationToken cancel)
    {
        await Task.WhenAny(session.Changed(), Task.Delay(wait, time, cancel));
        cancel.ThrowIfCancellationRequested();
    }

    /// <param name="IsOnly">It set out when none may set out beside it.</param>
    private sealed record Request(SubmissionBatch Batch, bool IsOnly, long Epoch, string Token, Task<ServerReply<EventsAnswer>> Reply);
}
