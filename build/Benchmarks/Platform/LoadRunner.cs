using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;

namespace Jarvis.Benchmarks.Platform;

/// <summary>
/// A paired runner as the server sees one: its tokens, its command socket that grants the epoch and stays open, its batches.
/// </summary>
internal sealed class LoadRunner : IAsyncDisposable
{
    private const string Protocol = "jarvis-runner-v1";

    /// <summary>Access tokens live for ten minutes.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(5);

    private static readonly Uri EventsAddress = new("/runner/v1/events", UriKind.Relative);
    private static readonly MediaTypeHeaderValue BatchType = new("application/cloudevents-batch+json");

    private readonly JarvisServer server;
    private readonly ClientWebSocket socket;
    private readonly CancellationTokenSource closing = new();
    private readonly SemaphoreSlim renewing = new(1);
    private AuthenticationHeaderValue authorization;
    private string refreshToken;
    private long issued = Stopwatch.GetTimestamp();
    private Task listening = Task.CompletedTask;

    private LoadRunner(JarvisServer server, ClientWebSocket socket, Guid deviceId, string accessToken, string refreshToken)
    {
        this.refreshToken = refreshToken;
        this.server = server;
        this.socket = socket;
        DeviceId = deviceId;
        authorization = new AuthenticationHeaderValue("Bearer", accessToken);
    }

    public Guid DeviceId { get; }

    public long Epoch { get; private set; }

    /// <summary>Pairs a new device with the bench's owner and says hello.</summary>
    public static async Task<LoadRunner> PairAsync(JarvisServer server, OwnerClient owner, string name, CancellationToken cancellation)
    {
        var asked = await PostAsync(server, "/runner/v1/pair", new { name, os = "linux", version = "bench" }, cancellation);
        await ApproveAsync(owner, asked.GetProperty("userCode").GetString()!, name, cancellation);
        var tokens = await PostAsync(server, "/runner/v1/token", new { deviceCode = asked.GetProperty("deviceCode").GetString() }, cancellation);
        var accessToken = tokens.GetProperty("accessToken").GetString()!;

        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Protocol);
        socket.Options.SetRequestHeader("Authorization", "Bearer " + accessToken);
        await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/runner/v1/commands" }.Uri, cancellation);
        var runner = new LoadRunner(server, socket, tokens.GetProperty("deviceId").GetGuid(), accessToken, tokens.GetProperty("refreshToken").GetString()!);
        await runner.SendAsync(
            new { type = "hello", journals = new Dictionary<string, long>(), lastCommand = 0, os = "linux", version = "bench", clock = DateTimeOffset.UtcNow },
            cancellation);
        while (true)
        {
            var frame = await runner.ReceiveAsync(cancellation) ?? throw new InvalidOperationException("The server closed the command socket at hello.");
            if (frame.GetProperty("type").GetString() == "welcome")
            {
                runner.Epoch = frame.GetProperty("epoch").GetInt64();
                var lease = TimeSpan.FromSeconds(frame.GetProperty("leaseSeconds").GetDouble());
                runner.listening = Task.WhenAll(runner.ListenAsync(), runner.BeatAsync(lease / 3));
                return runner;
            }
        }
    }

    /// <summary>Confirms a pairing code as the signed-in owner.</summary>
    public static Task ApproveAsync(OwnerClient owner, string userCode, string name, CancellationToken cancellation) => owner.QueryAsync(
        "mutation($input: ApproveDeviceInput!) { approveDevice(input: $input) { position } }",
        new { input = new { commandId = Guid.CreateVersion7(), userCode, name } },
        cancellation);

    /// <summary>Submits one batch and waits until it is durable.</summary>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public async Task SubmitAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellation)
    {
        if (Stopwatch.GetElapsedTime(issued) > Renewal)
        {
            await RenewAsync(cancellation);
        }

        while (true)
        {
            using var content = new ReadOnlyMemoryContent(batch);
            content.Headers.ContentType = BatchType;
            using var request = new HttpRequestMessage(HttpMethod.Post, EventsAddress) { Content = content };
            request.Headers.Authorization = authorization;
            using var answer = await server.Http.SendAsync(request, cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                await answer.Content.CopyToAsync(Stream.Null, cancellation);
                return;
            }

            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
            {
                throw new InvalidOperationException($"The server refused a batch with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
            }

            await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(50), cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        try
        {
            await listening;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // We are going; the socket need not end in order.
        }

        socket.Dispose();
        closing.Dispose();
        renewing.Dispose();
    }

    private static async Task<JsonElement> PostAsync(JarvisServer server, string path, object body, CancellationToken cancellation)
    {
        using var content = JsonContent.Create(body);
        using var answer = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)
            : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        await renewing.WaitAsync(cancellation);
        try
        {
            if (Stopwatch.GetElapsedTime(issued) > Renewal)
            {
                var tokens = await PostAsync(server, "/runner/v1/token", new { refreshToken }, cancellation);
                authorization = new AuthenticationHeaderValue("Bearer", tokens.GetProperty("accessToken").GetString());
                refreshToken = tokens.GetProperty("refreshToken").GetString()!;
                issued = Stopwatch.GetTimestamp();
            }
        }
        finally
        {
            renewing.Release();
        }
    }

    private async Task ListenAsync()
    {
        while (await ReceiveAsync(closing.Token) is not null)
        {
            // Frames are read so that the server's sends go through; the bench starts no runs this way.
        }
    }

    private async Task BeatAsync(TimeSpan every)
    {
        using var timer = new PeriodicTimer(every);
        while (await timer.WaitForNextTickAsync(closing.Token))
        {
            await SendAsync(new { type = "heartbeat", os = "linux", version = "bench", running = Array.Empty<Guid>(), clock = DateTimeOffset.UtcNow }, closing.Token);
        }
    }

    private async Task SendAsync(object frame, CancellationToken cancellation) =>
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame, JsonSerializerOptions.Web), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    private async Task<JsonElement?> ReceiveAsync(CancellationToken cancellation)
    {
        using var frame = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            frame.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonSerializer.Deserialize<JsonElement>(frame.ToArray());
            }
        }
    }
}
