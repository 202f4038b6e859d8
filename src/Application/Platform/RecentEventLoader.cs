using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;

namespace Jarvis.Application.Platform;

/// <summary>
/// Gives a view its next events: from memory what this process committed lately, from the database what stands between, and everything where
/// much is not in memory. The page is the one that the database alone would give.
/// </summary>
/// <param name="inner">Reads the database.</param>
/// <param name="types">The types of events the view takes; empty for all.</param>
/// <param name="size">Events of a page at most.</param>
/// <param name="ahead">Told of what was in memory alone, whose events are small.</param>
/// <param name="turn">Waits until it is the daemon's turn to fold the view; null where it always is.</param>
public sealed class RecentEventLoader(
    RecentEvents recent, IEventLoader inner, IReadOnlySet<Type> types, int size, ReadAhead? ahead = null, Func<CancellationToken, Task>? turn = null) : IEventLoader
{
    /// <summary>Stretches that are asked of the database one by one; where there are more it is asked for the whole.</summary>
    private const int MaxStretches = 4;

    public async Task<EventPage> LoadAsync(EventRequest request, CancellationToken token)
    {
        if (turn is not null)
        {
            await turn(token);
        }

        if (Look(request) is not { } seen)
        {
            return await inner.LoadAsync(request, token);
        }

        var (events, stretches, complete) = seen;
        recent.Give(events.Count);
        foreach (var (before, last) in stretches)
        {
            var stored = await inner.LoadAsync(Between(request, before, last), token);
            events.AddRange(stored);
            if (stored.Ceiling < last)
            {
                // More of them than a page holds: what comes behind waits for the next.
                complete = stored.Ceiling;
                break;
            }
        }

        if (stretches.Count == 0)
        {
            ahead?.Took(complete - request.Floor, 0);
        }
        else
        {
            events.RemoveAll(@event => @event.Sequence > complete);
            events.Sort(static (one, other) => one.Sequence.CompareTo(other.Sequence));
        }

        var page = new EventPage(request.Floor);
        page.AddRange(events.Count > size ? events.GetRange(0, size) : events);
        page.CalculateCeiling(size, complete);
        return page;
    }

    /// <summary>
    /// In one look, because what is in memory is replaced meanwhile: the known events, after which position up to which none is, and up to where it looked,
    /// which is as far as a page may reach; null where too little is known.
    /// </summary>
    private (List<IEvent> Events, List<(long Before, long Last)> Stretches, long Last)? Look(EventRequest request)
    {
        if (request.HighWater - request.Floor > RecentEvents.Span)
        {
            return null;
        }

        var events = new List<IEvent>();
        var stretches = new List<(long Before, long Last)>();
        for (var position = request.Floor + 1; position <= request.HighWater; position++)
        {
            if (recent.At(position) is { } known)
            {
                if (types.Count == 0 || types.Contains(known.EventType))
                {
                    events.Add(known);
                    if (events.Count == size)
                    {
                        return (events, stretches, position);
                    }
                }
            }
            else if (stretches.Count > 0 && stretches[^1].Last == position - 1)
            {
                stretches[^1] = (stretches[^1].Before, position);
            }
            else if (stretches.Count == MaxStretches)
            {
                return null;
            }
            else
            {
                stretches.Add((position - 1, position));
            }
        }

        return (events, stretches, request.HighWater);
    }

    private static EventRequest Between(EventRequest request, long before, long last) => new()
    {
        Floor = before,
        HighWater = last,
        BatchSize = request.BatchSize,
        Name = request.Name,
        ErrorOptions = request.ErrorOptions,
        Runtime = request.Runtime,
        Metrics = request.Metrics,
    };
}
