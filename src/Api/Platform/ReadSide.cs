using Jarvis.Api.Accounts;
using Jarvis.Api.Audit;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Platform.Observing;

namespace Jarvis.Api.Platform;

/// <summary>The read side and its doors: signing in, GraphQL, live views, history, health and metrics.</summary>
public static class ReadSide
{
    public static void AddReadSide(this WebApplicationBuilder builder, ServerConfiguration configuration)
    {
        var services = builder.Services;
        services.AddSingleton(new ServerMode(configuration.IsDevelopment));
        services.AddHostedService<ViewSchema>();
        services.AddSingleton<FarFold>();
        services.AddSingleton<ViewCatchUp>();
        services.AddHostedService(provider => provider.GetRequiredService<ViewCatchUp>());
        services.AddSingleton<ViewProgress>();
        services.AddHostedService(provider => provider.GetRequiredService<ViewProgress>());
        services.AddSingleton<ViewShards>();
        services.AddHostedService(provider => provider.GetRequiredService<ViewShards>());
        services.AddSingleton<Hold>();
        services.AddSingleton<RebuildTables>();
        services.AddSingleton<RebuildFold>();
        services.AddSingleton<RebuildFollowing>();
        services.AddSingleton<RebuildStandstill>();
        services.AddSingleton<RebuildSwitch>();
        services.AddSingleton<ViewRebuild>();
        services.AddSingleton<Application.Platform.Operations.IViewRebuilds>(provider => provider.GetRequiredService<ViewRebuild>());
        services.AddSingleton<LiveEvents>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveEvents>());
        services.AddSignIn(configuration);
        services.AddJarvisGraphQL();
        services.AddOpenApi("v1");
        services.AddProblemDetails();
        services.AddExceptionHandler<StoreAway>();
        // A body that cannot be read is a refusal, in development too.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        builder.AddObserving();
    }

    /// <summary>What stands before every endpoint; endpoints are mapped after it.</summary>
    public static void UseReadSide(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UsePlainAnswers();
        app.UseExceptionHandler();
        app.UseWebSockets();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    public static void MapReadSide(this WebApplication app)
    {
        app.MapSignIn();
        app.MapGraphQL();
        app.MapHistory();
        app.MapViewRebuild();
        app.MapObserving();
        app.MapRestDocuments();
    }
}
