using GraphQL;
using GraphQL.Execution;
using GraphQL.SystemTextJson;
using GraphQL.Types;
using Jarvis.Api.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>GraphQL: the schema, its execution and its transports.</summary>
public static class GraphQLSetup
{
    public static void AddJarvisGraphQL(this IServiceCollection services)
    {
        services.AddSingleton<IErrorInfoProvider, GraphQLErrors>();
        services.AddSingleton<IGraphQLTextSerializer>(provider => new GraphQLSerializer(
            options =>
            {
                options.Converters.Add(new JsonConverterOfJson());
                options.MaxDepth = GraphQLLimits.BodyDepth + Json.MaxDepth;
            }, provider.GetRequiredService<IErrorInfoProvider>()));
        services.AddSingleton<IDocumentExecuter>(_ => new DocumentExecuter());
        services.AddSingleton<ISchema>(_ => new JarvisSchema());
        services.AddSingleton<GraphQLExecution>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<SocketCount>();
        services.AddSingleton<GraphQLHttp>();

        services.AddSingleton<ViewReader>();
        services.AddSingleton<RecordedEvents>();
        services.AddSingleton<ReadPoints>();
        services.AddSingleton<RunList>();
        services.AddSingleton<RunRetries>();
        services.AddSingleton<RunFigureRows>();
        services.AddSingleton<RunDetails>();
        services.AddSingleton<RunTaskList>();
        services.AddSingleton<RunLog>();
        services.AddSingleton<RunVariableHistory>();
        services.AddSingleton<RunTimeline>();
    }
}
