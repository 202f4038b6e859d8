using Jarvis.Application.Platform;
using Jarvis.Projections;
using JasperFx;
using Marten.Events.Daemon.Coordination;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Holds each view to the place that the database knows. The daemon reads a view's place when it starts it and counts on in memory from there. When PostgreSQL
/// is killed the last commits of a view, which nobody waits for (<see cref="ViewSchema"/>), may be gone: the view would wait behind what it believes to have
/// for as long as nothing new comes. It is started again from where the database says it is; its tables and its place are one transaction, so that this is
/// always right. A view that does get something new first, or that is behind its place because the answer to a commit was lost, fails at its next commit
/// (<see cref="RecentEventStore"/>), and the daemon starts it again by itself.
/// </summary>
public sealed class ViewShards(IProjectionCoordinator coordinator, ViewProgress progress, NpgsqlDataSource database, ILogger<ViewShards> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Stopped and started by one at a time.</summary>
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Does something while a view stands still; whatever happens, it goes on afterwards from its place in the database.</summary>
    public async Task Still(string view, Func<Task> act, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            var daemon = coordinator.DaemonForMainDatabase();
            await daemon.StopAgentAsync(Shard(view));
            try
            {
                await act();
            }
            finally
            {
                await daemon.StartAgentAsync(Shard(view), CancellationToken.None);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>How far a view is, as the database has it.</summary>
    public async Task<long> Place(string view, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var command = PlaceOf(view);
        command.Connection = connection;
        return await command.ExecuteScalarAsync(cancel) is long position ? position : 0;
    }

    /// <param name="holding">What is to be done with the row beside reading it.</param>
    public static NpgsqlCommand PlaceOf(string view, string holding = "") =>
        new($"select last_seq_id from {EventStoreSetup.Schema}.mt_event_progression where name = $1 {holding}") { Parameters = { new() { Value = Shard(view) } } };

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var view in ViewsSetup.Names)
            {
                try
                {
                    if (await IsAhead(view, stoppingToken))
                    {
                        await Still(view, () => Task.CompletedTask, stoppingToken);
                    }
                }
                catch (Exception e) when (DatabaseTrouble.Is(e))
                {
                    // Without the database nothing moves; the next look comes soon.
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    log.LogError(e, "Whether the view {View} is where it should be could not be told; the next look comes soon", view);
                }
            }
        }
    }

    /// <summary>Whether the daemon has the view further than the database has it.</summary>
    private async Task<bool> IsAhead(string view, CancellationToken cancel)
    {
        var agent = coordinator.DaemonForMainDatabase().CurrentAgents().FirstOrDefault(agent => agent.Name.Identity == Shard(view));
        if (agent is { Status: AgentStatus.Stopped })
        {
            log.LogWarning("The view {View} was stopped at position {Position}; it is started again", view, agent.Position);
            return true;
        }

        // Ahead of what was told it is for a moment, between a commit and its notification. The place is read after the position, which stands
        // for a commit: less than that in the database is a commit lost.
        if (agent is not { Status: AgentStatus.Running, Position: var position } || position <= progress.Of(view) || await Place(view, cancel) is var place && place >= position)
        {
            return false;
        }

        log.LogWarning("The database lost what the view {View} had from position {Place} to {Position}; it is folded again", view, place, position);
        return true;
    }

    private static string Shard(string view) => $"{view}:All";
}
