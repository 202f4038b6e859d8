using System.Collections.Concurrent;
using Jarvis.Application.Platform.Operations;
using Jarvis.Domain.Platform;
using Jarvis.Projections;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Makes views anew from the events while the old ones go on being read and folded: beside them, each in tables of a schema of its own. Once it has
/// caught up it keeps up, and can be compared; the daemon's shard stops only for the moment in which the last events are folded and the tables
/// change places. What is under way is known to this process alone: a restart forgets it, and the next start begins afresh.
/// </summary>
public sealed class ViewRebuild(
    NpgsqlDataSource database, RebuildFollowing following, RebuildTables tables, RebuildStandstill standstill, RebuildSwitch change, TimeProvider time, ILogger<ViewRebuild> log)
    : IViewRebuilds, IDisposable
{
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
                rebuild.Following = Task.Run(() => following.Follow(rebuild));
            }
        }
    }

    /// <summary>From beginning to end: folds it, and puts it in place; where its readers do not let it (a refusal), it stays ready.</summary>
    /// <exception cref="InvalidOperationException">It is being made anew already, or an event could not be folded.</exception>
    public async Task<Refusal?> Rebuild(View view, CancellationToken cancel)
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

        return await Switch(view.Name, cancel);
    }

    public async Task<Refusal?> Switch(string view, CancellationToken cancel)
    {
        var rebuild = Of(view) ?? throw new InvalidOperationException($"{view} is not being made anew.");
        await rebuild.Turn.WaitAsync(cancel);
        try
        {
            if (await change.Switch(rebuild, cancel) is { } refusal)
            {
                log.LogWarning("The view {View} was made anew and could not take its place: {Reason}", rebuild.View.Name, refusal.Message);
                return refusal;
            }

            underWay.TryRemove(rebuild.View.Name, out _);
            await rebuild.Stop.CancelAsync();
        }
        finally
        {
            rebuild.Turn.Release();
        }

        log.LogInformation("The view {View} was made anew", rebuild.View.Name);
        return null;
    }

    public async Task Discard(string view, CancellationToken cancel)
    {
        if (Of(view) is { } rebuild)
        {
            await rebuild.Stop.CancelAsync();
            await rebuild.Following.WaitAsync(cancel);
            await tables.Drop(rebuild, cancel);
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
            await standstill.Of(
                rebuild,
                async () =>
                {
                    await (transaction?.DisposeAsync() ?? ValueTask.CompletedTask);
                    transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);
                    // A snapshot is taken by the first statement.
                    return await RebuildStandstill.IsAtPlace(rebuild, connection, transaction, "", cancel);
                },
                cancel);
            var differences = new List<TableDifference>();
            foreach (var table in rebuild.View.Tables)
            {
                differences.Add(await TableDifference.Of(connection, table, rebuild.View.Schema, rebuild.Schema, cancel));
            }

            await transaction!.DisposeAsync();
            return rebuild.Difference = new ViewDifference(rebuild.Place, time.GetUtcNow(), differences);
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
}
