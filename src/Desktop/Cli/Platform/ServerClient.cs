using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;

namespace Jarvis.Cli.Platform;

/// <summary>
/// The server as a signed-in person sees it from a terminal: GraphQL over HTTP (graphql-over-http draft) and sign-in.
/// What failed on the way is tried again with the same command id, so that it takes effect once.
/// </summary>
internal sealed class ServerClient : IDisposable
{
    /// <summary>How long one call is tried again while the server cannot be reached.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    private readonly HttpClient http;
    private readonly JarvisHome home;
    private ServerSession session;

    public ServerClient(JarvisHome home, ServerSession session)
    {
        this.home = home;
        this.session = session;
        http = Connect(session.Server);
    }

    public Uri Server => session.Server;

    public JarvisHome Home => home;

    /// <summary>Signs in and keeps the session.</summary>
    /// <exception cref="ServerRefusal">Wrong e-mail or password, or too many attempts.</exception>
    public static async Task<ServerSession> SignIn(JarvisHome home, Uri server, string email, string password, CancellationToken cancel)
    {
        using var http = Connect(server);
        var body = new JsonObject { ["email"] = email, ["password"] = password };
        using var response = await Reach(server, () => http.PostAsync(new Uri(server, "auth/login"), JsonBody(body), cancel), cancel);
        var session = SessionOf(server, email, await Body(response, cancel));
        session.Save(home);
        return session;
    }

    /// <summary>Runs a query or a mutation; gives its <c>data</c>.</summary>
    /// <exception cref="ServerRefusal">The first error of the answer.</exception>
    public async Task<JsonObject> GraphQL(string document, JsonObject variables, CancellationToken cancel)
    {
        var request = new JsonObject { ["query"] = document, ["variables"] = variables };
        var refreshed = false;
        while (true)
        {
            var token = await Token(cancel);
            using var response = await Reach(
                Server,
                () =>
                {
                    var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Server, "graphql")) { Content = JsonBody(request) };
                    message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                    message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/graphql-response+json"));
                    message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json", 0.9));
                    return http.SendAsync(message, cancel);
                },
                cancel);
            if (response.StatusCode == HttpStatusCode.Unauthorized && !refreshed)
            {
                refreshed = true;
                await Refresh(token, cancel);
                continue;
            }

            var text = await response.Content.ReadAsStringAsync(cancel);
            var answer = Parse(text) ?? throw new ServerUnavailable($"{Server} answered {(int)response.StatusCode} and nothing that is GraphQL.");
            if (answer["errors"] is JsonArray { Count: > 0 } errors)
            {
                throw RefusalOf(errors[0]!.AsObject());
            }

            return answer["data"] as JsonObject ?? throw ProblemOf(answer, response.StatusCode);
        }
    }

    /// <summary>A token good for at least a moment.</summary>
    public async Task<string> Token(CancellationToken cancel)
    {
        if (session.ExpiresAt - DateTimeOffset.UtcNow < Margin)
        {
            await Refresh(session.AccessToken, cancel);
        }

        return session.AccessToken;
    }

    /// <summary>Replaces a token that was refused; another process of the same home may have done so already.</summary>
    public async Task Refresh(string refused, CancellationToken cancel)
    {
        session = ServerSession.Load(home) is { } kept && kept.Server == session.Server ? kept : session;
        if (session.AccessToken != refused && session.ExpiresAt - DateTimeOffset.UtcNow > Margin)
        {
            return;
        }

        var body = new JsonObject { ["refreshToken"] = session.RefreshToken };
        using var response = await Reach(Server, () => http.PostAsync(new Uri(Server, "auth/refresh"), JsonBody(body), cancel), cancel);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden)
        {
            throw new UsageException($"The sign-in at {Server} has ended. Sign in again with `jarvis login {Server}`.");
        }

        session = SessionOf(Server, session.Email, await Body(response, cancel));
        session.Save(home);
    }

    public void Dispose() => http.Dispose();

    /// <summary>The error of a GraphQL answer as a refusal.</summary>
    public static ServerRefusal RefusalOf(JsonObject error)
    {
        var extensions = error["extensions"] as JsonObject;
        return new ServerRefusal((string?)extensions?["code"] ?? "graphql.error", (string?)error["message"] ?? "The server refused.", extensions);
    }

    private static HttpClient Connect(Uri server) => new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseCookies = false })
    {
        BaseAddress = server,
        Timeout = RequestTimeout,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("jarvis-cli", ThisMachine.Version) } },
    };

    private static StringContent JsonBody(JsonObject body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static async Task<HttpResponseMessage> Reach(Uri server, Func<Task<HttpResponseMessage>> call, CancellationToken cancel)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var backOff = BackOff.OfConnection();
        while (true)
        {
            string reason;
            try
            {
                var response = await call();
                if (response.StatusCode is not (HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
                {
                    return response;
                }

                reason = $"{server} answered {(int)response.StatusCode}.";
                response.Dispose();
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                reason = $"{server} cannot be reached: {(failure as HttpRequestException)?.InnerException?.Message ?? failure.Message}";
            }

            if (System.Diagnostics.Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new ServerUnavailable(reason);
            }

            await Task.Delay(backOff.Next(), cancel);
        }
    }

    private static async Task<JsonObject> Body(HttpResponseMessage response, CancellationToken cancel)
    {
        var answer = Parse(await response.Content.ReadAsStringAsync(cancel));
        return response.IsSuccessStatusCode && answer is not null ? answer : throw ProblemOf(answer, response.StatusCode);
    }

    private static ServerRefusal ProblemOf(JsonObject? problem, HttpStatusCode status) => new(
        (string?)problem?["code"] ?? $"http.{(int)status}",
        (string?)problem?["detail"] ?? (string?)problem?["title"] ?? $"The server answered {(int)status}.",
        problem);

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: DeepJson.Reading) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ServerSession SessionOf(Uri server, string email, JsonObject body) =>
        body.Deserialize(SessionJson.Default.SignInAnswer) is { } answer
            ? new ServerSession(server, email, answer.AccessToken, answer.RefreshToken, DateTimeOffset.UtcNow.AddSeconds(answer.ExpiresIn))
            : throw new ServerUnavailable($"{server} answered no tokens.");
}
