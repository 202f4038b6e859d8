using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Api.Tests.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;

namespace Jarvis.Api.Tests.Devices;

/// <summary>A runner as the protocol sees it: a socket and batches.</summary>
public sealed class RunnerUnderTest(ServerUnderTest server, Guid account, Guid device) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private WebSocket? socket;
    private HttpClient? client;

    public Guid Device => device;

    public long Epoch { get; set; }

    /// <summary>What it says of itself at the next hello.</summary>
    public string Version { get; set; } = "0.1.0";

    /// <summary>Told at the next hello; null tells nothing.</summary>
    public object? Capabilities { get; set; }

    /// <summary>How far its clock is ahead of this machine's.</summary>
    public TimeSpan ClockAhead { get; set; }

    public double? RoundTripMilliseconds { get; set; }

    public WebSocketCloseStatus? Closed => socket?.CloseStatus;

    /// <summary>The id of its last command, told at the next hello; null tells none, as older runners do.</summary>
    public Guid? LastCommandId { get; set; }

    public async Task<JsonObject> Connect(long lastCommand = 0, params (Guid Run, long Sequence)[] journals)
    {
        var sockets = server.Host.CreateWebSocketClient();
        sockets.SubProtocols.Add("jarvis-runner-v1");
        var token = await server.TokenOf(account, device);
        sockets.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {token}";
        socket = await sockets.ConnectAsync(new Uri("ws://localhost/runner/v1/commands"), CancellationToken.None);
        await Send(new
        {
            type = "hello",
            journals = journals.ToDictionary(pair => pair.Run, pair => pair.Sequence),
            lastCommand,
            lastCommandId = LastCommandId,
            os = "Debian 12",
            version = Version,
            clock = DateTimeOffset.UtcNow + ClockAhead,
            roundTripMilliseconds = RoundTripMilliseconds,
            capabilities = Capabilities,
        });
        var welcome = (await Receive())!;
        Epoch = (long)welcome["epoch"]!;
        return welcome;
    }

    public Task Send(object frame) =>
        socket!.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame, JsonSerializerOptions.Web), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>The next frame; null once closed.</summary>
    public async Task<JsonObject?> Receive()
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[1024 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket!.ReceiveAsync(buffer.AsMemory(length), limit.Token);
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

    public async Task<JsonObject> ReceiveCommand()
    {
        var frame = (await Receive())!;
        await Send(new { type = "received", number = (long)frame["number"]! });
        return frame;
    }

    public async Task<JsonObject> Claim(Guid run)
    {
        await Send(new { type = "claim", runId = run });
        return (await Receive())!;
    }

    /// <summary>A CloudEvent as the runner writes it.</summary>
    public JsonObject Event(Guid run, long sequence, IExecutionEvent data, long? epoch = null) => new()
    {
        ["specversion"] = "1.0",
        ["id"] = $"{run}:{sequence}",
        ["source"] = $"/devices/{device}",
        ["subject"] = run.ToString(),
        ["type"] = EventNames.Of(data.GetType()),
        ["time"] = DateTimeOffset.UtcNow.ToString("O"),
        ["datacontenttype"] = "application/json",
        ["sequence"] = sequence,
        ["epoch"] = epoch ?? Epoch,
        ["data"] = JsonSerializer.SerializeToNode(data, data.GetType(), EventJson.Wire),
    };

    public async Task<(int Status, JsonObject Body)> Submit(params JsonObject[] events) =>
        await Post(new StringContent($"[{string.Join(',', events.Select(e => e.ToJsonString()))}]", Encoding.UTF8, "application/cloudevents-batch+json"));

    public async Task<(int Status, JsonObject Body)> Post(HttpContent content)
    {
        client ??= await server.ClientOf(account, device);
        var response = await client.PostAsync(new Uri("/runner/v1/events", UriKind.Relative), content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (socket is { State: WebSocketState.Open })
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            }
        }
        catch (IOException)
        {
            // The server closed first.
        }

        socket?.Dispose();
        client?.Dispose();
    }
}
