using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Jarvis.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jarvis.Cli.Tests.Platform;

/// <summary>The server as the command line sees it: sign-in, GraphQL over HTTP with answers by root field, and one run's live events.</summary>
internal sealed class SimulatedApi : IAsyncDisposable
{
    private readonly WebApplication app;
    private int tokens;

    public SimulatedApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Address = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(Address);
        app = builder.Build();
        app.UseWebSockets();
        app.MapPost("/auth/login", SignIn);
        app.MapPost("/auth/refresh", Refresh);
        app.Map("/graphql", GraphQL);
    }

    public string Address { get; }

    public string Password { get; set; } = "correct horse battery";

    public string AccessToken { get; set; } = "access-0";

    public int Refreshes { get; private set; }

    /// <summary>Root field to its value, or to a refusal where it has <c>code</c>.</summary>
    public Dictionary<string, JsonNode?> Answers { get; } = [];

    public List<JsonObject> Requests { get; } = [];

    /// <summary>How many of the next GraphQL requests fail on the way.</summary>
    public int Failures { get; set; }

    /// <summary>Which documents fail; all of them for null.</summary>
    public string? FailsOnly { get; set; }

    /// <summary>The events of the watched run, each with its cursor.</summary>
    public List<JsonObject> Events { get; } = [];

    /// <summary>After how many events the socket is dropped once.</summary>
    public int? DropAfter { get; set; }

    public List<string?> SubscribedAfter { get; } = [];

    public Task Start() => app.StartAsync();

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task<IResult> SignIn(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        return (string?)body["password"] == Password
            ? Tokens()
            : Results.Json(new { title = "No", detail = "E-mail or password is wrong.", status = 401, code = "auth.credentials" }, statusCode: 401, contentType: "application/problem+json");
    }

    private IResult Refresh()
    {
        Refreshes++;
        AccessToken = $"access-{++tokens}";
        return Tokens();
    }

    private IResult Tokens() => Results.Json(new { accessToken = AccessToken, refreshToken = $"refresh-{tokens}", expiresIn = 900 });

    private async Task GraphQL(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await Live(await context.WebSockets.AcceptWebSocketAsync("graphql-transport-ws"));
            return;
        }

        if (context.Request.Headers.Authorization != $"Bearer {AccessToken}")
        {
            context.Response.StatusCode = 401;
            return;
        }

        var request = (await JsonNode.ParseAsync(context.Request.Body, documentOptions: new() { MaxDepth = 1_000 }))!.AsObject();
        Requests.Add(request);
        var document = (string)request["query"]!;
        if (Failures > 0 && (FailsOnly is null || document.Contains(FailsOnly, StringComparison.Ordinal)))
        {
            Failures--;
            context.Abort();
            return;
        }

        var (field, value) = Answers.FirstOrDefault(answer => document.Contains(answer.Key, StringComparison.Ordinal), KeyValuePair.Create("none", (JsonNode?)null));
        var body = value?["code"] is { } code
            ? new JsonObject
            {
                ["data"] = null,
                ["errors"] = new JsonArray(new JsonObject { ["message"] = $"Refused: {code}", ["extensions"] = value.DeepClone() }),
            }
            : new JsonObject { ["data"] = new JsonObject { [field] = value?.DeepClone() } };
        context.Response.ContentType = "application/graphql-response+json";
        await context.Response.WriteAsync(body.ToJsonString());
    }

    private async Task Live(WebSocket socket)
    {
        using var open = socket;
        var init = await Read(open);
        if ((string?)init?["payload"]?["Authorization"] != $"Bearer {AccessToken}")
        {
            await open.CloseAsync((WebSocketCloseStatus)4403, "Forbidden", CancellationToken.None);
            return;
        }

        await Send(open, new JsonObject { ["type"] = "connection_ack" });
        var subscribe = (await Read(open))!;
        var after = (string?)subscribe["payload"]!["variables"]!["after"];
        SubscribedAfter.Add(after);
        var sent = 0;
        foreach (var item in Events.Where(item => after is null || string.CompareOrdinal((string)item["cursor"]!, after) > 0))
        {
            if (DropAfter == sent++)
            {
                // What was sent is given time to arrive: a reset may discard it.
                DropAfter = null;
                await Task.Delay(300);
                open.Abort();
                return;
            }

            await Send(open, new JsonObject
            {
                ["id"] = subscribe["id"]!.DeepClone(),
                ["type"] = "next",
                ["payload"] = new JsonObject { ["data"] = new JsonObject { ["runChanged"] = item.DeepClone() } },
            });
        }

        try
        {
            await Read(open);
        }
        catch (WebSocketException)
        {
            // The command line has seen enough.
        }
    }

    private static Task Send(WebSocket socket, JsonObject message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);

    private static async Task<JsonNode?> Read(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        return part.MessageType == WebSocketMessageType.Close ? null : JsonNode.Parse(buffer.AsSpan(0, part.Count));
    }
}
