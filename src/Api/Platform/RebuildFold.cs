using Jarvis.Application.Platform;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>Folds a view that is made anew up to a place: a long way in large portions, a short one as the events come.</summary>
public sealed class RebuildFold(IDocumentStore store, NpgsqlDataSource database, FarFold far)
{
    /// <summary>So few events behind, it is quicker to finish than to let more come.</summary>
    public const int Near = 2_000;

    public async Task To(RebuildUnderWay rebuild, long mark, CancellationToken cancel)
    {
        if (mark - rebuild.Place > Near && rebuild.Next.Begin() is { } portion)
        {
            await far.Fold(rebuild.Next, portion, rebuild.Place, mark, null, reached => rebuild.Place = reached, cancel);
        }

        if (rebuild.Place >= mark)
        {
            return;
        }

        var graph = (EventGraph)store.Options.Events;
        var types = rebuild.Next.IncludedEventTypes;
        var stored = new StoredEvents(database, graph.BuildEvent, types, StreamKinds.Of(types, graph));
        var coming = stored.After(rebuild.Place, mark, cancel);
        try
        {
            while (rebuild.Place < mark)
            {
                var (events, ceiling, _) = await coming;
                if (ceiling < mark)
                {
                    // The next page is read while this one is folded.
                    coming = stored.After(ceiling, mark, cancel);
                }

                if (events.Count > 0)
                {
                    await using var session = store.LightweightSession();
                    await rebuild.Next.ApplyAsync(session, events, cancel);
                    // Once it is written it counts as folded, whoever gave up waiting.
                    await session.SaveChangesAsync(CancellationToken.None);
                }

                rebuild.Place = ceiling;
            }
        }
        finally
        {
            // Where folding failed the page behind it is not waited for by anybody else.
            await ((Task)coming).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
