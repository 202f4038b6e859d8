using GraphQL;
using GraphQL.Types;
using Jarvis.Api.Accounts;
using Jarvis.Api.Documents;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform.Blobs;
using Jarvis.Api.Platform.Operations;
using Jarvis.Api.Runs;
using Jarvis.Api.Workflows;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>The whole schema: who adds what to the roots, and how values are written.</summary>
public sealed class JarvisSchema : Schema
{
    // Graph types need nothing from the container; resolvers ask their request's services.
    public JarvisSchema()
    {
        RegisterTypeMapping<Guid, UuidScalar>();
        RegisterTypeMapping<DateTimeOffset, DateTimeScalar>();
        RegisterTypeMapping<DateOnly, DateScalar>();
        RegisterTypeMapping<Position, PositionScalar>();
        RegisterTypeMapping<Cursor, CursorScalar>();
        RegisterTypeMapping<Json, JsonScalar>();
        Query = new QueryRoot();
        Mutation = new MutationRoot();
        Subscription = new SubscriptionRoot();
    }

    // Types come from the classes that resolvers answer with.
    protected override SchemaTypes CreateSchemaTypes() =>
        new(this, new DefaultServiceProvider(), [new AutoRegisteringGraphTypeMappingProvider()]);

    private void RegisterTypeMapping<TClr, TGraph>()
        where TGraph : IGraphType => RegisterTypeMapping(typeof(TClr), typeof(TGraph));

    private sealed class QueryRoot : RootType
    {
        public QueryRoot()
        {
            Name = "Query";
            Take<ViewerQueries>();
            Take<SessionQueries>();
            Take<AccountQueries>();
            Take<HomeQueries>();
            Take<RunQueries>();
            Take<RunRetryQueries>();
            Take<StartPreviewQueries>();
            Take<RunDifferenceQueries>();
            Take<StatisticsQueries>();
            Take<WorkflowQueries>();
            Take<DefinitionQueries>();
            Take<DeviceQueries>();
            Take<BlobQueries>();
            Take<ServerQueries>();
            Take<OperationsQueries>();
            Take<FindQueries>();
            Take<HelpQueries>();
            Take<FileQueries>();
        }
    }

    private sealed class MutationRoot : RootType
    {
        public MutationRoot()
        {
            Name = "Mutation";
            Take<AccountMutations>();
            Take<SessionMutations>();
            Take<WorkflowMutations>();
            Take<RunMutations>();
            Take<RunRetryMutations>();
            Take<ViewerMutations>();
            Take<DeviceMutations>();
            Take<DeviceControlMutations>();
            Take<WorkflowLimitMutations>();
            Take<BlobMutations>();
            Take<FileMutations>();
            Take<OperationsMutations>();
        }
    }

    private sealed class SubscriptionRoot : RootType
    {
        public SubscriptionRoot()
        {
            Name = "Subscription";
            Take<RunSubscriptions>();
            Take<RunProgressSubscriptions>();
            Take<DeviceSubscriptions>();
        }
    }
}
