using System.Reflection;
using System.Runtime.CompilerServices;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jarvis.Application.Platform;

/// <summary>The store, whose views are given from memory what was committed lately, and large pages where they have far to go (<see cref="RecentEventLoader"/>).</summary>
public sealed class RecentEventStore : DocumentStore, IEventStore<IDocumentOperations, IQuerySession>
{
    private static readonly MethodInfo LoaderOfStore = FindLoaderOfStore();

    private readonly RecentEvents recent;
    private readonly NpgsqlDataSource database;
    private readonly FarViews far;

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
        return isByType
            ? new RecentEventLoader(
                recent, stored, filtering.IncludedEventTypes.ToHashSet(), shardOptions.BatchSize,
                new StoredEvents(this.database, graph.BuildEvent, filtering.IncludedEventTypes, StreamKinds.Of(filtering.IncludedEventTypes, graph)), token => far.Turn(shardName.Name, token))
            : stored;
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
