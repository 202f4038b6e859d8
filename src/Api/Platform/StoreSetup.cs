using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Projections;
using JasperFx.CodeGeneration;
using JasperFx.Events.Daemon;
using Jarvis.Domain.Workflows.Language;
using Marten;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Wolverine;
using Wolverine.Marten;

namespace Jarvis.Api.Platform;

/// <summary>Store, bus and use cases of this process.</summary>
public static class StoreSetup
{
    private const string StoreConnections = "store";

    /// <summary>
    /// The daemon asks for the next so many events up to the latest one. While the table is small a prepared plan expects so few of them that it
    /// joins and sorts all, for each portion anew: a view that was behind paid for everything before it with each step. The index has the order.
    /// </summary>
    private const string ReadsInOrder = "-c enable_hashjoin=off -c enable_mergejoin=off";

    public static void AddJarvisStore(this WebApplicationBuilder builder, ServerConfiguration configuration)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(_ => DataSource(configuration.Database, isPlain: false));
        services.AddKeyedSingleton(StoreConnections, (_, _) => DataSource(configuration.Database, isPlain: false, ReadsInOrder));
        services.AddKeyedSingleton(ApplicationSetup.PlainConnections, (_, _) => DataSource(configuration.Database, isPlain: true));
        services.AddKeyedSingleton(
            ApplicationSetup.IngestConnections, (_, _) => DataSource(configuration.Database, isPlain: true, more: configuration.WritesRows ? RowExecutionWriter.Own : null));
        services.AddSingleton(_ => MasterKey.Load(configuration.DataFolder, configuration.MasterKey));
        services.AddSingleton<DaemonWakeup>();
        services.AddSingleton<FarViews>();
        services.AddSingleton(Workflows.KnownFunctions.Validation);
        services.AddApplication(configuration.WritesRows);
        services.AddMarten(provider =>
        {
            var options = new StoreOptions();
            options.UseJarvis(
                provider.GetRequiredKeyedService<NpgsqlDataSource>(StoreConnections), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<EventFeed>());
            options.Listeners.Add(provider.GetRequiredService<RecentEvents>());
            options.SetUpViews();
            // Every commit tells on one channel already; the daemon need not be told on a second one, nor be woken by each commit of a burst.
            options.Events.UseListenNotifyForEventAppends = false;
            options.Projections.Wakeup = provider.GetRequiredService<DaemonWakeup>();
            // A database that dies takes the views along, and at times the look for what is new. How often they are seen to, and after what time the look
            // is begun anew: together with a gap in the positions, for which the daemon waits three seconds, they are there within ten seconds of the database.
            options.Projections.HealthCheckPollingTime = TimeSpan.FromSeconds(2);
            options.Projections.HighWaterStalenessThreshold = TimeSpan.FromSeconds(5);
            return options;
        })
            .UseLightweightSessions()
            .ApplyAllDatabaseChangesOnStartup()
            .AddAsyncDaemon(DaemonMode.Solo)
            .IntegrateWithWolverine(integration => integration.MessageStorageSchemaName = EventStoreSetup.MessageSchema);
        services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(provider => RecentEventStore.Open(
            provider.GetRequiredService<StoreOptions>(), provider.GetRequiredService<RecentEvents>(),
            provider.GetRequiredKeyedService<NpgsqlDataSource>(StoreConnections), provider.GetRequiredService<FarViews>(),
            provider.GetRequiredService<ILoggerFactory>())));
        builder.Host.UseWolverine(options =>
        {
            options.ApplicationAssembly = typeof(StoreSetup).Assembly;
            options.UseJarvis();
            // A published server brings its handlers' code along; from source it is compiled when first needed.
            options.CodeGeneration.TypeLoadMode = HasGeneratedCode() ? TypeLoadMode.Static : TypeLoadMode.Dynamic;
        });
    }

    /// <summary>Statements that come again on a connection are parsed and planned once, unless the setting says otherwise.</summary>
    private static NpgsqlDataSource DataSource(string connectionString, bool isPlain, string? settings = null, Action<NpgsqlDataSourceBuilder>? more = null)
    {
        const int PreparedPerConnection = 100;
        const int UsesBefore = 3;
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        if (builder.ConnectionStringBuilder.MaxAutoPrepare == 0)
        {
            builder.ConnectionStringBuilder.MaxAutoPrepare = PreparedPerConnection;
            builder.ConnectionStringBuilder.AutoPrepareMinUsages = UsesBefore;
        }

        if (settings is not null)
        {
            builder.ConnectionStringBuilder.Options = $"{builder.ConnectionStringBuilder.Options} {settings}".Trim();
        }

        // The bus reckons the age of its messages in UTC, whatever zone the database is set to.
        builder.ConnectionStringBuilder.Timezone = "UTC";
        if (isPlain)
        {
            const int MostConnections = 50;
            builder.ConnectionStringBuilder.NoResetOnClose = true;
            builder.ConnectionStringBuilder.MaxPoolSize = Math.Min(builder.ConnectionStringBuilder.MaxPoolSize, MostConnections);
        }

        more?.Invoke(builder);
        return builder.Build();
    }

    private static bool HasGeneratedCode() =>
        !CodeGeneration.IsWriting && typeof(StoreSetup).Assembly.GetTypes().Any(type => type.Namespace?.StartsWith("Internal.Generated", StringComparison.Ordinal) == true);
}

/// <summary>Whether this process only writes its handlers' code.</summary>
public static class CodeGeneration
{
    public static bool IsWriting { get; } = Environment.GetCommandLineArgs().Contains("codegen");
}
