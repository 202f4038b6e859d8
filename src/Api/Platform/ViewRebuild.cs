using System.Collections.Concurrent;
using Jarvis.Application.Platform;
using Jarvis.Application.Platform.Operations;
using Jarvis.Domain.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Makes views anew from the events while the old ones go on being read and folded: beside them, each in tables of a schema of its own. Once it has
/// caught up it keeps up, and can be compared; the daemon's shard stops only for the moment in which the last events are folded and the tables
/// change places. What is under way is known to this process alone: a restart forgets it, and the next start begins afresh.
/// </summary>
public sealed class ViewRebuild(
    IDocumentStore store, NpgsqlDataSource database, FarFold far, FarViews elsewhere, ViewShards shards, TimeProvider time, ILogger<ViewRebuild> log)
    : IViewRebuilds, IDisposable
{
    /// <summary>So few events behind, it is quicker to finish than to let more come.</summary>
    private const int Near = 2_000;

    /// <summary>The longest statement makes an index of a table of millions of rows.</summary>
    private const int PatienceSeconds = 1_800;

    /// <summary>How often a view that moves is asked to stand still.</summary>
    private const int MaxAttempts = 10;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, RebuildUnderWay> underWay = new(StringComparer.OrdinalIgnoreCase);

    public static View? Find(string name) => ViewsSetup.All.FirstOrDefault(view => string.Equals(view.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What is under way, or failed and was not discarded.</summary>
    public RebuildUnderWay? Of(string view) => underWay.GetValueOrDefault(view);

    public Guid? UnderWay(string view) => Of(view)?.OperationId;

    public Refusal? WhyNotBegin(string view) =>
        Find(view) is null ? OperationRefusals.ViewNotFound(ViewsSetup.Names) : Of(view) is not null ? OperationRefusals.RebuildUnderWay : null;

    public Refusal? WhyNotSwitch(string view) => Of(view) switch
    {
        null => OperationRefusals.NoRebuild,
        { Phase: RebuildPhase.Ready } => null,
        _ => OperationRefusals.RebuildNotReady,
    };

    public void Begin(string view, Guid operation)
    {
        if (Find(view) is { } found)
        {
            var rebuild = new RebuildUnderWay(found, operation, time.GetUtcNow());
            if (underWay.TryAdd(found.Name, rebuild))
            {
                rebuild.Following = Task.Run(() => Follow(rebuild));
            }
        }
    }

    /// <summary>From beginning to end: folds it, and puts it in place.</summary>
    /// <exception cref="InvalidOperationException">It is being made anew already, or an event could not be folded.</exception>
    public async Task Rebuild(View view, CancellationToken cancel)
    {
        Begin(view.Name, Guid.CreateVersion7());
        var rebuild = Of(view.Name)!;
        try
        {
            await rebuild.Caught.Task.WaitAsync(cancel);
        }
        catch
        {
            await Discard(view.Name, CancellationToken.None);
            throw;
        }

        await Switch(view.Name, cancel);
    }

    public async Task Switch(string view, CancellationToken cancel)
    {
        var rebuild = Of(view) ?? throw new InvalidOperationException($"{view} is not being made anew.");
        await rebuild.Turn.WaitAsync(cancel);
        try
        {
            var script = string.Concat(rebuild.View.Tables.Select(
                    table => $"drop table {rebuild.View.Schema}.{table}; alter table {rebuild.Schema}.{table} set schema {rebuild.View.Schema};"))
                + $"drop schema {rebuild.Schema} cascade;";
            await Still(rebuild, () => RunAtPlace(rebuild, script, cancel), cancel);
            underWay.TryRemove(rebuild.View.Name, out _);
            await rebuild.Stop.CancelAsync();
        }
        finally
        {
            rebuild.Turn.Release();
        }

        log.LogInformation("The view {View} was made anew", rebuild.View.Name);
    }

    public async Task Discard(string view, CancellationToken cancel)
    {
        if (Of(view) is { } rebuild)
        {
            await rebuild.Stop.CancelAsync();
            await rebuild.Following.WaitAsync(cancel);
            // Another process may make it anew by now, or all the while.
            await Run($"do $$ begin if pg_try_advisory_xact_lock({RebuildHold.KeyOf(rebuild)}) then drop schema if exists {rebuild.Schema} cascade; end if; end $$", cancel);
            underWay.TryRemove(rebuild.View.Name, out _);
        }
    }

    /// <summary>
    /// How the new view differs from the one that is read, table by table, both folded to the same position. The shard stops only while the
    /// last events are folded; what is compared then is one snapshot of the database.
    /// </summary>
    /// <exception cref="InvalidOperationException">It has not caught up.</exception>
    public async Task<ViewDifference> Compare(string view, CancellationToken cancel)
    {
        var rebuild = Of(view) is { Phase: RebuildPhase.Ready } ready ? ready : throw new InvalidOperationException($"{view} has not caught up.");
        await rebuild.Turn.WaitAsync(cancel);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancel);
            NpgsqlTransaction? transaction = null;
            await Still(
                rebuild,
                async () =>
                {
                    await (transaction?.DisposeAsync() ?? ValueTask.CompletedTask);
                    transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);
                    // A snapshot is taken by the first statement.
                    return await IsAtPlace(rebuild, connection, transaction, "", cancel);
                },
                cancel);
            var tables = new List<TableDifference>();
            foreach (var table in rebuild.View.Tables)
            {
                tables.Add(await TableDifference.Of(connection, table, rebuild.View.Schema, rebuild.Schema, cancel));
            }

            await transaction!.DisposeAsync();
            return rebuild.Difference = new ViewDifference(rebuild.Place, time.GetUtcNow(), tables);
        }
        finally
        {
            rebuild.Turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var rebuild in underWay.Values)
        {
            rebuild.Stop.Cancel();
        }
    }

    private async Task Follow(RebuildUnderWay rebuild)
    {
        var cancel = rebuild.Stop.Token;
        var isIndexed = false;
        try
        {
            rebuild.Hold = await RebuildHold.Take(database, rebuild, cancel)
                ?? throw new InvalidOperationException($"{rebuild.View.Name} is being made anew by another process of the server.");
            // While the live view itself is folded outside the daemon nothing may take its place.
            await elsewhere.Turn(rebuild.View.Name, cancel);
            await Run($"drop schema if exists {rebuild.Schema} cascade; {ViewTables.TablesIn(rebuild.Schema)} {ViewTables.GuardScriptIn(rebuild.Schema)}", cancel);
            while (true)
            {
                await rebuild.Turn.WaitAsync(cancel);
                try
                {
                    await rebuild.Hold.Prove(cancel);
                    var mark = await shards.Place(rebuild.View.Name, cancel);
                    rebuild.Target = mark;
                    await Fold(rebuild, mark, cancel);
                }
                finally
                {
                    rebuild.Turn.Release();
                }

                if (await shards.Place(rebuild.View.Name, cancel) - rebuild.Place <= Near)
                {
                    if (!isIndexed)
                    {
                        await Run(ViewTables.IndexesIn(rebuild.Schema, rebuild.View.Tables), cancel);
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

    /// <summary>
    /// Does something while the live view stands still and the new one is as far as it. The daemon starts a view by itself that it finds standing: whether it
    /// moved all the same is what <paramref name="act"/> answers by what it sees in its own transaction; then it is done again.
    /// </summary>
    private async Task Still(RebuildUnderWay rebuild, Func<Task<bool>> act, CancellationToken cancel)
    {
        var stoodStill = false;
        for (var attempt = 1; !stoodStill; attempt++)
        {
            await shards.Still(
                rebuild.View.Name,
                async () =>
                {
                    var place = await shards.Place(rebuild.View.Name, cancel);
                    if (place < rebuild.Place)
                    {
                        throw new InvalidOperationException($"The database lost the last commits of {rebuild.View.Name}; it is folded again first.");
                    }

                    await Fold(rebuild, place, cancel);
                    stoodStill = await act();
                },
                cancel);
            if (!stoodStill && attempt == MaxAttempts)
            {
                throw new InvalidOperationException($"{rebuild.View.Name} did not stand still; try again.");
            }
        }
    }

    /// <summary>Whether the live view is where the new one is, in this transaction.</summary>
    /// <param name="holding"><c>for update</c> where it has to stay there until the transaction ends.</param>
    private static async Task<bool> IsAtPlace(RebuildUnderWay rebuild, NpgsqlConnection connection, NpgsqlTransaction transaction, string holding, CancellationToken cancel)
    {
        await using var command = ViewShards.PlaceOf(rebuild.View.Name, holding);
        (command.Connection, command.Transaction) = (connection, transaction);
        await (rebuild.Hold ?? throw new InvalidOperationException($"{rebuild.View.Name} is no longer being made anew.")).Prove(cancel);
        return (await command.ExecuteScalarAsync(cancel) is long place ? place : 0) == rebuild.Place;
    }

    private async Task<bool> RunAtPlace(RebuildUnderWay rebuild, string script, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (!await IsAtPlace(rebuild, connection, transaction, "for update", cancel))
        {
            return false;
        }

        try
        {
            await using var command = new NpgsqlCommand(script, connection, transaction) { CommandTimeout = PatienceSeconds };
            await command.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // The daemon had begun a portion of it.
            return false;
        }

        await transaction.CommitAsync(cancel);
        return true;
    }

    private async Task Fold(RebuildUnderWay rebuild, long mark, CancellationToken cancel)
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
                var (events, ceiling) = await coming;
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

    private async Task Run(string script, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand(script, connection, transaction) { CommandTimeout = PatienceSeconds };
        await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
