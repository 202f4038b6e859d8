using Bunit;
using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Jarvis.Client.Tests.Platform;

/// <summary>
/// A page or component with everything around it but the network: <see cref="Server"/> answers what it is told to, <see cref="Sockets"/> speaks for
/// the live connection, <see cref="Clock"/> moves when told. Somebody is signed in.
/// </summary>
public abstract class ScreenTest : BunitContext
{
    protected ScreenTest()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./_content/Jarvis.Client/bundle/jarvis.js").Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./_content/Jarvis.Client/bundle/charts.js").Mode = JSRuntimeMode.Loose;
        Services.AddJarvisClient(new Uri("http://jarvis.test/"));
        Services.AddSingleton<TimeProvider>(Clock);
        Services.AddSingleton<IBrowser>(Browser);
        Browser.Server = Server;
        Services.AddSingleton<OpenSocket>(Sockets.Open);
        Browser.Shared.Kept[(Stores.Session, "tokens")] = Tokens("access-1", "refresh-1", Clock.GetUtcNow().AddMinutes(10));
    }

    protected CannedServer Server { get; } = new();

    protected MemoryBrowser Browser { get; } = new();

    protected FakeSockets Sockets { get; } = new();

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 5, 8, 0, 0, TimeSpan.Zero));

    /// <summary>As the app's start does.</summary>
    protected Task StartAsync() => Services.StartJarvisClient();

    protected T The<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public static string Tokens(string access, string refresh, DateTimeOffset expiresAt) =>
        $$"""{"access":"{{access}}","refresh":"{{refresh}}","expiresAt":"{{expiresAt:o}}","email":"owner@example.test"}""";
}
