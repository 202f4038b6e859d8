using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Build.Postgres;
using Jarvis.Testing;
using Npgsql;

namespace Jarvis.Acceptance.Tests.Platform;

/// <summary>
/// The whole of Jarvis as people have it: a PostgreSQL that keeps its promises (fsync on), the server's own process, runners
/// as processes, and a person who asks through GraphQL. Each part can be killed and started again while the others go on.
/// </summary>
public sealed class JarvisSystem : IAsyncDisposable
{
    private const string Email = "owner@example.test";
    private const string Password = "correct horse battery staple";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Refusals that ask to try again.</summary>
    private static readonly string[] ForNow = ["server.busy", "server.unavailable", "view.behind", "graphql.timeout"];

    private EmbeddedPostgres postgres;
    private readonly TemporaryFolder folder;
    private readonly Dictionary<string, ProcessUnderTest> runners = [];
    private readonly HttpClient http;
    private readonly string program;
    private readonly IReadOnlyDictionary<string, string?> environment;
    private ProcessUnderTest? server;
    private string dataName = "server";
    private string refreshToken = "";

    private JarvisSystem(EmbeddedPostgres postgres, TemporaryFolder folder, int port, IReadOnlyDictionary<string, string?>? environment, string? program)
    {
        this.program = program ?? Paths.Program("src/Api", "Jarvis.Api");
        this.postgres = postgres;
        this.folder = folder;
        this.environment = environment ?? new Dictionary<string, string?>();
        Url = $"http://127.0.0.1:{port}";
        http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(30) };
    }

    public string Url { get; }

    public EmbeddedPostgres Postgres => postgres;

    public HttpClient Http => http;

    /// <summary>The person's, good for minutes.</summary>
    public string AccessToken => http.DefaultRequestHeaders.Authorization!.Parameter!;

    public ProcessUnderTest Server => server ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>A PostgreSQL, a server and one signed-in person.</summary>
    /// <param name="postgres">One of the test's own, which then belongs to the system; null for a throw-away one.</param>
    /// <param name="environment">More settings of the server's process.</param>
    /// <param name="program">A server other than the built one.</param>
    public static async Task<JarvisSystem> StartAsync(EmbeddedPostgres? postgres = null, IReadOnlyDictionary<string, string?>? environment = null, string? program = null)
    {
        postgres ??= await TestServer.StartOwnAsync(durable: true);
        await postgres.EnsureDatabaseAsync(EmbeddedPostgres.Database);
        var system = new JarvisSystem(postgres, new TemporaryFolder(), FreePort.Next(), environment, program);
        try
        {
            await system.StartServerAsync();
            await system.RegisterAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public async Task StartServerAsync()
    {
        server = ProcessUnderTest.Start(
            program,
            [],
            new Dictionary<string, string?>(environment)
            {
                ["JARVIS_DATABASE"] = postgres.ConnectionString(),
                ["JARVIS_URL"] = Url,
                ["JARVIS_DATA"] = DataFolder,
            });
        await server.WaitForHttpAsync(Url + "/health/ready", Patience);
    }

    /// <summary>The server's data folder.</summary>
    public string DataFolder => PathOf(dataName);

    /// <summary>The machine of server and database burns down. What stands in its place is empty.</summary>
    public async Task LoseTheServersMachineAsync()
    {
        await KillServerAsync();
        postgres.Kill();
        await postgres.DisposeAsync();
        Directory.Delete(DataFolder, recursive: true);
        dataName = "another-server";
        postgres = await TestServer.StartOwnAsync(durable: true);
        await postgres.EnsureDatabaseAsync(EmbeddedPostgres.Database);
    }

    /// <summary>Signs in with the password, as after a holiday.</summary>
    public async Task SignInAgainAsync()
    {
        using var answer = await http.PostAsJsonAsync("/auth/login", new { email = Email, password = Password });
        answer.EnsureSuccessStatusCode();
        await SignInAsync(answer);
    }

    public async Task KillServerAsync()
    {
        await Server.KillAsync();
        await Server.DisposeAsync();
        server = null;
    }

    /// <summary>Starts a runner; a new home is paired first, with the person's approval.</summary>
    /// <param name="environment">More settings of its process.</param>
    public async Task<ProcessUnderTest> StartRunnerAsync(string name = "pc", IReadOnlyDictionary<string, string?>? environment = null)
    {
        var home = HomeOf(name);
        var known = File.Exists(Path.Combine(home, "credentials.json"));
        var runner = ProcessUnderTest.Start(
            Paths.Program("src/Desktop/Cli", "jarvis"), ["runner", "--server", Url, "--name", name, "--home", home, "--json"], environment);
        runners[name] = runner;
        if (!known)
        {
            var line = JsonNode.Parse(await runner.WaitForLineAsync(text => text.Contains("\"pairing\"", StringComparison.Ordinal)))!;
            await MutateAsync("approveDevice", "ApproveDeviceInput", new JsonObject { ["userCode"] = line["userCode"]!.GetValue<string>() }, "device { id }");
        }

        await runner.WaitForLineAsync(text => text.Contains("\"connected\"", StringComparison.Ordinal));
        return runner;
    }

    public async Task KillRunnerAsync(string name = "pc")
    {
        await runners[name].KillAloneAsync();
        await runners[name].DisposeAsync();
        runners.Remove(name);
    }

    public string HomeOf(string runner) => PathOf("homes", runner);

    public string PathOf(params string[] parts)
    {
        var path = Path.Combine([folder.Path, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Asks as the person; refusals come as exceptions that show the answer.</summary>
    public async Task<JsonNode> AskAsync(string document, JsonObject? variables = null)
    {
        using var answer = await http.PostAsJsonAsync("/graphql", new JsonObject { ["query"] = document, ["variables"] = variables?.DeepClone() });
        if (answer.StatusCode == System.Net.HttpStatusCode.Unauthorized)
        {
            await RefreshAsync();
            return await AskAsync(document, variables);
        }

        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return body["errors"] is null ? body["data"]! : throw new RefusedException(body["errors"]!.ToJsonString());
    }

    /// <summary>Sends one mutation, the same command again while the server is away.</summary>
    public async Task<JsonNode> MutateAsync(string field, string inputType, JsonObject input, string selection)
    {
        input["commandId"] ??= Guid.CreateVersion7().ToString();
        var document = $"mutation($input: {inputType}!) {{ {field}(input: $input) {{ position {selection} }} }}";
        return (await InTimeAsync(async () => await AskAsync(document, new JsonObject { ["input"] = input.DeepClone() })))[field]!;
    }

    public async Task<Guid> PublishAsync(string source) =>
        Guid.Parse((await MutateAsync("publishWorkflow", "PublishWorkflowInput", new JsonObject { ["source"] = source }, "workflow { id }"))["workflow"]!["id"]!.GetValue<string>());

    public async Task<Guid> StartRunAsync(Guid workflow, JsonNode? input = null) =>
        Guid.Parse((await MutateAsync(
            "startRun", "StartRunInput", new JsonObject { ["workflowId"] = workflow.ToString(), ["input"] = input }, "run { id }"))["run"]!["id"]!.GetValue<string>());

    public async Task<JsonNode> RunAsync(Guid run, string selection = "status") =>
        (await AskAsync($"query($id: UUID!) {{ run(id: $id) {{ {selection} }} }}", new JsonObject { ["id"] = run.ToString() }))["run"]!;

    /// <summary>Waits until the run has one of these statuses; the server may be away meanwhile.</summary>
    public Task<string> WaitForStatusAsync(Guid run, params string[] statuses) => WaitForStatusAsync(run, Patience, statuses);

    public async Task<string> WaitForStatusAsync(Guid run, TimeSpan patience, params string[] statuses)
    {
        var last = "nothing";
        var deadline = DateTime.UtcNow + patience;
        while (DateTime.UtcNow < deadline)
        {
            last = (await InTimeAsync(() => RunAsync(run)))["status"]!.GetValue<string>();
            if (statuses.Contains(last))
            {
                return last;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"""
            Run {run} is {last}, not {string.Join(" or ", statuses)}.
            Messages: {string.Join('\n', await UnhandledMessagesAsync())}
            Runner: {string.Join('\n', runners.Values.Select(r => r.Everything))}
            Server: {Server.Everything}
            """);
    }

    /// <summary>What waits on the bus and what it gave up, to tell why a run does not go on.</summary>
    private async Task<IReadOnlyList<string>> UnhandledMessagesAsync()
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString(EmbeddedPostgres.Database));
        await using var command = source.CreateCommand("""
            select 'waiting: ' || status || ' ' || message_type || ' owner ' || owner_id || ' attempts ' || attempts from jarvis_messages.wolverine_incoming_envelopes where status <> 'Handled'
            union all
            select 'dead: ' || message_type || ' ' || exception_type || ': ' || exception_message from jarvis_messages.wolverine_dead_letters
            """);
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    /// <summary>A stream of the history as CloudEvents, in order.</summary>
    public async Task<IReadOnlyList<JsonNode>> HistoryAsync(Guid stream)
    {
        var text = await InTimeAsync(() => http.GetStringAsync(new Uri($"/audit/streams/{stream}", UriKind.Relative)));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in runners.Values)
        {
            await runner.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }

        http.Dispose();
        await postgres.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>Repeats a call for as long as a part is away, as every client of Jarvis does.</summary>
    private static async Task<T> InTimeAsync<T>(Func<Task<T>> call)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (IsForNow(e) && DateTime.UtcNow < deadline)
            {
                await Task.Delay(100);
            }
        }
    }

    private static bool IsForNow(Exception exception) =>
        exception is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException
        || (exception is RefusedException
            && ForNow.Any(code => exception.Message.Contains($"\"{code}\"", StringComparison.Ordinal)));

    private async Task RegisterAsync()
    {
        using var answer = await http.PostAsJsonAsync("/auth/register", new { email = Email, password = Password });
        answer.EnsureSuccessStatusCode();
        await SignInAsync(answer);
    }

    private async Task RefreshAsync()
    {
        using var answer = await http.PostAsJsonAsync("/auth/refresh", new { refreshToken });
        answer.EnsureSuccessStatusCode();
        await SignInAsync(answer);
    }

    private async Task SignInAsync(HttpResponseMessage answer)
    {
        var tokens = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        refreshToken = tokens["refreshToken"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens["accessToken"]!.GetValue<string>());
    }
}

/// <summary>The server said no; the message is its errors as JSON.</summary>
public sealed class RefusedException(string errors) : Exception(errors);
