using Jarvis.Application.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>Folds a view that is made anew from the first event on, and keeps up with the live one until it is switched to or discarded.</summary>
public sealed class RebuildFollowing(
    NpgsqlDataSource database, RebuildTables tables, RebuildFold fold, FarViews elsewhere, ViewShards shards, ILogger<RebuildFollowing> log)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    public async Task Follow(RebuildUnderWay rebuild)
    {
        var cancel = rebuild.Stop.Token;
        var isIndexed = false;
        try
        {
            rebuild.Hold = await RebuildHold.Take(database, rebuild, cancel)
                ?? throw new InvalidOperationException($"{rebuild.View.Name} is being made anew by another process of the server.");
            // While the live view itself is folded outside the daemon nothing may take its place.
            await elsewhere.Turn(rebuild.View.Name, cancel);
            await tables.Make(rebuild, cancel);
            while (true)
            {
                await rebuild.Turn.WaitAsync(cancel);
                try
                {
                    await rebuild.Hold.Prove(cancel);
                    var mark = await shards.Place(rebuild.View.Name, cancel);
                    rebuild.Target = mark;
                    await fold.To(rebuild, mark, cancel);
                }
                finally
                {
                    rebuild.Turn.Release();
                }

                if (await shards.Place(rebuild.View.Name, cancel) - rebuild.Place <= RebuildFold.Near)
                {
                    if (!isIndexed)
                    {
                        await tables.Index(rebuild, cancel);
                        isIndexed = true;
                        // Of a long history that took a while: what came meanwhile is folded before it counts as caught up.
                        continue;
                    }

                    rebuild.Phase = RebuildPhase.Ready;
                    rebuild.Caught.TrySetResult();
                    await Task.Delay(BetweenLooks, cancel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Switched to, discarded, or the server goes down.
            rebuild.Caught.TrySetCanceled(cancel);
        }
        catch (Exception e)
        {
            // The live view goes on; whoever looks is told, and discards it.
            log.LogError(e, "The view {View} could not be made anew", rebuild.View.Name);
            rebuild.Phase = RebuildPhase.Failed;
            rebuild.Failure = e.GetType().Name;
            rebuild.Caught.TrySetException(e);
        }
        finally
        {
            // Not while somebody compares or switches by it.
            await rebuild.Turn.WaitAsync(CancellationToken.None);
            await (rebuild.Hold?.DisposeAsync() ?? ValueTask.CompletedTask);
            rebuild.Hold = null;
            rebuild.Turn.Release();
        }
    }
}
