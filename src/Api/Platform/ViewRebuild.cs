using Jarvis.Api.Accounts;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using JasperFx.Events;
using Marten;
using Marten.Events.Daemon.Coordination;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Makes a view anew from the events while the old one goes on being read and folded: beside it, in tables of a schema of their own. Once it has
/// caught up, the daemon's shard stops for the moment in which the last events are folded and the tables change places.
/// </summary>
public sealed class ViewRebuild(IDocumentStore store, NpgsqlDataSource database, IProjectionCoordinator coordinator, ILogger<ViewRebuild> log) : IDisposable
{
    private const int PageEvents = 1_000;

    /// <summary>So few events behind, it is quicker to finish than to let more come.</summary>
    private const int Near = 2_000;

    private readonly SemaphoreSlim one = new(1);

    public async Task Rebuild(View view, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            var schema = $"views_next_{view.Name.ToLowerInvariant()}";
            await Run($"drop schema if exists {schema} cascade; {ViewTables.ScriptIn(schema)} {ViewTables.GuardScriptIn(schema)}", cancel);
            var next = view.In(schema);
            long place = 0;
            for (var mark = await Progress(view, cancel); mark - place > Near; mark = await Progress(view, cancel))
            {
                place = await Fold(next, place, mark, cancel);
            }

            var shard = $"{view.Name}:All";
            var daemon = coordinator.DaemonForMainDatabase();
            await daemon.StopAgentAsync(shard);
            try
            {
                await Fold(next, place, await Progress(view, cancel), cancel);
                await Run(
                    string.Concat(view.Tables.Select(table => $"drop table {view.Schema}.{table}; alter table {schema}.{table} set schema {view.Schema};"))
                    + $"drop schema {schema} cascade;", cancel);
            }
            finally
            {
                // Whatever happened, the view that is now in place goes on.
                await daemon.StartAgentAsync(shard, CancellationToken.None);
            }

            log.LogInformation("The view {View} was made anew", view.Name);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<long> Fold(View next, long after, long mark, CancellationToken cancel)
    {
        while (after < mark)
        {
            await using var session = store.LightweightSession();
            var events = await session.Events.QueryAllRawEvents().Where(e => e.Sequence > after && e.Sequence <= mark)
                .OrderBy(e => e.Sequence).Take(PageEvents).ToListAsync(cancel);
            if (events.Count == 0)
            {
                return mark;
            }

            IReadOnlyList<IEvent> known = [.. events.Where(e => next.IncludedEventTypes.Contains(e.EventType))];
            if (known.Count > 0)
            {
                await next.ApplyAsync(session, known, cancel);
                await session.SaveChangesAsync(cancel);
            }

            after = events[^1].Sequence;
        }

        return after;
    }

    private async Task<long> Progress(View view, CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select last_seq_id from {EventStoreSetup.Schema}.mt_event_progression where name = $1");
        command.Parameters.AddWithValue($"{view.Name}:All");
        return await command.ExecuteScalarAsync(cancel) is long position ? position : 0;
    }

    private async Task Run(string script, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand(script, connection, transaction);
        await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}

/// <summary><c>POST /views/{name}/rebuild</c>, for administrators.</summary>
public static class ViewRebuildEndpoint
{
    public static void MapViewRebuild(this WebApplication app) =>
        app.MapPost("/views/{name}/rebuild", async (string name, ViewRebuild rebuild, CancellationToken cancel) =>
        {
            var view = ViewsSetup.All.FirstOrDefault(view => string.Equals(view.Name, name, StringComparison.OrdinalIgnoreCase));
            if (view is null)
            {
                return ProblemAnswers.Of(StatusCodes.Status404NotFound, new Refusal("view.not_found", $"The views are {string.Join(", ", ViewsSetup.Names)}."));
            }

            await rebuild.Rebuild(view, cancel);
            return Results.NoContent();
        }).RequireAuthorization(SignInSetup.AdministratorPolicy).WithTags("Operations").WithSummary("Make a view anew from the events, while it is being read")
            .Produces(204).ProducesProblem(404);
}
