namespace Jarvis.Engine.Runs;

/// <summary>
/// Which runs have events that the server has not, and from where. It holds one small entry for each such run and never an event:
/// those stay in the journal until they are sent, so that a slow or absent server costs no memory.
/// </summary>
internal sealed class SubmissionQueue
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Place> places = [];
    private readonly Queue<Guid> turns = new();
    private readonly HashSet<Guid> queued = [];
    private readonly HashSet<Guid> underWay = [];
    private long waiting;

    /// <param name="Last">The run's last sequence in the journal.</param>
    /// <param name="Sent">Up to which sequence the server has it.</param>
    private readonly record struct Place(long Last, long Sent)
    {
        public long Waiting => Last - Sent;
    }

    /// <summary>Events that wait to be sent.</summary>
    public long Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting;
            }
        }
    }

    /// <summary>Events that wait to be sent, of runs that no request is under way for.</summary>
    public long Free
    {
        get
        {
            lock (gate)
            {
                return waiting - underWay.Sum(runId => places.TryGetValue(runId, out var place) ? place.Waiting : 0);
            }
        }
    }

    /// <summary>The journal has the run's events up to <paramref name="last"/> and noted that the server has them up to <paramref name="acknowledged"/>.</summary>
    public void Journaled(Guid runId, long last, long acknowledged)
    {
        lock (gate)
        {
            if (places.TryGetValue(runId, out var place))
            {
                Put(runId, place, place with { Last = Math.Max(place.Last, last) });
            }
            else if (last > acknowledged)
            {
                Put(runId, default, new Place(last, acknowledged));
                if (queued.Add(runId))
                {
                    turns.Enqueue(runId);
                }
            }
        }
    }

    /// <summary>The runs to take events of, each with the sequence to begin after; who waits longest comes first. None that a request is under way for.</summary>
    public IReadOnlyList<(Guid RunId, long After)> Next(int most)
    {
        lock (gate)
        {
            var next = new List<(Guid, long)>(Math.Min(most, turns.Count));
            for (var remaining = turns.Count; remaining > 0 && next.Count < most; remaining--)
            {
                var runId = turns.Dequeue();
                if (!places.TryGetValue(runId, out var place))
                {
                    queued.Remove(runId);
                    continue;
                }

                turns.Enqueue(runId);
                if (place.Waiting > 0 && !underWay.Contains(runId))
                {
                    next.Add((runId, place.Sent));
                }
            }

            return next;
        }
    }

    /// <summary>The server has the run's events up to that sequence. The entry stays until <see cref="Noted"/>.</summary>
    /// <returns>The count to note in the journal; null where nothing rose.</returns>
    public long? Acknowledged(Guid runId, long sequence)
    {
        lock (gate)
        {
            if (!places.TryGetValue(runId, out var place))
            {
                return null;
            }

            var risen = Math.Min(sequence, place.Last);
            if (risen <= place.Sent)
            {
                return null;
            }

            Put(runId, place, place with { Sent = risen });
            return risen;
        }
    }

    /// <summary>The journal has noted what was acknowledged; a run with nothing left is forgotten.</summary>
    public void Noted(Guid runId)
    {
        lock (gate)
        {
            if (places.TryGetValue(runId, out var place) && place.Waiting <= 0)
            {
                places.Remove(runId);
            }
        }
    }

    /// <summary>The server wants the run from this sequence on, which may be earlier than what it once acknowledged.</summary>
    /// <returns>False where the journal has no such place.</returns>
    public bool Rewind(Guid runId, long expected)
    {
        lock (gate)
        {
            if (!places.TryGetValue(runId, out var place) || expected < 1 || expected > place.Last + 1)
            {
                return false;
            }

            Put(runId, place, place with { Sent = expected - 1 });
            return true;
        }
    }

    /// <summary>Nothing of this run is sent any more.</summary>
    public void Drop(Guid runId)
    {
        lock (gate)
        {
            if (places.Remove(runId, out var place))
            {
                waiting -= place.Waiting;
            }
        }
    }

    /// <summary>A request for these runs sets out: until it is answered there is no other, so that each run stays in order.</summary>
    public void SetOut(IEnumerable<Guid> runs)
    {
        lock (gate)
        {
            underWay.UnionWith(runs);
        }
    }

    /// <summary>That request was answered, or never will be.</summary>
    public void Return(IEnumerable<Guid> runs)
    {
        lock (gate)
        {
            underWay.ExceptWith(runs);
        }
    }

    private void Put(Guid runId, Place before, Place now)
    {
        waiting += now.Waiting - before.Waiting;
        places[runId] = now;
    }
}
