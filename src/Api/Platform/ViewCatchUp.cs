using Jarvis.Application.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// A view that has far to go when the server starts, because its tables are new or it was away for long, is folded in large portions while the server serves; the
/// daemon takes over once it is near. Each portion moves the view's progress, so that whoever is killed in the middle of it goes on from there.
/// </summary>
public sealed class ViewCatchUp(NpgsqlDataSource database, FarFold fold, FarViews far, ViewShards shards, ILogger<ViewCatchUp> log)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>Positions from which on it is far; the daemon has fewer in a second or two.</summary>
    private const long Far = 20_000;

    private const long Near = 2_000;

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
        var shard = ShardOf(view);
        try
        {
            for (var (at, settled) = await Places(view, cancel); settled - at > near; (at, settled) = await Places(view, cancel))
            {
                await fold.Fold(view, view.Begin()!, at, settled, shard, _ => { }, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The server goes down; the next start goes on.
            return;
        }
        catch (Exception e)
        {
            // The daemon goes on where this ended. What cannot be folded stops it, too, and it tells.
            log.LogError(e, "The view {View} could not be folded in large portions", view.Name);
        }

        try
        {
            // It knows the place of before, and looks again when it starts.
            await shards.Still(
                view.Name,
                () =>
                {
                    far.End(view.Name);
                    return Task.CompletedTask;
                },
                cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            log.LogError(e, "The view {View} could not be handed to the daemon", view.Name);
        }
        finally
        {
            far.End(view.Name);
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
