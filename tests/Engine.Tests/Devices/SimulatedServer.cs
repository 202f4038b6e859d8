using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
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
internal sealed class SimulatedServer : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly int port = FreePort.Next();
    private readonly Dictionary<Guid, List<JsonObject>> streams = [];
    private readonly List<JsonObject> commands = [];
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

    public string RefreshToken { get; private set; } = "refresh-0";

    public bool Revoked { get; set; }

    /// <summary>What the next token requests of a pairing answer; none left: the tokens.</summary>
    public Queue<string> PairingErrors { get; } = new();

    public List<DateTimeOffset> PairingPolls { get; } = [];

    public int Pairings { get; private set; }

    public HashSet<Guid> Withdrawn { get; } = [];

    public HashSet<Guid> RefusedRuns { get; } = [];

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

    private static async Task Close(WebSocket open, int code, string reason)
    {
        try
        {
            await open.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            open.Abort();
        }
    }

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

        if (Revoked || (string?)body["refreshToken"] != RefreshToken)
        {
            return Results.Json(new { status = 400, error = "invalid_grant" }, statusCode: 400);
        }

        refreshes++;
        AccessToken = $"access-{refreshes}";
        RefreshToken = $"refresh-{refreshes}";
        return Tokens();
    }

    private IResult Tokens() => Results.Json(new { accessToken = AccessToken, refreshToken = RefreshToken, expiresIn = 900, deviceId = DeviceId });

    private async Task Events(HttpContext context)
    {
        Requests++;
        if (Slowness > TimeSpan.Zero)
        {
            await Task.Delay(Slowness);
        }

        var fault = NextFault();
        if (fault == Fault.LostBefore)
        {
            context.Abort();
            return;
        }

        if (fault == Fault.ExpiredToken)
        {
            AccessToken = $"renewed-{Requests}";
        }

        if (context.Request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            await Problem(context, 401, "auth.token", null);
            return;
        }

        switch (fault)
        {
            case Fault.ServerError:
                await Problem(context, 500, "internal", null);
                return;
            case Fault.TooFast:
                context.Response.Headers.RetryAfter = "0";
                await Problem(context, 429, "runner.too_fast", null);
                return;
            case Fault.DropSocket:
                DropSocket();
                break;
            case Fault.NewEpoch:
                // As when this runner's own newer hello overtook the batch; the socket just breaks. Not at every hello: that would be
                // another runner with the same identity, to which this one gives way.
                lock (gate)
                {
                    if (Hellos >= nextOvertaking)
                    {
                        nextOvertaking = Hellos + 2;
                        Epoch++;
                    }
                }

                DropSocket();
                break;
        }

        Stream body = context.Request.Body;
        if (context.Request.Headers.ContentEncoding == "gzip")
        {
            body = new GZipStream(body, CompressionMode.Decompress);
        }

        var batch = (JsonArray)(await JsonNode.ParseAsync(body))!;
        if (batch.Count > MaxBatch)
        {
            await Problem(context, 413, "batch.too_large", null);
            return;
        }

        var (status, code, refused, cursors) = Store(batch, fault == Fault.Gap);
        if (fault == Fault.LostAfter)
        {
            context.Abort();
        }
        else if (status == 200)
        {
            await context.Response.WriteAsJsonAsync(new { accepted = batch.Count, cursors });
        }
        else
        {
            await Problem(context, status, code!, refused);
        }
    }

    private (int Status, string? Code, JsonObject? Refused, Dictionary<Guid, long> Cursors) Store(JsonArray batch, bool gap)
    {
        lock (gate)
        {
            var staged = new Dictionary<Guid, List<JsonObject>>();
            foreach (var entry in batch.Select(item => item!.AsObject()))
            {
                var runId = Guid.Parse((string)entry["subject"]!);
                var sequence = (long)entry["sequence"]!;
                var stream = staged.TryGetValue(runId, out var known) ? known : staged[runId] = streams.TryGetValue(runId, out var stored) ? [.. stored] : [];
                (int, string, JsonObject) Refuse(int status, string code, long? expected = null) => (status, code, new JsonObject
                {
                    [runId.ToString()] = new JsonObject { ["code"] = code, ["expected"] = expected },
                });
                (int Status, string Code, JsonObject Refused)? refusal = null;
                if (RefusedRuns.Contains(runId))
                {
                    refusal = Refuse(422, "event.invalid");
                }
                else if (sequence <= stream.Count)
                {
                    if (!JsonNode.DeepEquals(stream[(int)sequence - 1]["data"], entry["data"]) || (string?)stream[(int)sequence - 1]["type"] != (string?)entry["type"])
                    {
                        refusal = Refuse(422, "run.content_differs");
                    }
                }
                else if ((long)entry["epoch"]! != Epoch)
                {
                    refusal = Refuse(410, "device.epoch_fenced");
                }
                else if (sequence != stream.Count + 1 || (gap && stream.Count > 0))
                {
                    // A spurious gap: it asks for one that it has, which is then a repeat.
                    refusal = Refuse(409, "run.sequence_gap", gap && stream.Count > 0 ? stream.Count : stream.Count + 1);
                }
                else
                {
                    stream.Add(entry);
                }

                if (refusal is { } no)
                {
                    return (no.Status, no.Code, no.Refused, []);
                }
            }

            foreach (var (runId, stream) in staged)
            {
                streams[runId] = stream;
            }

            return (200, null, null, staged.ToDictionary(pair => pair.Key, pair => (long)pair.Value.Count));
        }
    }

    private static async Task Problem(HttpContext context, int status, string code, JsonObject? runs)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(
            new JsonObject { ["type"] = "about:blank", ["title"] = code, ["status"] = status, ["code"] = code, ["runs"] = runs },
            (JsonSerializerOptions?)null, "application/problem+json");
    }

    private async Task Commands(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            context.Response.StatusCode = 401;
            return;
        }

        using var open = await context.WebSockets.AcceptWebSocketAsync("jarvis-runner-v1");
        var buffer = new byte[1024 * 1024];
        try
        {
            while (await Read(open, buffer) is { } frame)
            {
                Answer(open, frame);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            open.Abort();
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

    private void Answer(WebSocket open, JsonObject frame)
    {
        lock (gate)
        {
            Received.Add(frame);
            switch ((string)frame["type"]!)
            {
                case "hello":
                    Hellos++;
                    Epoch++;
                    if (socket is { } older && older != open)
                    {
                        _ = Close(older, 4410, "fenced");
                    }

                    socket = open;
                    var cursors = new JsonObject();
                    foreach (var runId in frame["journals"]!.AsObject().Select(pair => Guid.Parse(pair.Key)))
                    {
                        cursors[runId.ToString()] = streams.TryGetValue(runId, out var stream) ? stream.Count : 0;
                    }

                    _ = Send(open, new JsonObject
                    {
                        ["type"] = "welcome",
                        ["epoch"] = Epoch,
                        ["leaseSeconds"] = LeaseSeconds,
                        ["cursors"] = cursors,
                        ["types"] = new JsonArray(),
                        ["lastCommand"] = restored ? commands.Count : null,
                        ["serverTime"] = DateTimeOffset.UtcNow.ToString("O"),
                    });
                    var has = (int)(long)frame["lastCommand"]!;
                    foreach (var command in commands.Skip(has > commands.Count ? 0 : has))
                    {
                        _ = Send(open, command);
                    }

                    break;
                case "claim":
                    var asked = Guid.Parse((string)frame["runId"]!);
                    if (Withdrawn.Contains(asked))
                    {
                        _ = Send(open, new JsonObject { ["type"] = "gone", ["runId"] = asked.ToString(), ["reason"] = "run.cancelled" });
                    }
                    else
                    {
                        granted[asked] = DeviceId;
                        _ = Send(open, new JsonObject { ["type"] = "granted", ["runId"] = asked.ToString() });
                    }

                    break;
                case "heartbeat":
                    _ = Send(open, new JsonObject { ["type"] = "heartbeat" });
                    break;
            }
        }
    }

    private readonly SemaphoreSlim sending = new(1, 1);

    private async Task Send(WebSocket? open, JsonObject frame)
    {
        if (open is null)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(frame.ToJsonString());
        await sending.WaitAsync();
        try
        {
            await open.SendAsync(bytes, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The runner comes back and is told again.
        }
        finally
        {
            sending.Release();
        }
    }

    private static async Task<JsonObject?> Read(WebSocket open, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var part = await open.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(buffer.AsSpan(0, length))!.AsObject();
            }
        }
    }
}
