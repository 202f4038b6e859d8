namespace Jarvis.Engine.Runs;

/// <summary>When a run stood paused, by itself or with the run that began it; times of the PC's clock, as its events tell them.</summary>
internal sealed class RunPauses(RunPauses? parent)
{
    private readonly Lock gate = new();
    private readonly List<(DateTimeOffset From, DateTimeOffset? To)> pauses = [];

    /// <summary>What the journal tells of an earlier process.</summary>
    public void Recall(IEnumerable<(DateTimeOffset From, DateTimeOffset? To)> recorded)
    {
        lock (gate)
        {
            pauses.AddRange(recorded);
        }
    }

    /// <summary>The run came to rest; nothing where it was at rest.</summary>
    public void Begin(DateTimeOffset at)
    {
        lock (gate)
        {
            if (pauses is not [.., { To: null }])
            {
                pauses.Add((at, null));
            }
        }
    }

    /// <summary>The run goes on; nothing where it did not rest.</summary>
    public void End(DateTimeOffset at)
    {
        lock (gate)
        {
            if (pauses is [.., { To: null } last])
            {
                pauses[^1] = (last.From, at);
            }
        }
    }

    /// <summary>How long it stood paused between two instants; what overlaps counts once.</summary>
    public TimeSpan Between(DateTimeOffset from, DateTimeOffset to)
    {
        var total = TimeSpan.Zero;
        var counted = from;
        foreach (var pause in All().OrderBy(pause => pause.From))
        {
            var begin = pause.From > counted ? pause.From : counted;
            var end = pause.To is { } over && over < to ? over : to;
            if (end > begin)
            {
                total += end - begin;
                counted = end;
            }
        }

        return total;
    }

    private (DateTimeOffset From, DateTimeOffset? To)[] All()
    {
        lock (gate)
        {
            return [.. pauses, .. parent?.All() ?? []];
        }
    }
}
