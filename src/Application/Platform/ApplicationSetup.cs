using FluentValidation;
using Jarvis.Application.Devices;
using Jarvis.Application.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace Jarvis.Application.Platform;

/// <summary>What the use cases need beside store and bus.</summary>
public static class ApplicationSetup
{
    /// <param name="writesRows">Whether the hot path writes the store's rows itself (<see cref="RowExecutionWriter"/>).</param>
    public static IServiceCollection AddApplication(this IServiceCollection services, bool writesRows = true)
    {
        services.AddSingleton<EventFeed>();
        services.AddSingleton<Vault>();
        services.AddSingleton<Commands>();
        services.AddSingleton<PairDevice>();
        services.AddSingleton<CodeGuesses>();
        services.AddSingleton<DeviceCommandFeed>();
        services.AddSingleton(typeof(IExecutionWriter), writesRows ? typeof(RowExecutionWriter) : typeof(MartenExecutionWriter));
        services.AddSingleton<ExecutionIngest>();
        services.AddHostedService(provider => provider.GetRequiredService<ExecutionIngest>());
        foreach (var found in AssemblyScanner.FindValidatorsInAssembly(typeof(ApplicationSetup).Assembly))
        {
            services.AddSingleton(found.InterfaceType, found.ValidatorType);
        }

        return services;
    }
}
