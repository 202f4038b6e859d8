using System.Net;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Jarvis.Api.Platform.Observing;

/// <summary>Health, metrics, traces and logs. None of them carries personal content.</summary>
public static class ObservingSetup
{
    private const string ReadyTag = "ready";

    private static readonly double[] AppendSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    public static void AddObserving(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHealthChecks()
            .AddCheck<DatabaseHealth>("database", tags: [ReadyTag])
            .AddCheck<ViewsHealth>("views", tags: [ReadyTag])
            .AddCheck<HoldHealth>("outward", tags: [ReadyTag]);
        services.AddSingleton<ViewsHealth>();
        services.AddSingleton<ViewLag>();
        services.AddHostedService(provider => provider.GetRequiredService<ViewLag>());
        services.AddHostedService<ServerGauges>();

        var exports = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("jarvis-api"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Telemetry.Name, "Marten", "Wolverine:*", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .AddView("jarvis.ingest.append", new ExplicitBucketHistogramConfiguration { Boundaries = AppendSeconds })
                    .AddPrometheusExporter();
                if (exports)
                {
                    metrics.AddOtlpExporter();
                }
            })
            .WithTracing(traces =>
            {
                traces.AddSource(Telemetry.Name, "Marten", "Wolverine", "Npgsql", "Microsoft.AspNetCore");
                if (exports)
                {
                    traces.AddOtlpExporter();
                }
            });

        LostRaces.AddTo(builder.Services);
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Wolverine", LogLevel.Warning);
        builder.Logging.AddFilter("Marten", LogLevel.Warning);
        // Lost races are retried and told by whoever gives up; the statements and values of each attempt have no place in a log.
        builder.Logging.AddFilter("Marten.IDocumentStore", LogLevel.None);
        builder.Logging.AddFilter("JasperFx", LogLevel.Warning);
    }

    public static void MapObserving(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(ReadyTag), ResponseWriter = Write }).AllowAnonymous();
        app.MapPrometheusScrapingEndpoint("/metrics").RequireAuthorization(policy => policy.RequireAssertion(context =>
            context.Resource is HttpContext request && (IsFromThisMachine(request) || request.Caller() is { IsAdministrator: true })));
    }

    // A proxy on this machine speaks for others, so a forwarded request needs a token as well.
    private static bool IsFromThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !context.Request.Headers.ContainsKey("X-Forwarded-For");

    private static Task Write(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(JsonSerializer.Serialize(
            new
            {
                status = report.Status.ToString().ToLowerInvariant(),
                checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString().ToLowerInvariant(), reason = e.Value.Description }),
            }, JsonSerializerOptions.Web), context.RequestAborted);
    }
}
