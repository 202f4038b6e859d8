using System.Net.WebSockets;
using Jarvis.Client.Accounts;
using Jarvis.Client.Workflows;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;

namespace Jarvis.Client.Platform;

/// <summary>All that an app needs of this library.</summary>
public static class ClientSetup
{
    /// <param name="origin">The server's address without a path.</param>
    public static IServiceCollection AddJarvisClient(this IServiceCollection services, Uri origin)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IBrowser, Browser>();
        services.AddSingleton<Link>();
        services.AddSingleton(new AnswerKinds(new Dictionary<string, KeptKind>()));
        services.AddSingleton<SyncChoice>();
        services.AddSingleton<Language>();
        services.AddSingleton<Formats>();
        services.AddSingleton<Toasts>();
        services.AddSingleton<Questions>();
        services.AddSingleton<Session>();
        services.AddSingleton<Api>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<Me>();
        services.AddSingleton<Drafts>();
        services.AddSingleton<DataUse>();
        services.AddSingleton<OpenSocket>(cancel => Open(origin, cancel));
        services.AddSingleton<Live>();
        return services;
    }

    /// <summary>Reads what this device knows, before the first page is drawn.</summary>
    public static async Task StartJarvisClient(this IServiceProvider services)
    {
        await services.GetRequiredService<IBrowser>().Start();
        services.GetRequiredService<Language>().Start();
        services.GetRequiredService<Link>().Start();
        services.GetRequiredService<SyncChoice>().Start();
        await services.GetRequiredService<Session>().Start();
        services.GetRequiredService<Me>().Start();
        services.GetRequiredService<Outbox>().Start();
    }

    private static async Task<WebSocket> Open(Uri origin, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Live.Subprotocol);
        var address = new UriBuilder(origin) { Scheme = origin.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = "/graphql" };
        await socket.ConnectAsync(address.Uri, cancel);
        return socket;
    }
}
