using Jarvis.Application.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// A view that has far to go when the server starts, because its tables are new or it was away for long, is folded in large portions while the server serves; the
/// daemon takes over once it is near. Each portion moves the view's progress, so that whoever is killed in the middle of it goes on from there, and so does this one when the
/// database was away: the daemon waits meanwhile, and the place that it reads anew is the only one from which anything is written.
/// </summary>
public sealed class ViewCatchUp(NpgsqlDataSource database, FarFold fold, FarViews far, ViewShards shards, ILogger<ViewCatchUp> log)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>Positions from which on it is far; the daemon has fewer in a second or two.</summary>
    private const long Far = 20_000;

    private const long Near = 2_000;

    /// <summary>How often it is begun at one and the same place before the daemon is to try.</summary>
    private const int MostAttempts = 5;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stop = new();
    private List<View> behind = [];
    private Task catching = Task.CompletedTask;
    private bool isStopped;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var view in ViewsSetup.All.Where(view => view.Begin() is not null))
        {
            var (at, settled) = await Places(view, cancellationToken);
            if (settled - at > Far)
            {
                far.Begin(view.Name);
                behind.Add(view);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        catching = Task.WhenAll(behind.Select(view => CatchUp(view, stop.Token)));
        behind = [];
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // A host may be stopped once more when it is disposed of.
        if (!isStopped)
        {
            isStopped = true;
            await stop.CancelAsync();
            await catching.WaitAsync(cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stop.Dispose();

    /// <summary>Folds a view that the daemon waits with until it is near, and hands it over.</summary>
    /// <param name="near">So few positions behind, the daemon takes over.</param>
    public async Task CatchUp(View view, CancellationToken cancel, long near = Near)
    {
        try
        {
            await FoldUntilNear(view, near, cancel);
            // The daemon knows the place of before, and looks again when it starts.
            await shards.Still(
                view.Name,
                () =>
                {
                    far.End(view.Name);
                    return Task.CompletedTask;
                },
                cancel);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            // The server goes down; the next start goes on.
        }
        catch (Exception e)
        {
            log.LogError(e, "The view {View} was not handed to the daemon in order; it goes on from where it is", view.Name);
        }
        finally
        {
            far.End(view.Name);
        }
    }

    /// <summary>Begins again as often as the database was away, and a few times at any one place.</summary>
    private async Task FoldUntilNear(View view, long near, CancellationToken cancel)
    {
        var (attempts, failedAt) = (0, -1L);
        while (true)
        {
            var (at, settled) = await PlacesOnceTold(view, cancel);
            if (settled - at <= near)
            {
                return;
            }

            if (at == failedAt && attempts == MostAttempts)
            {
                // The daemon goes on where this ended. What cannot be folded stops it, too, and it tells.
                log.LogError("The view {View} could not be folded in large portions from position {Place} on; the daemon goes on with it", view.Name, at);
                return;
            }

            try
            {
                await fold.Fold(view, view.Begin()!, at, settled, ShardOf(view), _ => { }, cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                log.LogWarning(e, "The view {View} was not folded in large portions up to position {Settled}; trying again", view.Name, settled);
                (at, _) = await PlacesOnceTold(view, cancel);
                (attempts, failedAt) = at == failedAt ? (attempts + 1, at) : (1, at);
                await Task.Delay(BetweenAttempts, cancel);
            }
        }
    }

    /// <summary>The view's places, however long the database is away before it tells them.</summary>
    private async Task<(long At, long Settled)> PlacesOnceTold(View view, CancellationToken cancel)
    {
        var told = false;
        while (true)
        {
            try
            {
                return await Places(view, cancel);
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                if (!told)
                {
                    log.LogWarning("The place of the view {View} cannot be read ({Reason}); trying on", view.Name, e.Message);
                }

                told = true;
                await Task.Delay(BetweenAttempts, cancel);
            }
        }
    }

    private static string ShardOf(View view) => $"{view.Name}:All";

    /// <summary>How far the view is, and up to where everything is committed.</summary>
    private async Task<(long At, long Settled)> Places(View view, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(
            $"""
            select coalesce((select last_seq_id from {EventStoreSetup.Schema}.mt_event_progression where name = $1), 0),
                   coalesce((select last_seq_id from {EventStoreSetup.Schema}.mt_event_progression where name = $2), 0)
            """);
        command.Parameters.AddWithValue(ShardOf(view));
        command.Parameters.AddWithValue(ViewProgress.HighWater);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
