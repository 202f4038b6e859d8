using FluentValidation;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Jarvis.Application.Platform;

/// <summary>What the use cases need beside store and bus.</summary>
public static class ApplicationSetup
{
    /// <summary>
    /// Key of the connections that are used a transaction at a time and left as they were found, so that they need not be cleaned between two
    /// uses, which costs as much as a small query.
    /// </summary>
    public const string PlainConnections = "plain";

    /// <summary>Key of the connections through which execution events are written, and nothing else (<see cref="RowExecutionWriter.Own"/>).</summary>
    public const string IngestConnections = "ingest";

    /// <param name="writesRows">Whether the hot path writes the store's rows itself (<see cref="RowExecutionWriter"/>).</param>
    public static IServiceCollection AddApplication(this IServiceCollection services, bool writesRows = true)
    {
        services.AddSingleton<EventFeed>();
        services.AddSingleton<RecentEvents>();
        services.AddSingleton<Vault>();
        services.AddSingleton<Commands>();
        services.AddSingleton<PairDevice>();
        services.AddSingleton<CodeGuesses>();
        services.AddSingleton<DeviceCommandFeed>();
        services.AddSingleton(typeof(IExecutionWriter), writesRows ? typeof(RowExecutionWriter) : typeof(MartenExecutionWriter));
        services.AddSingleton<SubmissionSealing>();
        services.AddSingleton<IngestNews>();
        services.AddSingleton<KnownRuns>();
        services.AddSingleton<ExecutionCommit>();
        services.AddSingleton<ExecutionIngest>();
        services.AddHostedService(provider => provider.GetRequiredService<ExecutionIngest>());
        foreach (var found in AssemblyScanner.FindValidatorsInAssembly(typeof(ApplicationSetup).Assembly))
        {
            services.AddSingleton(found.InterfaceType, found.ValidatorType);
        }

        return services;
    }
}
