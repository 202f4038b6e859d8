using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
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
    private readonly string state;
    private readonly string home;
    private readonly Stack<IAsyncDisposable> toStop = new();
    private readonly CancellationTokenSource ending = new();
    private Task publishing = Task.CompletedTask;
    private Outside? outside;

    private RunningSystem(UpOptions options, string state, string home)
    {
        this.options = options;
        this.state = state;
        this.home = home;
        progress = new Progress(options.Json, options.Demo ? StepsWithDemo : StepsWithout);
    }

    /// <summary>Where what belongs to a database (key, blobs, people, the runner's identity) is kept, apart for each.</summary>
    /// <param name="database">As it was named; null for the embedded one.</param>
    public static string HomeOf(string state, string? database) =>
        database is null ? state : Path.Combine(state, "databases", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..16]);

    /// <summary>Runs until the token is cancelled (Ctrl-C), then stops all of it. 0 if it came up.</summary>
    public static async Task<int> RunAsync(UpOptions options, CancellationToken cancellation)
    {
        var state = Repository.StateFolder;
        MakePrivate(state);
        using var @lock = UpLock.Take(state);
        var home = HomeOf(state, options.Database);
        foreach (var folder in (string[])[home, Path.Combine(home, "data"), Path.Combine(home, "logs"), Path.Combine(state, "pids")])
        {
            MakePrivate(folder);
        }

        await using var system = new RunningSystem(options, state, home);
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
            throw new ProblemException($"The server stopped answering ({e.Message}); see {system.Log("server")}.", e);
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
            await UpLock.EndLeftOverAsync(PidFile(name), progress.Note, cancellation);
        }

        progress.Step("Programs");
        var programs = new BuiltPrograms(state);
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

        var runner = new Runner(programs.Runner, url, Path.Combine(home, "runner"), Log("runner"), PidFile("runner"));
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
            new EmbeddedPostgresOptions { Folder = Path.Combine(state, "postgresql"), Report = progress.Note }, cancellation);
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
            ["JARVIS_DATA"] = Path.Combine(home, "data"),
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

        var server = new Server(programs.Server, environment, client, Log("server"), PidFile("server"));
        await KeepAsync("The server", server.StartAsync, cancellation);
    }

    /// <summary>Once: both devices of the demo have run for thirty days; the second one hands in what it did and is switched off.</summary>
    private async Task EnsureThirtyDaysAsync(BuiltPrograms programs, Demo demo, string url, CancellationToken cancellation)
    {
        if (demo.Notes.HasPast || demo.Notes.Device is not null || demo.Notes.Laptop is not null)
        {
            return;
        }

        await demo.PublishPastAsync(cancellation);
        progress.Note($"Living {DemoPast.Days} days on two devices, for something to look at.");
        var laptopHome = Path.Combine(home, "laptop");
        await Task.WhenAll(
            LiveAsync(programs, Path.Combine(home, "runner"), lastDay: 0, perDay: 5, seed: 7, cancellation),
            LiveAsync(programs, laptopHome, lastDay: 6, perDay: 2, seed: 11, cancellation));
        await using var laptop = new Runner(programs.Runner, url, laptopHome, Log("laptop"), PidFile("laptop"));
        var running = await laptop.StartAsync(cancellation);
        try
        {
            await demo.HandInAsync(laptop, Environment.MachineName + " laptop", cancellation);
        }
        finally
        {
            await running.StopAsync();
        }
    }

    private async Task LiveAsync(BuiltPrograms programs, string deviceHome, int lastDay, double perDay, int seed, CancellationToken cancellation)
    {
        // A start that was interrupted here has its past in the journal already.
        if (File.Exists(Path.Combine(deviceHome, "journal.db")))
        {
            return;
        }

        MakePrivate(deviceHome);
        var plan = Path.Combine(deviceHome, "demo-plan.json");
        await File.WriteAllTextAsync(plan, DemoPast.Plan(DateTimeOffset.UtcNow, TimeZoneInfo.Local, lastDay, perDay, seed).ToJsonString(), cancellation);
        await using var child = ChildProcess.Start(new ChildProcessOptions
        {
            Program = Compiling.DotNet.Program,
            Arguments = [programs.Runner, "demo", plan, "--home", deviceHome],
            Folder = deviceHome,
            Environment = new Dictionary<string, string?> { ["DOTNET_ROOT"] = Compiling.DotNet.Root },
            OnLine = (line, isError) =>
            {
                if (isError)
                {
                    progress.Note(line);
                }
            },
        });
        var exit = await child.Exited.WaitAsync(cancellation);
        if (exit != 0)
        {
            throw new ProblemException($"The demo's past could not be made (exit {exit}); start with --no-demo to go on without it.");
        }
    }

    private async Task<Action> SeedAsync(BuiltPrograms programs, ServerClient client, Runner runner, string url, string setupToken, CancellationToken cancellation)
    {
        var demo = new Demo(client, Path.Combine(home, "demo.json"));
        progress.Step("People and samples");
        await demo.EnsurePeopleAsync(setupToken, cancellation);
        var samples = SampleFile.All(Path.Combine(home, "work"), url);
        await demo.PublishAsync(samples, cancellation);
        await demo.EnsureFavouritesAsync(cancellation);
        await demo.EnsureCancelledRunAsync(samples[0], cancellation);

        progress.Step("Runner");
        await EnsureThirtyDaysAsync(programs, demo, url, cancellation);
        await KeepAsync("The runner", runner.StartAsync, cancellation);
        await demo.EnsurePairedAsync(runner, cancellation);
        ShowLaterCodes(runner);
        await demo.EnsurePastAsync(samples, progress.Note, cancellation);

        progress.Step("Running " + samples[0].Name);
        var run = await demo.RunAsync(samples[0], cancellation);
        return () => progress.Ready(Summary(url, demo, run), new JsonObject
        {
            ["ready"] = true,
            ["url"] = url,
            ["users"] = new JsonArray([.. demo.People.Select(p => new JsonObject { ["role"] = p.Role, ["email"] = p.Email, ["password"] = p.Password })]),
            ["device"] = demo.Notes.Device,
            ["run"] = new JsonObject { ["id"] = run.Id, ["status"] = run.Status },
        });
    }

    private async Task<Action> WithoutDemoAsync(ServerClient client, Runner runner, string url, string setupToken, CancellationToken cancellation)
    {
        progress.Step("Runner");
        ShowLaterCodes(runner);
        await KeepAsync("The runner", runner.StartAsync, cancellation);
        var link = await client.SetupIsOpenAsync(setupToken, cancellation) ? $"{url}/setup?token={setupToken}" : null;
        var text = new StringBuilder().AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Jarvis is up at {url}");
        if (link is not null)
        {
            text.AppendLine().AppendLine("Make the first administrator with this link; it works once:").AppendLine("  " + link);
        }

        if (outside is not null)
        {
            text.Append(outside.Invitation(client.Port));
        }

        return () => progress.Ready(text.Append(Ending()).ToString(), new JsonObject
        {
            ["ready"] = true,
            ["url"] = url,
            ["setup"] = link,
            ["outside"] = outside?.Url(client.Port),
            ["users"] = new JsonArray(),
            ["device"] = null,
            ["run"] = null,
        });
    }

    private void ShowLaterCodes(Runner runner) =>
        runner.OnPairing = (code, _) => progress.Note($"The runner waits to be paired, with the code {code}: in the phone app under Me, Computers, Add (我的 › 电脑 › 添加电脑), or with build/jarvis devices approve {code}.");

    private string Summary(string url, Demo demo, DemoRun run)
    {
        var text = new StringBuilder().AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Jarvis is up at {url}").AppendLine();
        foreach (var person in demo.People)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {person.Role,-14} {person.Email,-30} {person.Password}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  {"device",-14} {demo.Notes.Device}")
            .AppendLine(CultureInfo.InvariantCulture, $"  {"run",-14} {run.Id}: {run.Sample} {run.Status} in {Jarvis.Cli.Platform.Durations.Text(run.Seconds)}");
        if ((run.Error ?? run.Output) is { } result)
        {
            const int Shown = 600;
            text.AppendLine("                 " + (result.Length > Shown ? result[..Shown] + "…" : result));
        }

        return text.AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"  build/jarvis login {url} --email {demo.Notes.Owner.Email}")
            .AppendLine("  build/jarvis watch " + run.Id)
            .Append(Ending()).ToString();
    }

    private string Ending() => $"\nLogs are in {Path.GetRelativePath(Repository.Root, Path.Combine(home, "logs"))}, all data in {Path.GetRelativePath(Repository.Root, state)}. Ctrl-C stops all of it.";

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

        if (options.Listen is not { } listen || Outside.Prepare(listen, options.Tls, Path.Combine(state, "tls"), DateTimeOffset.UtcNow) is not { } prepared)
        {
            return;
        }

        if (options.Demo || File.Exists(Path.Combine(home, "demo.json")))
        {
            // The very command that goes on from here: data of their own beside the demo's, if there is a demo.
            var wasDemo = File.Exists(Path.Combine(home, "demo.json"));
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

    private string Log(string name) => Path.Combine(home, "logs", name + ".log");

    private string PidFile(string name) => Path.Combine(state, "pids", name + ".pid");

    private static void MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
