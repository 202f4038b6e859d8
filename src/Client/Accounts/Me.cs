using Jarvis.Client.Platform;

namespace Jarvis.Client.Accounts;

/// <summary>Who is signed in, asked once for each sign-in; their zone becomes the zone of all times on screen.</summary>
public sealed class Me(Session session, Api api, Formats formats, TimeProvider time)
{
    public event Action? Changed;

    /// <summary>Null until the server (or, offline, this device) has said.</summary>
    public ViewerQuery.Data.ViewerNode? Viewer { get; private set; }

    public bool Is(string role) => Viewer?.Roles.Contains(role, StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>Whether the zone is known: pages that count days wait for it, so that one zone rules on all of them.</summary>
    public bool IsSettled { get; private set; }

    public void Start()
    {
        session.Changed += () => _ = Look();
        _ = Look();
    }

    /// <summary>Asks again; after the person changed something of their own. What this device kept serves until the answer is there.</summary>
    public async Task Look()
    {
        if (session.State == SessionState.SignedOut)
        {
            Viewer = null;
            IsSettled = false;
            formats.Zone = time.LocalTimeZone;
            Changed?.Invoke();
            return;
        }

        try
        {
            if (!IsSettled && await api.Recall(new ViewerQuery()) is { } kept)
            {
                Take(kept.Data.Viewer);
                Changed?.Invoke();
            }

            await Ask();
        }
        finally
        {
            // Whatever became of the question, nobody is kept from their pages by it.
            IsSettled = session.State != SessionState.SignedOut;
            Changed?.Invoke();
        }
    }

    private async Task Ask()
    {
        if (session.State != SessionState.SignedIn)
        {
            return;
        }

        try
        {
            Take((await api.Ask(new ViewerQuery())).Data.Viewer);
        }
        catch (Exception e) when (e is RefusedException or UnreachableException)
        {
            // Names and zone are extras; the pages say themselves what is wrong.
        }
    }

    private void Take(ViewerQuery.Data.ViewerNode viewer)
    {
        if (session.State == SessionState.SignedOut)
        {
            return;
        }

        Viewer = viewer;
        IsSettled = true;
        formats.Zone = viewer.TimeZone is { } zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : time.LocalTimeZone;
    }
}
