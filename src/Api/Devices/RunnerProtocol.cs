using Jarvis.Api.Runs;
using Jarvis.Application.Devices;

namespace Jarvis.Api.Devices;

/// <summary>The runner's protocol, version 1: pairing, commands, events.</summary>
public static class RunnerProtocol
{
    public static void AddRunnerProtocol(this IServiceCollection services)
    {
        services.AddSingleton<DeviceSockets>();
        services.AddHostedService(provider => provider.GetRequiredService<DeviceSockets>());
    }

    public static void MapRunnerProtocol(this WebApplication app)
    {
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(Lease.HeartbeatSeconds) });
        app.MapRunnerPairing();
        app.MapRunnerCommands();
        app.MapRunnerEvents();
    }
}
