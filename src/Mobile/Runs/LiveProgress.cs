using Jarvis.Client.Platform;

namespace Jarvis.Mobile.Runs;

/// <summary>How far the runs on screen are, live; follows another set of runs when the screen shows another.</summary>
public sealed class LiveProgress(Live live, Action<RunsProgressSubscription.Data.RunsProgressNode> next) : IDisposable
{
    /// <summary>The most that the server tells of in one subscription.</summary>
    private const int Most = 200;

    private HashSet<Guid> watched = [];
    private IDisposable? following;

    public void Watch(IEnumerable<Guid> runs)
    {
        var wanted = runs.Take(Most).ToHashSet();
        if (wanted.SetEquals(watched))
        {
            return;
        }

        following?.Dispose();
        watched = wanted;
        following = wanted.Count == 0 ? null : live.Follow(new RunsProgressSubscription { Ids = [.. wanted] }, data => next(data.RunsProgress));
    }

    public void Dispose() => following?.Dispose();
}
