using System.Net;
using Jarvis.Engine.Devices;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Brings the journal's events to the server: at least once, each run in order, for as long as it takes. One request is under
/// way at a time, and whatever was journaled meanwhile is the next one; so an idle server answers a step at once and a busy one
/// gets large batches. A final refusal parks its run and holds up no other.
/// </summary>
public sealed partial class SubmissionLoop
{
    /// <summary>Runs that share a batch at most.</summary>
    private const int MaxRuns = 200;

    /// <summary>Names of runs kept at hand.</summary>
    private const int MaxNames = 1_000;

    /// <summary>How often the journal is asked which runs have something new while there is enough to send anyway.</summary>
    private static readonly TimeSpan BusyLook = TimeSpan.FromMilliseconds(5);

    private static readonly TimeSpan IdleLook = TimeSpan.FromSeconds(2);

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
    private readonly Dictionary<Guid, string> names = [];
    private readonly string source;
    private int maxEvents = SubmissionBatch.MaxEvents;
    private int maxBytes = SubmissionBatch.MaxBytes;
    private Guid? alone;
    private long looked;

    public SubmissionLoop(Journal journal, RunnerApi api, DeviceTokens tokens, Session session, TimeProvider time, RunnerVoice voice)
    {
        this.journal = journal;
        this.api = api;
        this.tokens = tokens;
        this.session = session;
        this.time = time;
        this.voice = voice;
        notes = new SubmissionNotes(journal, queue, time);
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
        while (!cancel.IsCancellationRequested && !tokens.Revoked)
        {
            var seen = journal.Version;
            if (journal.AtOneInstant(Next) is not { Count: > 0 } batch)
            {
                await More(seen, cancel);
            }
            else if (await Send(batch, cancel) is { } wait)
            {
                await Pause(wait, cancel);
            }
        }
    }

    private SubmissionBatch Next()
    {
        if (queue.IsIdle || time.GetElapsedTime(looked) > BusyLook)
        {
            looked = time.GetTimestamp();
            Look();
        }

        return Gather();
    }

    private void Look()
    {
        foreach (var run in journal.Unsent())
        {
            if (run.ParkedCode is null)
            {
                queue.Journaled(run.RunId, run.LastSequence, run.Acknowledged);
            }
        }
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

    /// <summary>Takes up the runs that were parked: a newer server or a mended one may take what was refused before.</summary>
    public async Task Unpark(CancellationToken cancel)
    {
        foreach (var run in journal.Unsent().Where(run => run.ParkedCode is not null))
        {
            await journal.Park(run.RunId, null, null, cancel);
        }
    }

    private SubmissionBatch Gather()
    {
        var batch = new SubmissionBatch();
        IReadOnlyList<(Guid RunId, long After)> next = alone is { } only ? [.. queue.Next(int.MaxValue).Where(run => run.RunId == only)] : queue.Next(MaxRuns);
        if (next.Count == 0 && alone is not null)
        {
            alone = null;
            return Gather();
        }

        // Each run gets its share first, so that one with a long backlog does not make the others wait; then the rest is filled.
        var share = Math.Max(1, maxEvents / Math.Max(1, next.Count));
        var places = next.ToArray();
        for (var round = 0; round < 2 && batch.Count < maxEvents; round++)
        {
            for (var i = 0; i < places.Length && batch.Count < maxEvents; i++)
            {
                var (runId, after) = places[i];
                if (after < 0)
                {
                    continue;
                }

                var wanted = Math.Min(round == 0 ? share : maxEvents, maxEvents - batch.Count);
                var taken = 0;
                foreach (var entry in journal.ReadEvents(runId, after, wanted, maxBytes))
                {
                    if (!batch.TryAdd(entry, maxEvents, maxBytes))
                    {
                        return batch;
                    }

                    taken++;
                    after = entry.Sequence;
                }

                places[i] = (runId, taken < wanted ? -1 : after);
            }
        }

        return batch;
    }

    /// <returns>How long to wait before the next attempt; null to go on at once.</returns>
    private async Task<TimeSpan?> Send(SubmissionBatch batch, CancellationToken cancel)
    {
        var epoch = await session.AwaitEpoch(cancel);
        if (await tokens.Token(cancel) is not { } token)
        {
            return null;
        }

        var (body, gzip) = batch.Encode(source, epoch, QualifiedNameOf, MayGzip);
        var reply = await api.Events(body, gzip, token, cancel);
        if (reply.Answer is { } answer)
        {
            Accepted(batch, answer);
            return null;
        }

        switch (reply.Status)
        {
            case HttpStatusCode.Unauthorized:
                return await tokens.Renew(token, cancel) ? null : backOff.Next();
            case HttpStatusCode.Gone:
                await Fenced(epoch, cancel);
                return null;
            case HttpStatusCode.RequestEntityTooLarge when batch.Count > 1:
                maxEvents = Math.Max(1, batch.Count / 2);
                maxBytes = Math.Max(4096, batch.Bytes / 2);
                return null;
            case HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge:
                return await Refused(batch, reply);
            default:
                var wait = reply.RetryAfter ?? backOff.Next();
                voice.SubmissionTrouble(reply.Reason, queue.Waiting);
                return wait;
        }
    }

    private void Accepted(SubmissionBatch batch, EventsAnswer answer)
    {
        backOff.Reset();
        alone = null;
        maxEvents = Math.Min(SubmissionBatch.MaxEvents, maxEvents * 2);
        maxBytes = Math.Min(SubmissionBatch.MaxBytes, maxBytes * 2);
        foreach (var (runId, span) in batch.Runs)
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
}
