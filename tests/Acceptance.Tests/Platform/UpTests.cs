using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Jarvis.Build.Processes;
using Jarvis.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary><c>build/up</c> as a person starts, ends and breaks it.</summary>
public sealed class UpTests : IDisposable
{
    private static readonly TimeSpan FirstStart = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder state = new();

    public void Dispose() => state.Dispose();

    [Fact]
    public async Task it_comes_up_with_a_completed_run_and_goes_on_with_the_same_data_after_kill_9()
    {
        // A command that starts at this moment in another terminal finds its program whole: nothing has changed, so nothing is written.
        var program = Path.GetDirectoryName(Paths.Program("src/Desktop/Cli", "jarvis"))!;
        using var watch = new FileSystemWatcher(program, "*.dll") { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        var written = new ConcurrentBag<string>();
        watch.Changed += (_, change) => written.Add(change.Name!);
        watch.Created += (_, change) => written.Add(change.Name!);
        watch.EnableRaisingEvents = true;

        JsonNode first;
        await using (var up = Start())
        {
            first = await ReadyAsync(up);
            written.ShouldBeEmpty();
            first["run"]!["status"]!.GetValue<string>().ShouldBe("completed");
            first["users"]!.AsArray().Select(user => user!["role"]!.GetValue<string>()).ShouldBe(["administrator", "owner"], ignoreOrder: true);
            // The second device of the demo has handed in its past, and is switched off.
            JsonNode.Parse(await File.ReadAllTextAsync(state.File("demo.json")))!["Laptop"]!.GetValue<string>().ShouldNotBe(first["device"]!.GetValue<string>());

            await up.KillAloneAsync();
        }

        await using var again = Start();
        var second = await ReadyAsync(again);
        second["device"]!.ToString().ShouldBe(first["device"]!.ToString());
        second["users"]!.ToJsonString().ShouldBe(first["users"]!.ToJsonString());
        second["run"]!["id"]!.ToString().ShouldNotBe(first["run"]!["id"]!.ToString());

        again.Signal(Signals.Terminate);
        (await again.WaitForExitAsync()).ShouldBe(0);
        Directory.GetFiles(state.File("pids")).ShouldBeEmpty();
        File.Exists(state.File("postgresql", "data", "postmaster.pid")).ShouldBeFalse();
    }

    [Fact]
    public async Task what_is_killed_under_it_is_started_again_and_a_second_start_in_the_same_folder_is_refused()
    {
        await using var up = Start("--no-demo");
        var ready = await ReadyAsync(up);
        var url = ready["url"]!.GetValue<string>();

        var second = await ProcessUnderTest.RunAsync("dotnet", [Program, "up", "--json"], Environment);
        second.ExitCode.ShouldBe(2);
        second.Errors.ShouldContain(url);

        var database = int.Parse((await File.ReadAllLinesAsync(state.File("postgresql", "data", "postmaster.pid")))[0], System.Globalization.CultureInfo.InvariantCulture);
        Signals.Send(database, Signals.Kill).ShouldBeTrue();
        await up.WaitForLineAsync(line => line.Contains("PostgreSQL runs again", StringComparison.Ordinal));
        Signals.Send(ProcessIdentity.ReadFrom(state.File("pids", "server.pid"))!.Id, Signals.Kill).ShouldBeTrue();
        await up.WaitForLineAsync(line => line.Contains("The server runs again", StringComparison.Ordinal));
        await up.WaitForHttpAsync(url + "/health/ready");
    }

    [Fact]
    public async Task without_a_demo_a_link_makes_the_first_administrator_once_and_a_taken_port_is_not_insisted_on()
    {
        using var stranger = new TcpListener(System.Net.IPAddress.Loopback, 0);
        stranger.Start();
        var taken = ((System.Net.IPEndPoint)stranger.LocalEndpoint).Port;

        await using var up = Start("--no-demo", "--port", taken.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var ready = await ReadyAsync(up);

        ready["users"]!.AsArray().ShouldBeEmpty();
        var url = new Uri(ready["url"]!.GetValue<string>());
        url.Port.ShouldNotBe(taken);
        up.Everything.ShouldContain($"Port {taken} is taken");

        using var http = new HttpClient { BaseAddress = url };
        var link = new Uri(ready["setup"]!.GetValue<string>());
        (await http.GetAsync(link)).IsSuccessStatusCode.ShouldBeTrue();
        var token = link.Query["?token=".Length..];
        (await RegisterAsync(http, "first@example.test", token)).IsSuccessStatusCode.ShouldBeTrue();
        (await RegisterAsync(http, "second@example.test", token)).IsSuccessStatusCode.ShouldBeFalse();
        (await http.GetAsync(link)).IsSuccessStatusCode.ShouldBeFalse();
    }

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient http, string email, string setupToken) =>
        http.PostAsJsonAsync(new Uri("/auth/register", UriKind.Relative), new { email, password = "correct horse battery staple", setupToken });

    private Dictionary<string, string?> Environment => new() { ["JARVIS_STATE"] = state.Path };

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Jarvis.Build.dll");

    private ProcessUnderTest Start(params string[] arguments)
    {
        string[] port = arguments.Contains("--port") ? [] : ["--port", FreePort.Next().ToString(System.Globalization.CultureInfo.InvariantCulture)];
        return ProcessUnderTest.Start("dotnet", [Program, "up", "--json", .. port, .. arguments], Environment, Paths.Repository, TimeSpan.FromSeconds(60));
    }

    private static async Task<JsonNode> ReadyAsync(ProcessUnderTest up) =>
        JsonNode.Parse(await up.WaitForLineAsync(line => line.Contains("\"ready\":true", StringComparison.Ordinal), FirstStart))!;
}
