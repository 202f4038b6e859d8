using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jarvis.Engine.Devices;

/// <summary>What the server said to one request.</summary>
/// <param name="Status">0 where it could not be reached at all.</param>
/// <param name="RetryAfter">How long it asked to wait.</param>
public sealed record ServerReply<T>(HttpStatusCode Status, T? Answer, ServerProblem? Problem, TimeSpan? RetryAfter, string? Failure)
    where T : class
{
    public bool Unreachable => Status == 0;

    /// <summary>One sentence for people.</summary>
    public string Reason => Failure ?? Problem?.Detail ?? Problem?.Title ?? Problem?.Code ?? Problem?.Error ?? $"the server answered {(int)Status}";
}

/// <summary>The addresses of the runner's protocol, version 1, on one server. Never throws for what a network can do.</summary>
public sealed class RunnerApi : IDisposable
{
    public const string Protocol = "jarvis-runner-v1";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Longest answer that is read, in bytes.</summary>
    private const int AnswerLimit = 4 * 1024 * 1024;

    private readonly HttpClient http;
    private readonly TimeProvider time;

    public RunnerApi(Uri server, TimeProvider? time = null)
    {
        Server = server;
        this.time = time ?? TimeProvider.System;
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = server,
            Timeout = RequestTimeout,
            MaxResponseContentBufferSize = AnswerLimit,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("jarvis-runner", ThisMachine.Version));
    }

    public Uri Server { get; }

    public Task<ServerReply<PairAnswer>> Pair(PairRequest request, CancellationToken cancel) =>
        Post("runner/v1/pair", JsonContent.Create(request, RunnerJson.Default.PairRequest), null, RunnerJson.Default.PairAnswer, cancel);

    public Task<ServerReply<TokenAnswer>> Token(TokenRequest request, CancellationToken cancel) =>
        Post("runner/v1/token", JsonContent.Create(request, RunnerJson.Default.TokenRequest), null, RunnerJson.Default.TokenAnswer, cancel);

    /// <param name="batch">A JSON array of CloudEvents, gzipped where <paramref name="gzip"/> says so.</param>
    public Task<ServerReply<EventsAnswer>> Events(ReadOnlyMemory<byte> batch, bool gzip, string accessToken, CancellationToken cancel)
    {
        var content = new ReadOnlyMemoryContent(batch);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents-batch+json");
        if (gzip)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return Post("runner/v1/events", content, accessToken, RunnerJson.Default.EventsAnswer, cancel);
    }

    /// <summary>Opens the command channel.</summary>
    /// <returns>The open socket, or why not; a 401 shows as that status.</returns>
    public async Task<ServerReply<ClientWebSocket>> Commands(string accessToken, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Protocol);
        socket.Options.SetRequestHeader("Authorization", $"Bearer {accessToken}");
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(10);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(10);
        socket.Options.CollectHttpResponseDetails = true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ConnectTimeout);
        try
        {
            var address = new UriBuilder(new Uri(Server, "runner/v1/commands"));
            address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
            await socket.ConnectAsync(address.Uri, limit.Token);
            return new(HttpStatusCode.SwitchingProtocols, socket, null, null, null);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            return new(status, null, null, null, status == 0 ? $"{Server} cannot be reached" : null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<ServerReply<T>> Post<T>(
        string path, HttpContent content, string? accessToken, JsonTypeInfo<T> answerType, CancellationToken cancel)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (accessToken is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        }

        try
        {
            using var response = await http.SendAsync(request, cancel);
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            if (!response.IsSuccessStatusCode)
            {
                return new(response.StatusCode, null, ProblemOf(body), RetryAfter(response), null);
            }

            return JsonSerializer.Deserialize(body, answerType) is { } answer
                ? new(response.StatusCode, answer, null, null, null)
                : new(0, null, null, null, $"{Server} answered nothing");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException
            || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new(0, null, null, null, failure is JsonException
                ? $"{Server} answered something that is not its protocol"
                : $"{Server} cannot be reached: {(failure as HttpRequestException)?.InnerException?.Message ?? failure.Message}");
        }
    }

    private static ServerProblem? ProblemOf(byte[] body)
    {
        try
        {
            return body.Length == 0 ? null : JsonSerializer.Deserialize(body, RunnerJson.Default.ServerProblem);
        }
        catch (JsonException)
        {
            // Something between here and the server answered in its own words; the status alone must do.
            return null;
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } seconds } => seconds,
        { Date: { } date } => date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    public void Dispose() => http.Dispose();
}
