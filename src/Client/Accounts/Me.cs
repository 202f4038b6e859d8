using Jarvis.Client.Platform;

namespace Jarvis.Client.Accounts;

/// <summary>Who is signed in, asked once for each sign-in; their zone becomes the zone of all times on screen.</summary>
public sealed class Me(Session session, Api api, Formats formats, TimeProvider time)
{
    public event Action? Changed;

    /// <summary>Null until the server (or, offline, this device) has said.</summary>
    public ViewerQuery.Data.ViewerNode? Viewer { get; private set; }

    public bool Is(string role) => Viewer?.Roles.Contains(role, StringComparer.OrdinalIgnoreCase) == true;

    public void Start()
    {
        session.Changed += () => _ = Look();
        _ = Look();
    }

    /// <summary>Asks again; after the person changed something of their own.</summary>
    public async Task Look()
    {
        if (session.State == SessionState.SignedOut)
        {
            Viewer = null;
            formats.Zone = time.LocalTimeZone;
        }
        else if (session.State == SessionState.SignedIn)
        {
            try
            {
                Viewer = (await api.Ask(new ViewerQuery())).Data.Viewer;
                if (Viewer.TimeZone is { } zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known))
                {
                    formats.Zone = known;
                }
            }
            catch (Exception e) when (e is RefusedException or UnreachableException)
            {
                // Names and zone are extras; the pages say themselves what is wrong.
                return;
            }
        }

        Changed?.Invoke();
    }
}
