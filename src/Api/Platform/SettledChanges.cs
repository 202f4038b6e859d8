using System.Runtime.CompilerServices;
using GraphQL;
using Jarvis.Api.Platform.GraphQL;

namespace Jarvis.Api.Platform;

/// <summary>Spans of positions that are settled and that a view holds, one after the other.</summary>
public static class SettledChanges
{
    /// <param name="after">Where to begin; the present for null.</param>
    public static async IAsyncEnumerable<(long From, long To)> Of(
        IResolveFieldContext context, string view, long? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var progress = context.Service<ViewProgress>();
        var place = after ?? progress.Of(view);
        using var moved = new SemaphoreSlim(0, 1);
        void OnMoved()
        {
            try
            {
                moved.Release();
            }
            catch (SemaphoreFullException)
            {
                // It will look anyway.
            }
            catch (ObjectDisposedException)
            {
                // The subscription ended while the news was on its way.
            }
        }

        progress.Moved += OnMoved;
        try
        {
            while (true)
            {
                // A view only ever holds what lies below the daemon's high-water mark: its own progress is the settled place.
                var reached = progress.Of(view);
                if (reached > place)
                {
                    yield return (place, reached);
                    place = reached;
                    continue;
                }

                await moved.WaitAsync(cancel);
            }
        }
        finally
        {
            progress.Moved -= OnMoved;
        }
    }
}
