using System.Collections.Concurrent;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>How many sockets this process serves: few that have not said who they are, and no more than so many for one account.</summary>
public sealed class SocketCount
{
    // Those who have not said who they are stand under the empty id.
    private readonly ConcurrentDictionary<Guid, int> open = new();

    /// <summary>A place among those who have not said who they are; null where all are taken. Dispose to leave it.</summary>
    public IDisposable? Enter() => Take(Guid.Empty, GraphQLLimits.StrangersSockets);

    /// <summary>A place of an account; null where it has no more. Dispose to leave it.</summary>
    public IDisposable? Admit(Guid account) => Take(account, GraphQLLimits.SocketsPerAccount);

    private Place? Take(Guid who, int limit)
    {
        var place = new Place(this, who);
        if (open.AddOrUpdate(who, 1, static (_, n) => n + 1) <= limit)
        {
            return place;
        }

        place.Dispose();
        return null;
    }

    private void GiveBack(Guid who)
    {
        if (open.AddOrUpdate(who, 0, static (_, n) => n - 1) == 0)
        {
            open.TryRemove(KeyValuePair.Create(who, 0));
        }
    }

    private sealed class Place(SocketCount count, Guid who) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                count.GiveBack(who);
            }
        }
    }
}
