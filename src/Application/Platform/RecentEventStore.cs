using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jarvis.Application.Platform;

/// <summary>
/// The store, whose views are given from memory what was committed lately (<see cref="RecentEventLoader"/>), from the database no more bytes at once than they
/// need (<see cref="StoredEventLoader"/>), and write nothing from another place than the one they are at.
/// </summary>
public sealed class RecentEventStore : DocumentStore, IEventStore<IDocumentOperations, IQuerySession>
{
    /// <summary>
    /// Fails (it divides by zero) unless the view's place was moved by this very transaction, which it is only from where the daemon takes it to be. Marten
    /// merely logs a place that did not move when the batch holds anything else, and keeps what it wrote: rows of events that are folded once more, or
    /// whose forerunners a killed database lost. It inserts nothing and answers no rows: behind rows an error of a later statement goes unheard.
    /// </summary>
    private const string MovedHere = $"""
        insert into {EventStoreSetup.Schema}.mt_event_progression (name, last_seq_id)
        select 'never', 0 where 1 / (select count(*) from {EventStoreSetup.Schema}.mt_event_progression where name = ? and xmin = pg_current_xact_id()::xid) = 0
        """;

    private static readonly MethodInfo LoaderOfStore = FindLoaderOfStore();

    private readonly RecentEvents recent;
    private readonly NpgsqlDataSource database;
    private readonly FarViews far;

    /// <summary>Of each view, whose loader is made anew whenever the daemon starts it.</summary>
    private readonly ConcurrentDictionary<string, ReadAhead> reading = new(StringComparer.Ordinal);

    private RecentEventStore(StoreOptions options, RecentEvents recent, NpgsqlDataSource database, FarViews far)
        : base(options) => (this.recent, this.database, this.far) = (recent, database, far);

    /// <summary>As the store's own set-up opens it, except for the log of every statement.</summary>
    public static RecentEventStore Open(StoreOptions options, RecentEvents recent, NpgsqlDataSource database, FarViews far, ILoggerFactory logs)
    {
        SetLogs(options, logs);
        return new RecentEventStore(options, recent, database, far);
    }

    IEventLoader IEventStore<IDocumentOperations, IQuerySession>.BuildEventLoader(
        IEventDatabase database, ILogger loggerFactory, EventFilterable filtering, AsyncOptions shardOptions, ShardName shardName)
    {
        var stored = (IEventLoader)LoaderOfStore.Invoke(this, [database, loggerFactory, filtering, shardOptions, shardName])!;
        var graph = (EventGraph)Options.Events;
        var isByType = filtering.StreamType is null && !filtering.IncludeArchivedEvents && filtering.IncludedEventTypes.All(type => !type.IsAbstract);
        if (!isByType)
        {
            return stored;
        }

        var events = new StoredEvents(this.database, graph.BuildEvent, filtering.IncludedEventTypes, StreamKinds.Of(filtering.IncludedEventTypes, graph));
        var ahead = reading.GetOrAdd(shardName.Name, _ => new ReadAhead(shardOptions));
        return new RecentEventLoader(
            recent, new StoredEventLoader(events, shardOptions.BatchSize, ahead), filtering.IncludedEventTypes.ToHashSet(), shardOptions.BatchSize, ahead,
            token => far.Turn(shardName.Name, token));
    }

    async ValueTask<IProjectionBatch<IDocumentOperations, IQuerySession>> IEventStore<IDocumentOperations, IQuerySession>.StartProjectionBatchAsync(
        EventRange range, IEventDatabase database, ShardExecutionMode mode, AsyncOptions projectionOptions, CancellationToken token)
    {
        var batch = await StartProjectionBatchAsync(range, database, mode, projectionOptions, token);
        await using var session = batch.SessionForTenant(StorageConstants.DefaultTenantId);
        session.QueueSqlCommand(MovedHere, range.ShardName.Identity);
        return batch;
    }

    /// <summary>The store's own way to load, which stands behind the one above and has no name of its own.</summary>
    private static MethodInfo FindLoaderOfStore()
    {
        var asked = typeof(IEventStore<IDocumentOperations, IQuerySession>).GetMethod(
            nameof(IEventStore<,>.BuildEventLoader),
            [typeof(IEventDatabase), typeof(ILogger), typeof(EventFilterable), typeof(AsyncOptions), typeof(ShardName)])!;
        var map = typeof(DocumentStore).GetInterfaceMap(typeof(IEventStore<IDocumentOperations, IQuerySession>));
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, asked)];
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_LogFactory")]
    private static extern void SetLogs(StoreOptions options, ILoggerFactory? logs);
}
