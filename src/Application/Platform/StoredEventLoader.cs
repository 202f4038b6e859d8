using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;

namespace Jarvis.Application.Platform;

/// <summary>Gives a view its next events from the database: never more bytes than a page has, and larger pages to a view that has far to go.</summary>
/// <param name="size">Events of a page at most while the view is near.</param>
/// <param name="ahead">Told the size of what was read.</param>
public sealed class StoredEventLoader(StoredEvents events, int size, ReadAhead ahead) : IEventLoader
{
    /// <summary>Positions from which on a view has far to go.</summary>
    private const long Far = 8 * StoredEvents.PageEvents;

    public async Task<EventPage> LoadAsync(EventRequest request, CancellationToken token)
    {
        var most = request.HighWater - request.Floor > Far ? StoredEvents.PageEvents : size;
        var (stored, ceiling, bytes) = await events.After(request.Floor, request.HighWater, token, most);
        ahead.Took(ceiling - request.Floor, bytes);
        var page = new EventPage(request.Floor);
        page.AddRange(stored);
        page.CalculateCeiling(most, ceiling);
        return page;
    }
}
