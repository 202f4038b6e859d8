using GraphQL;
using GraphQL.Types;
using Jarvis.Api.Accounts;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>The addresses of GraphQL: <c>/graphql</c> over HTTP and WebSocket, its SDL, and in development the explorer.</summary>
public static class GraphQLEndpoints
{
    public static void MapGraphQL(this WebApplication app)
    {
        app.Map("/graphql", (Delegate)Answer).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/graphql/schema.graphql", (ISchema schema) => Results.Text(SchemaText.Of(schema), "text/plain; charset=utf-8"))
            .RequireAuthorization(SignInSetup.PersonPolicy).WithSummary("The schema in GraphQL's schema language");
        if (app.Services.GetRequiredService<ServerMode>().IsDevelopment)
        {
            app.MapGet("/graphiql", Explorer).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static IResult Explorer(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentPolicy.Of(ExplorerPage.Html);
        return Results.Content(ExplorerPage.Html, "text/html; charset=utf-8");
    }

    private static async Task Answer(HttpContext context)
    {
        var services = context.RequestServices;
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await services.GetRequiredService<GraphQLHttp>().Answer(context);
            return;
        }

        var count = services.GetRequiredService<SocketCount>();
        using var place = count.Enter();
        if (place is null)
        {
            context.Response.Headers.RetryAfter = "5";
            await ProblemAnswers.Of(StatusCodes.Status503ServiceUnavailable, BodyBudget.Busy).ExecuteAsync(context);
            return;
        }

        var accepts = context.WebSockets.WebSocketRequestedProtocols.Contains(GraphQLSocket.Subprotocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(accepts ? GraphQLSocket.Subprotocol : null);
        if (!accepts)
        {
            await socket.CloseOutputAsync(
                (System.Net.WebSockets.WebSocketCloseStatus)SocketClose.SubprotocolNotAcceptable, "Subprotocol not acceptable", context.RequestAborted);
            return;
        }

        using var connection = new GraphQLSocket(
            socket, services.GetRequiredService<GraphQLExecution>(), services.GetRequiredService<IGraphQLTextSerializer>(),
            services.GetRequiredService<AccessTokens>(), services.GetRequiredService<RevokedSessions>(), services.GetRequiredService<BodyBudget>(),
            count, place, services.GetRequiredService<IServiceScopeFactory>(), services.GetRequiredService<TimeProvider>());
        await connection.Serve(services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
    }
}
