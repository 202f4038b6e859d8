using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Jarvis.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jarvis.Engine.Tests.Devices;

/// <summary>
/// The server's end of the runner's protocol as interfaces.md states it, in memory and with faults on demand: answers lost after
/// storing, requests lost before, refusals, dropped and fenced sockets, repeated commands. It can stop and start again on its port.
/// </summary>
internal sealed partial class SimulatedServer : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly int port = FreePort.Next();
    private readonly Dictionary<Guid, List<JsonObject>> streams = [];
    private readonly List<JsonObject> commands = [];
    private readonly HashSet<Guid> forgotten = [];
    private bool restored;
    private readonly Dictionary<Guid, Guid> granted = [];
    private WebSocket? socket;
    private WebApplication? app;
    private int refreshes;
    private int nextOvertaking;

    public Guid DeviceId { get; } = Guid.CreateVersion7();

    public Uri Address => new($"http://127.0.0.1:{port}");

    public long Epoch { get; private set; }

    public int Hellos { get; private set; }

    public int Requests { get; private set; }

    public string AccessToken { get; private set; } = "access-0";

    public string RefreshToken { get; set; } = "refresh-0";

    public bool Revoked { get; set; }

    /// <summary>What stands between here and the runner answers a refresh with this status, in its own words; null where nothing does.</summary>
    public int? ProxyStatus { get; set; }

    /// <summary>Refresh tokens that were presented, those after the first of a request among them.</summary>
    public List<string> Presented { get; } = [];

    /// <summary>What the next token requests of a pairing answer; none left: the tokens.</summary>
    public Queue<string> PairingErrors { get; } = new();

    public List<DateTimeOffset> PairingPolls { get; } = [];

    public int Pairings { get; private set; }

    public HashSet<Guid> Withdrawn { get; } = [];

    /// <summary>Runs whose claims are answered as coming from an epoch that is over.</summary>
    public HashSet<Guid> Fenced { get; } = [];

    public HashSet<Guid> RefusedRuns { get; } = [];

    /// <summary>Runs that it takes no event of, and says that it does not know them.</summary>
    public HashSet<Guid> UnknownRuns { get; } = [];

    /// <summary>Whether a refusal says which runs it is about.</summary>
    public bool NamesWhatItRefuses { get; set; } = true;

    /// <summary>Most events it takes in one batch.</summary>
    public int MaxBatch { get; set; } = 5000;

    /// <summary>Asked before each batch; null for an honest answer.</summary>
    public Func<Fault> NextFault { get; set; } = () => Fault.None;

    public TimeSpan Slowness { get; set; }

    /// <summary>Heartbeats come three times in it.</summary>
    public int LeaseSeconds { get; set; } = 30;

    public List<JsonObject> Received { get; } = [];

    internal enum Fault { None, LostBefore, LostAfter, ServerError, TooFast, DropSocket, NewEpoch, Gap, ExpiredToken }

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address.ToString());
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        app = builder.Build();
        app.UseWebSockets();
        app.MapPost("/runner/v1/pair", Pair);
        app.MapPost("/runner/v1/token", Token);
        app.MapPost("/runner/v1/events", Events);
        app.Map("/runner/v1/commands", Commands);
        await app.StartAsync();
    }

    public async Task Stop()
    {
        DropSocket();
        if (app is not null)
        {
            await app.DisposeAsync();
            app = null;
        }
    }

    /// <summary>What the runner sent on its socket.</summary>
    public IReadOnlyList<JsonObject> Frames()
    {
        lock (gate)
        {
            return [.. Received];
        }
    }

    public IReadOnlyList<JsonObject> Stream(Guid runId)
    {
        lock (gate)
        {
            return streams.TryGetValue(runId, out var stream) ? [.. stream] : [];
        }
    }

    /// <summary>Runs that it has events of.</summary>
    public IReadOnlyList<Guid> Runs
    {
        get
        {
            lock (gate)
            {
                return [.. streams.Keys];
            }
        }
    }

    public bool IsGranted(Guid runId)
    {
        lock (gate)
        {
            return granted.ContainsKey(runId);
        }
    }

    public long Issue(string kind, Guid? runId, JsonNode body, DateTimeOffset? deadline = null)
    {
        lock (gate)
        {
            var command = new JsonObject
            {
                ["type"] = "command",
                ["number"] = commands.Count + 1,
                ["id"] = Guid.CreateVersion7().ToString(),
                ["command"] = kind,
                ["runId"] = runId?.ToString(),
                ["deadline"] = deadline?.ToString("O"),
                ["body"] = body,
            };
            commands.Add(command);
            _ = Send(socket, command);
            return commands.Count;
        }
    }

    /// <summary>Sends every command once more, as after a lost confirmation.</summary>
    public void RepeatCommands()
    {
        lock (gate)
        {
            foreach (var command in commands)
            {
                _ = Send(socket, command);
            }
        }
    }

    /// <summary>The server is restored from a backup made before it had given any command.</summary>
    public void RestoreToBeforeAnyCommand()
    {
        lock (gate)
        {
            commands.Clear();
            restored = true;
        }
    }

    /// <summary>The server is restored from a backup made before this run began.</summary>
    public void RestoreToBefore(Guid runId)
    {
        lock (gate)
        {
            streams.Remove(runId);
            forgotten.Add(runId);
        }
    }

    public void DropSocket()
    {
        lock (gate)
        {
            socket?.Abort();
            socket = null;
        }
    }

    /// <summary>Another runner with the same identity says hello.</summary>
    public async Task Usurp(bool tellTheOther)
    {
        WebSocket? old;
        lock (gate)
        {
            Epoch++;
            old = socket;
            socket = null;
        }

        if (tellTheOther && old is not null)
        {
            await Close(old, 4410, "fenced");
        }
    }

    public Task CloseWith(int code, string reason) => Close(socket!, code, reason);

    public async ValueTask DisposeAsync() => await Stop();

    private IResult Pair()
    {
        Pairings++;
        return Results.Json(new
        {
            deviceCode = $"device-code-{Pairings}",
            userCode = $"CODE-{Pairings:0000}",
            verificationUri = new Uri(Address, "m/devices/pair"),
            expiresIn = 600,
            interval = 1,
        });
    }

    private async Task<IResult> Token(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        if (body["deviceCode"] is not null)
        {
            PairingPolls.Add(DateTimeOffset.UtcNow);
            return PairingErrors.TryDequeue(out var error)
                ? Results.Json(new { type = "about:blank", title = "No", status = 400, error }, statusCode: 400)
                : Tokens();
        }

        if (ProxyStatus is { } status)
        {
            return Results.Text("<h1>Not today</h1>", "text/html", statusCode: status);
        }

        string[] presented = [(string)body["refreshToken"]!, .. (body["earlier"]?.AsArray() ?? []).Select(token => (string)token!)];
        lock (gate)
        {
            Presented.AddRange(presented);
        }

        if (Revoked || !presented.Contains(RefreshToken))
        {
            return Results.Json(new { status = 400, error = "invalid_grant" }, statusCode: 400);
        }

        refreshes++;
        AccessToken = $"access-{refreshes}";
        RefreshToken = $"refresh-{refreshes}";
        return Tokens();
    }

    private IResult Tokens() => Results.Json(new { accessToken = AccessToken, refreshToken = RefreshToken, expiresIn = 900, deviceId = DeviceId });
}
