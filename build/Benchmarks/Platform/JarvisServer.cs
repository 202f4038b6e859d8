using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Build;
using Jarvis.Build.Processes;
using Jarvis.Build.Publishing;

namespace Jarvis.Benchmarks.Platform;

/// <summary>The server as a process of its own, the Release build, on a port of its own, with one signed-in owner.</summary>
internal sealed class JarvisServer : IAsyncDisposable
{
    public const string Email = "bench@example.test";
    private const string AdministratorEmail = "administrator@example.test";
    private const string SetupToken = "bench";
    public const string Password = "correct horse battery staple 7";
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly ChildProcess process;
    private readonly Process watched;
    private readonly List<OwnerClient> signedIn = [];
    private readonly TimeSpan startedAfter;

    private JarvisServer(ChildProcess process, Uri address, TimeSpan startedAfter)
    {
        this.process = process;
        this.startedAfter = startedAfter;
        Address = address;
        watched = Process.GetProcessById(process.Id);
        Http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan, MaxConnectionsPerServer = 512 })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromMinutes(2),
        };
    }

    public Uri Address { get; }

    /// <summary>Without a token; see <see cref="SignInAsync"/>.</summary>
    public HttpClient Http { get; }

    /// <summary>From the start of the process to the first 200 of <c>/health/ready</c>.</summary>
    public TimeSpan StartedAfter => startedAfter;

    public TimeSpan ProcessorTime
    {
        get
        {
            watched.Refresh();
            return watched.TotalProcessorTime;
        }
    }

    /// <summary>The most memory the process ever held (VmHWM), in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            var line = File.ReadLines($"/proc/{process.Id}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    public int ProcessId => process.Id;

    /// <summary>Starts the built server and waits until it is ready.</summary>
    public static async Task<JarvisServer> StartAsync(string connectionString, string dataFolder, CancellationToken cancellation)
    {
        var program = Programs.Server();
        Directory.CreateDirectory(dataFolder);
        var address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        var log = Path.Combine(dataFolder, "server.log");
        var watch = Stopwatch.StartNew();
        var process = ChildProcess.Start(new ChildProcessOptions
        {
            Program = program[0],
            Arguments = [.. program[1..]],
            Folder = dataFolder,
            LogFile = log,
            Environment = new Dictionary<string, string?>
            {
                ["JARVIS_DATABASE"] = connectionString,
                ["JARVIS_URL"] = address.ToString().TrimEnd('/'),
                ["JARVIS_DATA"] = dataFolder,
                ["JARVIS_SCREENS"] = PublishedScreens.Folder,
                ["JARVIS_SETUP_TOKEN"] = SetupToken,
            },
        });
        using var probe = new HttpClient { BaseAddress = address };
        while (true)
        {
            if (process.HasExited)
            {
                throw new ProblemException($"The server ended at its start; its last words: {File.ReadLines(log).LastOrDefault()} (see {log}).");
            }

            try
            {
                using var answer = await probe.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return new JarvisServer(process, address, watch.Elapsed);
                }
            }
            catch (HttpRequestException) when (watch.Elapsed < ReadyTimeout)
            {
                // Not listening yet.
            }

            if (watch.Elapsed > ReadyTimeout)
            {
                await process.DisposeAsync();
                throw new ProblemException($"The server was not ready after {ReadyTimeout.TotalSeconds} s; see {log}.");
            }

            await Task.Delay(Poll, cancellation);
        }
    }

    /// <summary>Signs the bench's owner in (registering them the first time) and gives a client that carries their token.</summary>
    /// <param name="asAdministrator">The bench's administrator instead.</param>
    public async Task<OwnerClient> SignInAsync(CancellationToken cancellation, bool asAdministrator = false)
    {
        var email = asAdministrator ? AdministratorEmail : Email;
        using var body = JsonContent.Create(new { email, password = Password });
        using var login = await Http.PostAsync(new Uri("/auth/login", UriKind.Relative), body, cancellation);
        if (login.IsSuccessStatusCode)
        {
            return await OwnerAsync(login, cancellation);
        }

        using var registration = JsonContent.Create(new { email, password = Password, displayName = "Bench", timeZone = "UTC", setupToken = asAdministrator ? SetupToken : null });
        using var registered = await Http.PostAsync(new Uri("/auth/register", UriKind.Relative), registration, cancellation);
        if (!registered.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"register answered {(int)registered.StatusCode}: {await registered.Content.ReadAsStringAsync(cancellation)}");
        }

        return await OwnerAsync(registered, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        signedIn.ForEach(client => client.Dispose());
        Http.Dispose();
        await process.DisposeAsync();
        watched.Dispose();
    }

    private async Task<OwnerClient> OwnerAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var client = new OwnerClient(Http, Address, tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString()!);
        signedIn.Add(client);
        return client;
    }
}

/// <summary>GraphQL as a signed-in person.</summary>
internal sealed class OwnerClient(HttpClient http, Uri address, string accessToken, string refreshToken) : IDisposable
{
    /// <summary>Access tokens live for ten minutes, and seeding a million runs may take longer.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim renewing = new(1);
    private long issued = Stopwatch.GetTimestamp();

    public string AccessToken => accessToken;

    public Uri Address => address;

    public void Dispose() => renewing.Dispose();

    public async Task<JsonElement> QueryAsync(string query, object? variables, CancellationToken cancellation)
    {
        await RenewAsync(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query, variables }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var answer = await http.SendAsync(request, cancellation);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        if (body.TryGetProperty("errors", out var errors))
        {
            throw new InvalidOperationException("GraphQL answered " + errors.GetRawText());
        }

        return body.GetProperty("data");
    }

    /// <summary>Sends a prepared body and reads the answer to its end without looking inside; throws where it holds errors.</summary>
    public async Task SendRawAsync(byte[] body, CancellationToken cancellation)
    {
        await RenewAsync(cancellation);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var answer = await http.SendAsync(request, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode || bytes.AsSpan().IndexOf("\"errors\""u8) >= 0)
        {
            throw new InvalidOperationException($"GraphQL answered {(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes)}");
        }
    }

    private async ValueTask RenewAsync(CancellationToken cancellation)
    {
        if (Stopwatch.GetElapsedTime(issued) < Renewal)
        {
            return;
        }

        await renewing.WaitAsync(cancellation);
        try
        {
            if (Stopwatch.GetElapsedTime(issued) < Renewal)
            {
                return;
            }

            using var answer = await http.PostAsJsonAsync(new Uri("/auth/refresh", UriKind.Relative), new { refreshToken }, cancellation);
            answer.EnsureSuccessStatusCode();
            var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
            accessToken = tokens.GetProperty("accessToken").GetString()!;
            refreshToken = tokens.GetProperty("refreshToken").GetString()!;
            issued = Stopwatch.GetTimestamp();
        }
        finally
        {
            renewing.Release();
        }
    }
}
