namespace Jarvis.Projections.Platform;

/// <summary>A row that stands from one position until the next change: <c>from &lt;= p &lt; to</c>.</summary>
public interface IVersioned<T>
    where T : IVersioned<T>
{
    Guid Key { get; }

    long FromPosition { get; }

    T Until(long position);
}

/// <summary>The end of a version that was written by an earlier batch.</summary>
public sealed record ClosedVersion(Guid Id, long At);

/// <summary>What a batch did to versioned rows.</summary>
public sealed class Versions<T>(IEnumerable<T> stored)
    where T : class, IVersioned<T>
{
    private readonly Dictionary<Guid, T> current = stored.ToDictionary(row => row.Key);

    /// <summary>Where the current version of a row stands among the added ones.</summary>
    private readonly Dictionary<Guid, int> fresh = [];

    public List<ClosedVersion> Closed { get; } = [];

    public List<T> Added { get; } = [];

    public T? Find(Guid key) => current.GetValueOrDefault(key);

    /// <summary>Tells a version that stood before.</summary>
    public void Know(T row) => current[row.Key] = row;

    /// <summary>Puts the next version in the place of the one that stood.</summary>
    public void Put(T next)
    {
        if (current.TryGetValue(next.Key, out var old))
        {
            if (fresh.TryGetValue(next.Key, out var place))
            {
                Added[place] = old.Until(next.FromPosition);
            }
            else
            {
                Closed.Add(new ClosedVersion(next.Key, next.FromPosition));
            }
        }

        fresh[next.Key] = Added.Count;
        current[next.Key] = next;
        Added.Add(next);
    }
}
