using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Everything the runs of one home folder did and were asked, in one SQLite file, flushed before it counts. Appends of
/// many runs share a flush. Several processes may use the file (the runner, and <c>jarvis run --submit</c> beside it);
/// each run has one owner that appends to it.
/// </summary>
/// <exception cref="JournalException">From any member: the journal is damaged or was closed.</exception>
public sealed partial class Journal : IAsyncDisposable
{
    /// <summary>Most events that one read gives.</summary>
    public const int MaxPage = 5_000;

    /// <summary>How often a waiting reader looks for what another process wrote.</summary>
    private static readonly TimeSpan OtherProcessPoll = TimeSpan.FromMilliseconds(500);

    private readonly JournalWriter writer;
    private readonly JournalReaders readers;
    private readonly ChangeSignal changes = new();

    private Journal(string file, SqliteDatabase database, bool durable)
    {
        File = file;
        readers = new JournalReaders(file);
        writer = new JournalWriter(database, changes.Raise, atOnce: !durable);
        // Files may still wait when the journal's own writes go on.
        writer.TroubleChanged += _ => TroubleChanged?.Invoke(Trouble);
    }

    public string File { get; }

    /// <summary>Why nothing can be written at present (a full disk), for people; null while all is well.</summary>
    public string? Trouble => writer.Trouble ?? Volatile.Read(ref filesTrouble);

    /// <summary>Called with <see cref="Trouble"/> whenever it changes.</summary>
    public event Action<string?>? TroubleChanged;

    /// <summary>Opens or makes the journal.</summary>
    /// <param name="durable">False only for a journal that no other process will ever read: it does not wait for the disk.</param>
    /// <exception cref="JournalException">It is damaged, of a newer program, or cannot be written.</exception>
    public static Journal Open(string file, bool durable = true)
    {
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        return new Journal(file, JournalSchema.Open(file, durable), durable);
    }

    /// <summary>Keeps a new run; false where its id is known already (nothing changes then).</summary>
    public Task<bool> Create(NewRun run, string? owner = null, CancellationToken cancellation = default) =>
        writer.Do(database => JournalRuns.Insert(database, run, owner), cancellation);

    /// <summary>Keeps a new run that this process executes: where to append, or null where its id is known already (nothing changes then).</summary>
    public Task<JournalPlace?> Begin(NewRun run, string owner, CancellationToken cancellation = default) => writer.Do(
        database => JournalRuns.Insert(database, run, owner) ? JournalRuns.NewPlace(database, run.RunId) : null, cancellation);

    /// <summary>Makes a process the run's owner, where it has none, the one expected (found dead), or has ended.</summary>
    /// <returns>Where to append; null where the run is unknown or someone else's.</returns>
    public Task<JournalPlace?> Claim(Guid runId, string owner, string? expectedOwner = null, CancellationToken cancellation = default) =>
        writer.Do(database => JournalRuns.Claim(database, runId, owner, expectedOwner), cancellation);

    /// <summary>Appends events of a run in order and numbers them; done once they are flushed.</summary>
    /// <param name="status">What becomes of the run's status in the same transaction.</param>
    /// <param name="controls">Which controls the events answer.</param>
    public async Task Append(
        JournalPlace place,
        IReadOnlyList<PendingEvent> events,
        StatusChange? status = null,
        IReadOnlyList<ControlProgress>? controls = null,
        CancellationToken cancellation = default)
    {
        await await Enqueue(place, events, status, controls, cancellation);
    }

    /// <summary>As <see cref="Append"/>, in two steps: returns once the place in the order is taken; the inner task once it is flushed.</summary>
    internal async ValueTask<Task> Enqueue(
        JournalPlace place, IReadOnlyList<PendingEvent> events, StatusChange? status, IReadOnlyList<ControlProgress>? controls, CancellationToken cancellation)
    {
        var append = new JournalAppend(place, events, status, controls ?? []);
        await writer.Enqueue(append, cancellation);
        return append.Answer;
    }

    /// <summary>The run; null where it is unknown.</summary>
    public JournaledRun? Find(Guid runId) => readers.Read(database => JournalRuns.Find(database, runId));

    /// <summary>Runs that have not ended, oldest first.</summary>
    public IReadOnlyList<JournaledRun> Unended() => readers.Read(JournalRuns.Unended);

    /// <summary>The latest runs, newest first.</summary>
    public IReadOnlyList<JournaledRun> Latest(int count) => readers.Read(database => JournalRuns.Latest(database, Math.Min(count, MaxPage)));

    /// <summary>A page of a run's events after a sequence, in order; empty where there is none yet.</summary>
    /// <param name="maxBytes">Ends the page before this many bytes of wire data are exceeded, but never before its first event.</param>
    public IReadOnlyList<JournaledEvent> ReadEvents(Guid runId, long afterSequence, int max = MaxPage, long maxBytes = long.MaxValue) =>
        readers.Read(database => JournalRuns.Events(database, runId, afterSequence, Math.Min(max, MaxPage), maxBytes));

    /// <summary>Several reads that see the same flush, cheaper than one by one. Nothing may be awaited meanwhile.</summary>
    internal T AtOneInstant<T>(Func<T> reads) => readers.AtOneInstant(reads);

    /// <summary>All of a run's events, page by page.</summary>
    public IEnumerable<JournaledEvent> AllEvents(Guid runId)
    {
        var after = 0L;
        while (ReadEvents(runId, after) is { Count: > 0 } page)
        {
            foreach (var item in page)
            {
                yield return item;
            }

            after = page[^1].Sequence;
        }
    }

    /// <summary>Runs that submit and whose events the server has not all acknowledged, or that have not ended; oldest first. Parked ones among them.</summary>
    public IReadOnlyList<Submission> Unsent() => readers.Read(JournalRuns.Unsent);

    /// <summary>Notes up to where the server has the run's events. It only rises.</summary>
    public Task Acknowledge(Guid runId, long sequence, CancellationToken cancellation = default) =>
        Acknowledge([KeyValuePair.Create(runId, sequence)], cancellation);

    /// <inheritdoc cref="Acknowledge(Guid, long, CancellationToken)"/>
    public Task Acknowledge(IReadOnlyCollection<KeyValuePair<Guid, long>> cursors, CancellationToken cancellation = default) =>
        writer.Do(database => JournalRuns.Acknowledge(database, cursors), cancellation);

    /// <summary>Notes that the server finally refused the run's events; a null code takes it up again.</summary>
    public Task Park(Guid runId, string? code, string? detail, CancellationToken cancellation = default) =>
        writer.Do(database => JournalRuns.Park(database, runId, code, detail), cancellation);

    /// <summary>
    /// This PC works for another account now: what the former one's runs did not hand in stays here, parked as <see cref="Submission.OtherAccount"/>, and what was kept
    /// for this one since an earlier change is taken up again.
    /// </summary>
    public Task ChangeAccount(Guid former, Guid account, CancellationToken cancellation = default) =>
        writer.Do(database => JournalRuns.ChangeAccount(database, former, account), cancellation);

    /// <summary>A number that rises with every change; for <see cref="Changed"/>.</summary>
    public long Version => changes.Version;

    /// <summary>Returns once the journal changed after the version that was seen, by this process or another one.</summary>
    /// <returns>The version to wait on next.</returns>
    public async Task<long> Changed(long seen, CancellationToken cancellation)
    {
        var known = readers.Read(JournalReaders.DataVersion);
        while (changes.Version <= seen)
        {
            await changes.Wait(seen, OtherProcessPoll, cancellation);
            if (changes.Version <= seen && readers.Read(JournalReaders.DataVersion) != known)
            {
                changes.Raise();
            }
        }

        return changes.Version;
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        readers.Dispose();
    }
}
