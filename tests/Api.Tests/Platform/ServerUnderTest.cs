using System.Net.Http.Headers;
using Jarvis.Api.Accounts;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Testing;
using Marten;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>The whole server in this process, on a database of its own.</summary>
public class ServerUnderTest : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private TestDatabase database = null!;
    private Factory factory = null!;

    public MovableTime Clock { get; } = new();

    public IServiceProvider Services => factory.Services;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    public Commands Commands => Services.GetRequiredService<Commands>();

    public Vault Vault => Services.GetRequiredService<Vault>();

    public string ConnectionString => database.ConnectionString;

    public Microsoft.AspNetCore.TestHost.TestServer Host => factory.Server;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        factory = NewFactory();
        await SignInTables.Ensure(Services.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None);
    }

    /// <summary>Hands the bus a message, as if it had come due.</summary>
    public async Task Send(object message)
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<Wolverine.IMessageBus>().InvokeAsync(message);
    }

    /// <summary>Ends the server and starts it again on the same data.</summary>
    public async Task Restart()
    {
        await factory.DisposeAsync();
        factory = NewFactory();
        _ = factory.Services;
    }

    /// <summary>Ends the server; <see cref="Restart"/> brings it back.</summary>
    public async Task Stop() => await factory.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await factory.DisposeAsync();
        await database.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A port to listen on, for programs that need a real connection; null for none.</summary>
    protected virtual int? Port => null;

    /// <summary>Settings beside the ones that every server under test has.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>JARVIS_DATA.</summary>
    public string DataFolder => folder.Path;

    private Factory NewFactory()
    {
        var made = new Factory(database.ConnectionString, folder.Path, Clock, Settings);
        if (Port is { } port)
        {
            made.UseKestrel(port);
        }

        return made;
    }

    public HttpClient Anonymous() => factory.CreateClient();

    public async Task<HttpClient> ClientOf(Guid account, AccountRole role)
    {
        var client = factory.CreateClient();
        var tokens = await Services.GetRequiredService<Sessions>().Begin(account, role, null, CancellationToken.None);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
        return client;
    }

    public async Task<HttpClient> ClientOf(Guid account, Guid? device = null)
    {
        var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenOf(account, device));
        return client;
    }

    public async Task<string> TokenOf(Guid account, Guid? device = null) =>
        (await Services.GetRequiredService<Sessions>().Begin(account, AccountRole.Owner, device, CancellationToken.None)).AccessToken;

    public Task<Answer> Do<T>(T instruction, Guid actor, Guid? commandId = null, string? reason = null)
        where T : Instruction =>
        Commands.Execute(instruction, new Envelope(commandId ?? Guid.CreateVersion7(), actor, Reason: reason), CancellationToken.None);

    /// <summary>A device of that account, paired with real commands.</summary>
    public async Task<Guid> PairedDevice(Guid account, string name = "workbench")
    {
        var codes = await Services.GetRequiredService<PairDevice>().Ask(name, "Debian 12", "0.1.0", CancellationToken.None);
        return (await Do(new ApproveDevice(codes.UserCode, null), account)).Stream!.Value;
    }

    public async Task<T> Scalar<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private sealed class Factory(string connectionString, string dataFolder, TimeProvider clock, IReadOnlyDictionary<string, string> settings) : WebApplicationFactory<Program>
    {
        private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);

        private IHostApplicationLifetime? lifetime;

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseSetting("JARVIS_DATABASE", connectionString);
            builder.UseSetting("JARVIS_DATA", dataFolder);
            builder.UseSetting("JARVIS_DEVELOPMENT", "true");
            // Every test's people come from one source.
            builder.UseSetting("JARVIS_REGISTRATIONS", "100000");
            foreach (var (name, value) in settings)
            {
                builder.UseSetting(name, value);
            }

            builder.ConfigureServices(services => services.AddSingleton(clock));
            builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        }

        protected override IHost CreateHost(IHostBuilder builder)
        {
            var host = base.CreateHost(builder);
            lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            return host;
        }

        /// <summary>
        /// The program ends by itself first, as it does outside of tests. Ended by its own main and by the base class at once, the store's coordinator
        /// stops twice at the same time, which it does not bear.
        /// </summary>
        public override async ValueTask DisposeAsync()
        {
            if (lifetime is { } running)
            {
                lifetime = null;
                var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var hook = running.ApplicationStopped.Register(ended.SetResult);
                running.StopApplication();
                await Task.WhenAny(ended.Task, Task.Delay(EndsWithin));
            }

            await base.DisposeAsync();
        }
    }
}

/// <summary>The same, listening on a port of this machine that stays the same over a restart.</summary>
public sealed class ListeningServer : ServerUnderTest
{
    private readonly int port = FreePort.Next();

    public Uri Address => new($"http://127.0.0.1:{port}/");

    protected override int? Port => port;
}

/// <summary>Waits for what comes to be in time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<T> Be<T>(Func<Task<T>> look, Func<T, bool> isIt)
    {
        var deadline = DateTime.UtcNow + Limit;
        while (true)
        {
            var seen = await look();
            if (isIt(seen))
            {
                return seen;
            }

            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException($"It did not come to be; last seen: {seen}");
            }

            await Task.Delay(50);
        }
    }
}
