using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>What one page follows: the operation as it would be sent now, from the cursor that was seen last.</summary>
internal abstract class LiveFollowing
{
    public bool WasSubscribed { get; set; }

    /// <summary>The server sends to it: it was subscribed on the connection that stands, and nothing ended it.</summary>
    public bool Stands { get; set; }

    public abstract bool HasCursor { get; }

    public abstract IOperation Operation { get; }

    public abstract void Take(JsonElement data);

    public abstract void Missed();

    /// <summary>Begins anew, from now on: the cursor may be what the server could not go on from.</summary>
    public abstract void Forget();
}

/// <param name="next">Told each item, in order.</param>
/// <param name="missed">Told that items may have been missed.</param>
internal sealed class LiveFollowing<T>(ISubscription<T> subscription, Action<T> next, Action? missed) : LiveFollowing
{
    private readonly ISubscription<T> fromNow = subscription;
    private ISubscription<T> current = subscription;
    private bool hasCursor;

    public override bool HasCursor => hasCursor;

    public override IOperation Operation => current;

    public override void Take(JsonElement data)
    {
        var item = current.Read(data);
        current = current.From(current.CursorOf(item));
        hasCursor = true;
        next(item);
    }

    public override void Missed() => missed?.Invoke();

    public override void Forget() => (current, hasCursor) = (fromNow, false);
}
