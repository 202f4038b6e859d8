using System.Globalization;
using System.Security.Cryptography;
using Jarvis.Build.Postgres;
using Jarvis.Build.Processes;
using Jarvis.Build.Publishing;
using Npgsql;

namespace Jarvis.Build.Running;

/// <summary>Database, server and runner: started in this order, kept running, and ended in the other.</summary>
public sealed class RunningSystem : IAsyncDisposable
{
    private const int StepsWithDemo = 6;
    private const int StepsWithout = 4;
    private const int PortsTried = 100;

    private readonly UpOptions options;
    private readonly Progress progress;
    private readonly StateFolders folders;
    private readonly Stack<IAsyncDisposable> toStop = new();
    private readonly CancellationTokenSource ending = new();
    private Task publishing = Task.CompletedTask;
    private Outside? outside;

    private RunningSystem(UpOptions options, StateFolders folders)
    {
        this.options = options;
        this.folders = folders;
        progress = new Progress(options.Json, options.Demo ? StepsWithDemo : StepsWithout);
    }

    /// <summary>Runs until the token is cancelled (Ctrl-C), then stops all of it. 0 if it came up.</summary>
    public static async Task<int> RunAsync(UpOptions options, CancellationToken cancellation)
    {
        var folders = new StateFolders(Repository.StateFolder, options.Database);
        StateFolders.MakePrivate(folders.State);
        using var @lock = UpLock.Take(folders.State);
        folders.Make();
        await using var system = new RunningSystem(options, folders);
        system.PrepareOutside();
        try
        {
            await system.StartAsync(@lock, cancellation);
            await await Task.WhenAny([Task.Delay(Timeout.InfiniteTimeSpan, cancellation), .. system.toStop.OfType<KeptRunning>().Select(kept => kept.Keeping)]);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (HttpRequestException e)
        {
            throw new ProblemException($"The server stopped answering ({e.Message}); see {folders.Log("server")}.", e);
        }
        catch (RefusedException e)
        {
            throw new ProblemException($"The server refused the demo: {e.Message} ({e.Code}); start with --no-demo to go on without it.", e);
        }
    }

    private async Task StartAsync(UpLock @lock, CancellationToken cancellation)
    {
        foreach (var name in (string[])["runner", "laptop", "server"])
        {
            await UpLock.EndLeftOverAsync(folders.PidFile(name), progress.Note, cancellation);
        }

        progress.Step("Programs");
        var programs = new BuiltPrograms(folders.State);
        await programs.EnsureAsync(progress.Note, cancellation);

        // Published beside the start of everything else; it counts as up when they are there as well.
        var screens = PublishedScreens.Folder;
        publishing = PublishScreensAsync(screens, ending.Token);

        progress.Step("PostgreSQL");
        var database = options.Database is null ? await StartDatabaseAsync(cancellation) : await CheckDatabaseAsync(options.Database, cancellation);

        var port = ChoosePort();
        var url = "http://127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture);
        progress.Step("Server at " + url);
        var setupToken = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var client = new ServerClient(url);
        toStop.Push(client);
        await StartServerAsync(programs, database, url, setupToken, screens, client, cancellation);
        @lock.Announce(url);

        var runner = new Runner(programs.Runner, url, folders.Runner, folders.Log("runner"), folders.PidFile("runner"));
        toStop.Push(runner);
        var finish = options.Demo
            ? await SeedAsync(programs, client, runner, url, setupToken, cancellation)
            : await WithoutDemoAsync(client, runner, url, setupToken, cancellation);
        await publishing.WaitAsync(cancellation);
        finish();
    }

    private async Task<string> StartDatabaseAsync(CancellationToken cancellation)
    {
        var postgres = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { Folder = folders.PostgreSql, Report = progress.Note }, cancellation);
        var started = true;
        await KeepAsync(
            "PostgreSQL",
            async token =>
            {
                if (!started)
                {
                    await postgres.RestartAsync(token);
                }

                started = false;
                return new RunningProgram(postgres.Exited, postgres.StopAsync);
            },
            cancellation);
        await postgres.EnsureDatabaseAsync(EmbeddedPostgres.Database, cancellation);
        return postgres.ConnectionString();
    }

    private static async Task<string> CheckDatabaseAsync(string given, CancellationToken cancellation)
    {
        try
        {
            var connectionString = DatabaseAddress.ToConnectionString(given);
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            return connectionString;
        }
        catch (ArgumentException e)
        {
            throw new ProblemException("--database is neither a connection string (Host=…;Database=…) nor a postgres:// address: " + e.Message, e) { ExitCode = 2 };
        }
        catch (NpgsqlException e)
        {
            throw new ProblemException("The database of --database does not answer: " + (e.InnerException?.Message ?? e.Message).TrimEnd('.') + ".", e);
        }
    }

    private int ChoosePort()
    {
        if (Ports.IsFree(options.Port))
        {
            return options.Port;
        }

        var free = Enumerable.Range(options.Port + 1, PortsTried).FirstOrDefault(port => port <= 65535 && Ports.IsFree(port), 0);
        free = free == 0 ? Ports.Free() : free;
        progress.Note($"Port {options.Port} is taken by another program; using {free}.");
        return free;
    }

    private async Task StartServerAsync(
        BuiltPrograms programs, string database, string url, string setupToken, string screens, ServerClient client, CancellationToken cancellation)
    {
        var environment = new Dictionary<string, string?>
        {
            ["JARVIS_DATABASE"] = database,
            ["JARVIS_URL"] = url,
            ["JARVIS_DATA"] = folders.Data,
            ["JARVIS_SETUP_TOKEN"] = setupToken,
            ["JARVIS_SCREENS"] = screens,
            ["JARVIS_LISTEN"] = null,
            ["JARVIS_TLS"] = null,
            ["JARVIS_TLS_AUTHORITY"] = null,
            ["JARVIS_DEVELOPMENT"] = options.Development ? "true" : null,
            ["JARVIS_DEMO"] = options.Demo ? "true" : null,
            ["DOTNET_ROOT"] = Compiling.DotNet.Root,
            ["DOTNET_ENVIRONMENT"] = options.Development ? "Development" : "Production",
            ["ASPNETCORE_ENVIRONMENT"] = null,
            ["ASPNETCORE_URLS"] = null,
        };
        foreach (var (name, value) in outside?.Settings(client.Port) ?? [])
        {
            environment[name] = value;
        }

        var server = new Server(programs.Server, environment, client, folders.Log("server"), folders.PidFile("server"));
        await KeepAsync("The server", server.StartAsync, cancellation);
    }

    private async Task<Action> SeedAsync(BuiltPrograms programs, ServerClient client, Runner runner, string url, string setupToken, CancellationToken cancellation)
    {
        var demo = new Demo(client, folders.DemoNotes);
        progress.Step("People and samples");
        await demo.EnsurePeopleAsync(setupToken, cancellation);
        var samples = SampleFile.All(folders.Work, url);
        await demo.PublishAsync(samples, cancellation);
        await demo.EnsureFavouritesAsync(cancellation);
        await demo.EnsureCancelledRunAsync(samples[0], cancellation);

        progress.Step("Runner");
        await new DemoDevices(folders, programs, url, progress.Note).EnsureThirtyDaysAsync(demo, cancellation);
        await KeepAsync("The runner", runner.StartAsync, cancellation);
        await demo.EnsurePairedAsync(runner, cancellation);
        ShowLaterCodes(runner);
        await demo.EnsurePastAsync(samples, progress.Note, cancellation);

        progress.Step("Running " + samples[0].Name);
        var run = await demo.RunAsync(samples[0], cancellation);
        return () => new UpReport(folders, url, client.Port, outside).OfDemo(progress, demo, run);
    }

    private async Task<Action> WithoutDemoAsync(ServerClient client, Runner runner, string url, string setupToken, CancellationToken cancellation)
    {
        progress.Step("Runner");
        ShowLaterCodes(runner);
        await KeepAsync("The runner", runner.StartAsync, cancellation);
        var link = await client.SetupIsOpenAsync(setupToken, cancellation) ? $"{url}/setup?token={setupToken}" : null;
        return () => new UpReport(folders, url, client.Port, outside).WithoutDemo(progress, link);
    }

    private void ShowLaterCodes(Runner runner) =>
        runner.OnPairing = (code, _) => progress.Note($"The runner waits to be paired, with the code {code}: in the phone app under Me, Computers, Add (我的 › 电脑 › 添加电脑), or with build/jarvis devices approve {code}.");

    private async Task KeepAsync(string name, Func<CancellationToken, Task<RunningProgram>> start, CancellationToken cancellation)
    {
        toStop.Push(await KeptRunning.StartAsync(name, start, progress.Note, cancellation));
    }

    /// <summary>The demo's people are not let in from a network: whoever reads this folder or the terminal knows their passwords.</summary>
    private void PrepareOutside()
    {
        if (options.Tls is not null && options.Listen is null)
        {
            throw new ProblemException("--tls goes with --listen.") { ExitCode = 2 };
        }

        if (options.Listen is not { } listen || Outside.Prepare(listen, options.Tls, folders.Tls, DateTimeOffset.UtcNow) is not { } prepared)
        {
            return;
        }

        if (options.Demo || File.Exists(folders.DemoNotes))
        {
            // The very command that goes on from here: data of their own beside the demo's, if there is a demo.
            var wasDemo = File.Exists(folders.DemoNotes);
            throw new ProblemException(
                "Demo people have no place on a network, for their passwords are no secret. With data that were never a demo: "
                + (wasDemo ? OperatingSystem.IsWindows() ? "set JARVIS_STATE=.jarvis\\own && " : "JARVIS_STATE=.jarvis/own " : "")
                + $"build/up --no-demo --listen {listen}" + (wasDemo ? " (the demo stays where it is)." : ".")) { ExitCode = 2 };
        }

        outside = prepared;
    }

    private async Task PublishScreensAsync(string folder, CancellationToken cancellation)
    {
        try
        {
            await PublishedScreens.EnsureAsync(folder, progress.Note, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Stopped meanwhile; the next start begins again.
        }
        catch (ProblemException e)
        {
            progress.Note("The screens could not be published; everything else runs. " + e.Message);
        }
    }

    /// <summary>Ends all of it, in the other order.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await publishing;
        ending.Dispose();
        if (toStop.Count > 0)
        {
            progress.Note("Stopping.");
        }

        while (toStop.TryPop(out var stop))
        {
            await stop.DisposeAsync();
        }
    }
}
