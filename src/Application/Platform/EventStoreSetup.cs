using Jarvis.Application.Accounts;
using Jarvis.Application.Devices;
using Jarvis.Application.Documents;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Application.Platform.Operations;
using Jarvis.Application.Runs;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Platform;
using JasperFx;
using JasperFx.Events;
using Marten;
using Npgsql;
using Weasel.Core;

namespace Jarvis.Application.Platform;

/// <summary>The event store, option by option, each with its reason.</summary>
public static class EventStoreSetup
{
    /// <summary>The schema of events and documents.</summary>
    public const string Schema = "jarvis";

    /// <summary>The schema of the bus's own tables.</summary>
    public const string MessageSchema = "jarvis_messages";

    public static void UseJarvis(this StoreOptions options, NpgsqlDataSource database, TimeProvider clock, EventFeed feed)
    {
        options.Connection(database);
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.CreateOrUpdate;
        options.DisableNpgsqlLogging = true;
        options.Listeners.Add(feed);

        // Enums in camelCase like everything else; sealed content only (Content's converter refuses clear text).
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase, json =>
        {
            foreach (var converter in json.Converters.OfType<System.Text.Json.Serialization.JsonStringEnumConverter>().ToList())
            {
                json.Converters.Remove(converter);
            }

            EventJson.Configure(json);
        });

        var events = options.Events;
        events.StreamIdentity = StreamIdentity.AsGuid;
        // Twice as fast as Rich with many streams in a save, and the time is the application's clock, which tests can set.
        events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        events.TimeProvider = clock;
        // Every stream says whose kind it is; a typing error in an id cannot start one.
        events.UseMandatoryStreamTypeDeclaration = true;
        // A lost race is found before it takes a position: no gaps for the daemon to wait on.
        events.UseExclusiveLockOnConcurrentAppends = true;
        // Positions outgrow 32 bits; the columns are wide from the first schema.
        events.EnableBigIntEvents = true;
        // The daemon is woken by a commit instead of polling.
        events.UseListenNotifyForEventAppends = true;
        events.MetadataConfig.CorrelationIdEnabled = true;
        events.MetadataConfig.CausationIdEnabled = true;
        events.MetadataConfig.UserNameEnabled = true;
        events.MetadataConfig.HeadersEnabled = true;

        // Names are pinned: two records of one short name in two namespaces must never read as each other.
        foreach (var (type, name) in EventNames.All)
        {
            events.MapEventType(type, name);
        }

        // A projection that fails stops and alarms. It never skips.
        options.Projections.Errors.SkipApplyErrors = false;
        options.Projections.Errors.SkipSerializationErrors = false;
        options.Projections.Errors.SkipUnknownEvents = false;
        options.Projections.RebuildErrors.SkipApplyErrors = false;
        options.Projections.RebuildErrors.SkipSerializationErrors = false;
        options.Projections.RebuildErrors.SkipUnknownEvents = false;

        options.Schema.For<KeptAnswer>().Identity(answer => answer.Id);
        options.Schema.For<OwnerKey>().Identity(key => key.Id).UniqueIndex(key => key.OwnerId);

        options.SetUpBlobs();
        options.SetUpAccounts();
        options.SetUpWorkflows();
        options.SetUpDevices();
        options.SetUpRuns();
        options.SetUpOperations();
        options.SetUpFiles();
    }
}
