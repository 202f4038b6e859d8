using System.Collections.Concurrent;

namespace Jarvis.Api.Platform;

/// <summary>
/// How far each view and the high-water mark are, from two tellers: notifications, which come in the order of the commits but behind them, and the table, which is as it
/// was when the question came there. A place goes back only where the table says so and nobody told of the view since it was asked. One caller at a time writes.
/// </summary>
public sealed class ToldPlaces
{
    private readonly ConcurrentDictionary<string, (long Position, long Telling)> places = new(StringComparer.Ordinal);
    private long tellings;

    /// <summary>The last position told of a view; 0 before any was.</summary>
    public long Of(string shard) => places.GetValueOrDefault(shard).Position;

    /// <summary>Takes what a commit told.</summary>
    /// <returns>False where the place is behind what is known: it was told late, or it went back. The table knows.</returns>
    public bool Tell(string shard, long position)
    {
        tellings++;
        if (position < Of(shard))
        {
            return false;
        }

        places[shard] = (position, tellings);
        return true;
    }

    /// <summary>Where the tellings are, to be taken before the table is asked.</summary>
    public long Asking() => tellings;

    /// <summary>Takes what the table answered: a view that has no row is at its beginning.</summary>
    /// <param name="asked">What <see cref="Asking"/> said before.</param>
    public void Answer(long asked, IReadOnlyDictionary<string, long> rows)
    {
        foreach (var shard in places.Keys.Union(rows.Keys).ToList())
        {
            var known = places.GetValueOrDefault(shard);
            var position = rows.GetValueOrDefault(shard);
            if (position >= known.Position || known.Telling <= asked)
            {
                places[shard] = (position, asked);
            }
        }
    }
}
