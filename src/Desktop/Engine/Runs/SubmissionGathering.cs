namespace Jarvis.Engine.Runs;

/// <summary>
/// What the next request carries: of which runs, and how much of each. Every run gets its share before one gets more; the server's refusals make
/// batches smaller, or of one run alone, and what it takes makes them larger again.
/// </summary>
internal sealed class SubmissionGathering(Journal journal, SubmissionQueue queue, TimeProvider time)
{
    /// <summary>How often the journal is asked which runs have something new while something waits to be sent.</summary>
    public static readonly TimeSpan BusyLook = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs that share a batch at most.</summary>
    private const int MaxRuns = 200;

    /// <summary>Events of other runs that must wait for a second request to set out beside the first: fewer are cheaper in the next.</summary>
    private const int MinEventsBeside = 64;

    /// <summary>Bytes that a batch may have however often one was too large.</summary>
    private const int MinBytes = 4096;

    /// <summary>As <see cref="BusyLook"/>, while more waits than a request takes: each look goes through every run that waits.</summary>
    private static readonly TimeSpan BehindLook = TimeSpan.FromMilliseconds(100);

    private int maxEvents = SubmissionBatch.MaxEvents;
    private int maxBytes = SubmissionBatch.MaxBytes;
    private Guid? alone;
    private long looked;
    private long lookedAt;

    /// <summary>Empty where nothing is worth a request now.</summary>
    /// <param name="isFirst">No other request is under way.</param>
    public SubmissionBatch Next(bool isFirst)
    {
        var free = queue.Free;
        if ((isFirst && free == 0) || time.GetElapsedTime(looked) > (free < maxEvents ? BusyLook : BehindLook))
        {
            (looked, lookedAt) = (time.GetTimestamp(), journal.Version);
            Look();
            free = queue.Free;
        }

        return isFirst || free >= MinEventsBeside ? Gather() : new SubmissionBatch();
    }

    /// <summary>Whether the journal has been looked through since it stood there.</summary>
    public bool HasSeen(long version) => lookedAt >= version;

    /// <summary>The server took a batch: what it was spared before it is given again.</summary>
    public void Enlarge()
    {
        alone = null;
        maxEvents = Math.Min(SubmissionBatch.MaxEvents, maxEvents * 2);
        maxBytes = Math.Min(SubmissionBatch.MaxBytes, maxBytes * 2);
    }

    /// <summary>The next batch has half as many events as this one, and half its bytes.</summary>
    public void Halve(SubmissionBatch batch)
    {
        HalveEvents(batch);
        maxBytes = Math.Min(maxBytes, Math.Max(MinBytes, batch.Bytes / 2));
    }

    /// <summary>The next batch has half as many events as this one.</summary>
    public void HalveEvents(SubmissionBatch batch) => maxEvents = Math.Min(maxEvents, Math.Max(1, batch.Count / 2));

    /// <summary>The next batches are of this run alone, until one is taken or nothing of it is left.</summary>
    public void Only(Guid runId) => alone = runId;

    /// <summary>Nothing of this run is sent any more: the others have their turn again.</summary>
    public void Without(Guid runId)
    {
        if (alone == runId)
        {
            alone = null;
        }
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
}
