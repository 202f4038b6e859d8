using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Platform.Observing;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Projections;
using JasperFx;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Wolverine.Persistence.Durability;

namespace Jarvis.Api.Platform.Operations;

public enum ProjectionState { Running, Paused, Stopped }

/// <summary>A view and the daemon's shard that folds it.</summary>
/// <param name="Position">Every event up to here is in it.</param>
/// <param name="Behind">Positions between it and the head.</param>
/// <param name="BehindSeconds">How long it has been behind; 0 where it is not.</param>
/// <param name="Late">Behind for longer than the alarm allows (30 s).</param>
[Name("Projection")]
public sealed record ProjectionNode(string Name, ProjectionState State, Position Position, double Behind, double BehindSeconds, bool Late, IEnumerable<string> Tables)
{
    /// <summary>The same view being made anew beside it; null where it is not.</summary>
    public ProjectionRebuild? Rebuild(IResolveFieldContext context) => context.Service<ViewRebuild>().Of(Name) is { } rebuild ? new ProjectionRebuild(rebuild) : null;
}

/// <summary>A view that is being made anew.</summary>
[Name("ProjectionRebuild")]
public sealed class ProjectionRebuild(RebuildUnderWay rebuild)
{
    public RebuildPhase Phase => rebuild.Phase;

    public DateTimeOffset StartedAt => rebuild.StartedAt;

    public Position Position => new(rebuild.Place);

    /// <summary>Where the view that is read stands.</summary>
    public Position Target => new(rebuild.Target);

    /// <summary>0 to 100; 100 once it has caught up.</summary>
    public int Percent => rebuild.Phase == RebuildPhase.Ready ? 100 : rebuild.Target == 0 ? 0 : (int)Math.Min(99, rebuild.Place * 100 / rebuild.Target);

    /// <summary>The kind of error it stopped with; its text stands in the server's log.</summary>
    public string? Failure => rebuild.Failure;

    /// <summary>As it was last compared; null before.</summary>
    public ProjectionDifference? Difference => rebuild.Difference is { } difference ? new ProjectionDifference(difference) : null;
}

/// <summary>The new view against the one that is read, both folded to one position.</summary>
[Name("ProjectionDifference")]
public sealed class ProjectionDifference(ViewDifference difference)
{
    public Position Position => new(difference.Position);

    public DateTimeOffset ComparedAt => difference.ComparedAt;

    /// <summary>Whether they are the same to the last row.</summary>
    public bool Same => difference.Tables.All(table => table.OnlyLive == 0 && table.OnlyNew == 0);

    public IEnumerable<ProjectionTableDifference> Tables =>
        difference.Tables.Select(table => new ProjectionTableDifference(table.Table, table.Live, table.New, table.OnlyLive, table.OnlyNew));
}

/// <param name="Live">Rows of the table that is read.</param>
/// <param name="New">Rows of the new one.</param>
/// <param name="OnlyLive">Rows that the one that is read alone has.</param>
/// <param name="OnlyNew">Rows that the new one alone has.</param>
[Name("ProjectionTableDifference")]
public sealed record ProjectionTableDifference(string Table, double Live, double New, double OnlyLive, double OnlyNew);

/// <summary>Messages of one queue.</summary>
/// <param name="Waiting">To be handled now.</param>
/// <param name="Scheduled">To be handled at their time.</param>
/// <param name="Outgoing">Not sent yet.</param>
[Name("MessageQueue")]
public sealed record MessageQueue(string Name, int Waiting, int Scheduled, int Outgoing);

/// <summary>One check of the server's health.</summary>
[Name("HealthCheck")]
public sealed record HealthCheckNode(string Name, HealthStatus Status, string? Reason);

/// <summary>How the server is: as its worst check.</summary>
[Name("Health")]
public sealed record HealthNode(HealthStatus Status, IEnumerable<HealthCheckNode> Checks);

/// <summary>The system itself, for administrators.</summary>
[Name("Operations")]
public sealed class Operations(long head)
{
    /// <summary>The highest committed position.</summary>
    public Position Head => new(head);

    /// <summary>Every lower position is settled.</summary>
    public Position Settled(IResolveFieldContext context) => new(context.Service<ViewProgress>().Settled);

    /// <summary>Whether this is a restored copy that sends nothing outward until it is released; null where it is not.</summary>
    public Task<Held?> Held(IResolveFieldContext context) => context.Service<Hold>().Current(context.CancellationToken);

    public IEnumerable<ProjectionNode> Projections(IResolveFieldContext context)
    {
        var progress = context.Service<ViewProgress>();
        var lag = context.Service<ViewLag>();
        var agents = context.Service<IProjectionCoordinator>().DaemonForMainDatabase().CurrentAgents().ToLookup(agent => agent.Name.Identity);
        return ViewsSetup.All.Select(view => new ProjectionNode(
            view.Name,
            agents[$"{view.Name}:All"].FirstOrDefault()?.Status switch
            {
                AgentStatus.Running => ProjectionState.Running,
                AgentStatus.Paused => ProjectionState.Paused,
                _ => ProjectionState.Stopped,
            },
            new Position(progress.Of(view.Name)), Math.Max(0, head - progress.Of(view.Name)), lag.Of(view.Name).TotalSeconds, lag.Of(view.Name) > ViewLag.Alarm, view.Tables));
    }

    /// <summary>Queues that hold messages, and how many.</summary>
    public async Task<IEnumerable<MessageQueue>> Queues(IResolveFieldContext context)
    {
        const string Sql = $"""
            select coalesce(queue, ''), sum(waiting)::int, sum(scheduled)::int, sum(outgoing)::int from (
                select received_at as queue, count(*) filter (where status = 'Incoming') as waiting, count(*) filter (where status = 'Scheduled') as scheduled, 0 as outgoing
                from {EventStoreSetup.MessageSchema}.wolverine_incoming_envelopes where status <> 'Handled' group by 1
                union all
                select destination, 0, 0, count(*) from {EventStoreSetup.MessageSchema}.wolverine_outgoing_envelopes group by 1) found
            group by 1 order by 1
            """;
        await using var command = context.Service<NpgsqlDataSource>().CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(context.CancellationToken);
        var queues = new List<MessageQueue>();
        while (await reader.ReadAsync(context.CancellationToken))
        {
            queues.Add(new MessageQueue(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3)));
        }

        return queues;
    }

    /// <summary>Messages that could not be handled.</summary>
    public Task<DeadLetterConnection> DeadLetters(IResolveFieldContext context, int? first, string? after) => DeadLetterList.Page(context, first, after);

    public async Task<HealthNode> Health(IResolveFieldContext context)
    {
        var report = await context.Service<HealthCheckService>().CheckHealthAsync(context.CancellationToken);
        return new HealthNode(report.Status, report.Entries.Select(entry => new HealthCheckNode(entry.Key, entry.Value.Status, entry.Value.Description)));
    }
}

/// <summary>Looks at the system itself.</summary>
public sealed class OperationsQueries
{
    /// <summary>How the daemon, the bus and the health checks stand. For administrators.</summary>
    public static async Task<Operations> Operations(IResolveFieldContext context)
    {
        OperationRights.Check(context.Caller());
        return new Operations(await context.Service<ReadPoints>().Head(context.CancellationToken));
    }

    /// <summary>Compares a view that was made anew with the one that is read, row by row; may take minutes. For administrators.</summary>
    public static async Task<ProjectionDifference> CompareView(IResolveFieldContext context, string view)
    {
        OperationRights.Check(context.Caller());
        var rebuilds = context.Service<ViewRebuild>();
        return rebuilds.WhyNotSwitch(view) is { } refusal
            ? throw new RefusalError(refusal)
            : new ProjectionDifference(await rebuilds.Compare(view, context.CancellationToken));
    }
}

internal static class OperationRights
{
    /// <exception cref="RefusalError"><c>auth.forbidden</c>: no administrator.</exception>
    public static void Check(Caller caller)
    {
        if (caller is not { IsAdministrator: true, DeviceId: null })
        {
            throw new RefusalError(AuthRefusals.Forbidden);
        }
    }
}
