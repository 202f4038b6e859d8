using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Build.Publishing;
using Jarvis.Build.Running;
using Jarvis.Screens.Tests.Platform;
using Jarvis.Testing;
using Microsoft.Playwright;
using Npgsql;
using Xunit;

[assembly: AssemblyFixture(typeof(SystemUnderTest))]

namespace Jarvis.Screens.Tests.Platform;

/// <summary>
/// The published apps on a real server with a paired runner, an owner with a few runs (one completed, one failed, one waiting), an administrator, and
/// a browser. Started once for all walks.
/// </summary>
public sealed class SystemUnderTest : IAsyncLifetime
{
    public const string Password = "correct horse battery staple";
    private const string SetupToken = "0123456789abcdef0123456789abcdef";
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TestDatabase database = new();
    private readonly TemporaryFolder folder = new();
    private ProcessUnderTest? server;
    private ProcessUnderTest? runner;
    private IPlaywright? playwright;
    private IBrowser? browser;

    public string Url { get; private set; } = "";

    /// <summary>The same over TLS, as <c>build/up --listen</c> has it for phones.</summary>
    public string SecureUrl { get; private set; } = "";

    /// <summary>What signed the certificate of <see cref="SecureUrl"/>.</summary>
    public string AuthorityFile => authority.AuthorityFile;

    public string CertificateFile => authority.CertificateFile;

    private readonly LocalAuthority authority;

    public SystemUnderTest() => authority = new LocalAuthority(folder.File("tls"));

    public (string Email, string Password) Owner { get; } = ("owner@example.test", Password);

    public (string Email, string Password) Administrator { get; } = ("administrator@example.test", Password);

    /// <summary>The owner's runs by their workflows' names: <c>done</c>, <c>broken</c>.</summary>
    public Dictionary<string, Guid> Runs { get; } = [];

    public Guid Workflow { get; private set; }

    public IPlaywright Playwright => playwright ?? throw new InvalidOperationException("There is no browser.");

    public static string BrowserProgram => Jarvis.Build.Testing.Browser.Find()!;

    /// <summary>Null where this machine has no browser; walks are skipped then.</summary>
    public IBrowser? Browser => browser;

    public async ValueTask InitializeAsync()
    {
        if (Jarvis.Build.Testing.Browser.Find() is not { } chromium)
        {
            return;
        }

        var screens = PublishedScreens.Folder;
        var publishing = PublishedScreens.EnsureAsync(screens, Console.WriteLine, CancellationToken.None);
        await database.InitializeAsync();
        Url = $"http://127.0.0.1:{FreePort.Next()}";
        SecureUrl = $"https://127.0.0.1:{FreePort.Next()}";
        authority.Ensure([System.Net.IPAddress.Loopback], DateTimeOffset.UtcNow);
        server = ProcessUnderTest.Start(
            Paths.Program("src/Api", "Jarvis.Api"),
            [],
            new Dictionary<string, string?>
            {
                ["JARVIS_DATABASE"] = database.ConnectionString,
                ["JARVIS_URL"] = Url,
                ["JARVIS_LISTEN"] = SecureUrl,
                ["JARVIS_TLS"] = $"{authority.CertificateFile},{authority.KeyFile}",
                ["JARVIS_TLS_AUTHORITY"] = authority.AuthorityFile,
                ["JARVIS_DATA"] = Path.Combine(folder.Path, "data"),
                ["JARVIS_SCREENS"] = screens,
                ["JARVIS_SETUP_TOKEN"] = SetupToken,
                ["JARVIS_REGISTRATIONS"] = "1000",
            });
        await server.WaitForHttpAsync(Url + "/health/ready", Patience);
        await SeedAsync();
        await publishing;
        playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        foreach (var process in (ProcessUnderTest?[])[runner, server])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        await database.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Asks the server as somebody, beside the screens.</summary>
    public async Task<JsonNode> AskAsync(string token, string document, JsonObject? variables = null)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.PostAsJsonAsync("/graphql", new JsonObject { ["query"] = document, ["variables"] = variables });
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return body["errors"] is { } errors ? throw new InvalidOperationException(errors.ToJsonString()) : body["data"]!;
    }

    public async Task<string> SignInAsync((string Email, string Password) who) => await TokenAsync("/auth/login", new JsonObject { ["email"] = who.Email, ["password"] = who.Password });

    /// <summary>A person of their own, where a walk needs many or no runs.</summary>
    public async Task<(string Email, string Token)> RegisterAsync(string email) =>
        (email, await TokenAsync("/auth/register", new JsonObject { ["email"] = email, ["password"] = Password, ["displayName"] = email, ["timeZone"] = "Asia/Shanghai" }));

    /// <summary>Asks or changes the database under the server; the first value of the first row.</summary>
    public async Task<object?> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await isSo())
        {
            if (DateTime.UtcNow > deadline)
            {
                throw new TimeoutException("It did not come to that: " + server!.Everything);
            }

            await Task.Delay(200);
        }
    }

    private async Task SeedAsync()
    {
        await TokenAsync("/auth/register", new JsonObject { ["email"] = Administrator.Email, ["password"] = Password, ["setupToken"] = SetupToken, ["displayName"] = "Ada" });
        var owner = await TokenAsync("/auth/register", new JsonObject { ["email"] = Owner.Email, ["password"] = Password, ["displayName"] = "Olivia", ["timeZone"] = "Asia/Shanghai" });
        var home = Path.Combine(folder.Path, "runner");
        runner = ProcessUnderTest.Start(Paths.Program("src/Desktop/Cli", "jarvis"), ["runner", "--server", Url, "--name", "pc", "--home", home, "--json"]);
        var pairing = JsonNode.Parse(await runner.WaitForLineAsync(line => line.Contains("\"pairing\"", StringComparison.Ordinal)))!;
        await MutateAsync(owner, "approveDevice", "ApproveDeviceInput", new JsonObject { ["userCode"] = pairing["userCode"]!.GetValue<string>() }, "device { id }");
        await runner.WaitForLineAsync(line => line.Contains("\"connected\"", StringComparison.Ordinal));
        foreach (var (name, step) in new[] { ("done", "set: { answer: 42 }"), ("broken", "raise: { error: { type: 'https://example.test/errors/broken', status: 500, title: 'It broke' } }") })
        {
            var source = $"document: {{ dsl: '1.0.0', namespace: walks, name: {name}, version: '1.0.0' }}\ndo:\n  - step:\n      {step}\n";
            var workflow = (await MutateAsync(owner, "publishWorkflow", "PublishWorkflowInput", new JsonObject { ["source"] = source }, "workflow { id }"))["workflow"]!["id"]!.GetValue<string>();
            Workflow = Guid.Parse(workflow);
            var run = (await MutateAsync(owner, "startRun", "StartRunInput", new JsonObject { ["workflowId"] = workflow }, "run { id }"))["run"]!["id"]!.GetValue<string>();
            Runs[name] = Guid.Parse(run);
        }

        foreach (var run in Runs.Values)
        {
            await EndedAsync(owner, run);
        }
    }

    private async Task EndedAsync(string token, Guid run)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            var found = await AskAsync(token, "query($id: UUID!) { run(id: $id) { status } }", new JsonObject { ["id"] = run.ToString() });
            if (found["run"]?["status"]?.GetValue<string>() is "COMPLETED" or "FAILED")
            {
                return;
            }

            await Task.Delay(200);
        }

        throw new TimeoutException("A run of the walks did not end: " + server!.Everything);
    }

    /// <summary>Publishes a workflow as the owner; its id.</summary>
    public async Task<Guid> PublishAsync(string token, string source) =>
        Guid.Parse((await MutateAsync(token, "publishWorkflow", "PublishWorkflowInput", new JsonObject { ["source"] = source }, "workflow { id }"))["workflow"]!["id"]!.GetValue<string>());

    /// <summary>Starts one as the owner, as another of their screens would; the run's id.</summary>
    public async Task<Guid> StartAsync(string token, Guid workflow, JsonNode? input = null) =>
        Guid.Parse((await MutateAsync(token, "startRun", "StartRunInput", new JsonObject { ["workflowId"] = workflow.ToString(), ["input"] = input }, "run { id }"))["run"]!["id"]!.GetValue<string>());

    /// <summary>The PC's program holds still, as on a machine that sleeps; <see cref="WakeRunner"/> lets it go on.</summary>
    public void HoldRunner() => runner!.Signal(StopSignal);

    public void WakeRunner() => runner!.Signal(ContinueSignal);

    /// <summary>Does something as somebody, beside the screens; with a command id of its own.</summary>
    public async Task<JsonNode> MutateAsync(string token, string field, string type, JsonObject input, string selection)
    {
        input["commandId"] = Guid.CreateVersion7().ToString();
        return (await AskAsync(token, $"mutation($input: {type}!) {{ {field}(input: $input) {{ {selection} }} }}", new JsonObject { ["input"] = input }))[field]!;
    }

    private async Task<string> TokenAsync(string path, JsonObject body)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
        using var answer = await http.PostAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["accessToken"]!.GetValue<string>();
    }
}
