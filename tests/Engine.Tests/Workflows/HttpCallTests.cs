using System.Collections.Concurrent;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Tests.Runs;
using Jarvis.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Jarvis.Engine.Tests.Workflows;

public sealed class HttpCallTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Method, string Path, string? Key)> requests = new();
    private WebApplication server = null!;
    private string address = "";
    private volatile bool hold;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address = $"http://127.0.0.1:{FreePort.Next()}");
        server = builder.Build();
        server.Use(async (context, next) =>
        {
            requests.Enqueue((context.Request.Method, context.Request.Path, context.Request.Headers["Idempotency-Key"]));
            await next();
        });
        server.MapGet("/json", () => Results.Json(new { ok = true }));
        server.MapGet("/gone", () => Results.Text("not here", statusCode: 404));
        server.MapMethods("/digest", ["GET", "POST"], (HttpRequest request, HttpResponse response) =>
        {
            var proof = request.Headers.Authorization.ToString();
            if (!proof.StartsWith("Digest ", StringComparison.Ordinal))
            {
                response.Headers.WWWAuthenticate = "Digest realm=\"here\", qop=\"auth\", algorithm=SHA-256, nonce=\"n0nce\", opaque=\"o\"";
                return Results.StatusCode(401);
            }

            var parts = proof[7..].Split(", ").Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1].Trim('"'));
            var who = Hash("ada:here:secret");
            var expected = Hash($"{who}:n0nce:{parts["nc"]}:{parts["cnonce"]}:auth:{Hash($"{request.Method}:/digest?a=1")}");
            return parts["response"] == expected && parts["opaque"] == "o" ? Results.Json(new { ok = true }) : Results.StatusCode(403);

            static string Hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
        });
        server.MapGet("/moved", () => Results.Redirect("/json"));
        server.MapGet("/round", () => Results.Redirect("/round"));
        server.MapGet("/huge", async (HttpResponse response, CancellationToken cancellation) =>
        {
            for (var i = 0; i < 40; i++)
            {
                await response.Body.WriteAsync(new byte[1024 * 1024], cancellation);
            }
        });
        server.MapPost("/order", async (CancellationToken cancellation) =>
        {
            while (hold)
            {
                await Task.Delay(20, cancellation);
            }

            return Results.Json(new { taken = true });
        });
        await server.StartAsync();
    }

    [Fact]
    public async Task an_answer_is_the_tasks_output()
    {
        await using var it = new EngineUnderTest();
        (await it.Output(Get("/json"))).ShouldBe(Json.Of(("ok", true)));
        (await it.Output(Get("/moved"))).ShouldBe(Json.Of(("ok", true)));
    }

    [Theory]
    [InlineData("/gone", 404)]
    [InlineData("/round", 302)]
    [InlineData("/huge", 502)]
    public async Task what_is_no_success_is_a_communication_fault_with_its_status(string path, int status)
    {
        await using var it = new EngineUnderTest();
        var fault = await it.Fault(Get(path));
        fault.Type.ShouldBe(FaultTypes.Communication);
        fault.Status.ShouldBe(status);
        fault.Instance.ShouldBe("/do/0/call");
    }

    [Theory]
    [InlineData("get", "secret", null)]
    [InlineData("post", "secret", null)]
    [InlineData("get", "wrong", 403)]
    public async Task a_digest_challenge_is_answered(string method, string password, int? status)
    {
        await using var it = new EngineUnderTest();
        var call = $"  - call: {{ call: http, with: {{ method: {method}, endpoint: {{ uri: '{address}/digest?a=1', authentication: {{ digest: {{ username: ada, password: {password} }} }} }} }} }}\n";
        if (status is null)
        {
            (await it.Output(call)).ShouldBe(Json.Of(("ok", true)));
        }
        else
        {
            (await it.Fault(call)).Status.ShouldBe(status.Value);
        }
    }

    [Fact]
    public async Task nobody_there_is_a_communication_fault()
    {
        await using var it = new EngineUnderTest();
        var fault = await it.Fault($"  - call: {{ call: http, with: {{ method: get, endpoint: 'http://127.0.0.1:{FreePort.Next()}/' }} }}\n");
        fault.Type.ShouldBe(FaultTypes.Communication);
        fault.Status.ShouldBe(503);
    }

    [Fact]
    public async Task a_call_in_flight_at_a_crash_is_sent_again_with_the_same_key()
    {
        await using var it = new EngineUnderTest();
        hold = true;
        var run = await it.Start($"  - call: {{ call: http, with: {{ method: post, endpoint: '{address}/order', body: {{ a: 1 }} }} }}\n");
        await EngineUnderTest.Eventually(() => !requests.IsEmpty);
        await it.Restart();
        hold = false;
        (await it.Ended(run)).ShouldBeOfType<Ending.Completed>();
        requests.Count.ShouldBe(2);
        requests.Select(r => r.Key).Distinct().ShouldHaveSingleItem().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task a_call_is_broken_off_by_its_time_out_and_by_a_cancel()
    {
        await using var it = new EngineUnderTest();
        hold = true;
        var fault = await it.Fault(
            $"  - call: {{ call: http, with: {{ method: post, endpoint: '{address}/order' }}, timeout: {{ after: {{ milliseconds: 200 }} }} }}\n");
        fault.Type.ShouldBe(FaultTypes.Timeout);

        var run = await it.Start($"  - call: {{ call: http, with: {{ method: post, endpoint: '{address}/order' }} }}\n");
        await EngineUnderTest.Eventually(() => requests.Count == 2);
        await it.Ask(run, Domain.Runs.ControlKind.Cancel, graceSeconds: 30);
        (await it.Ended(run).WaitAsync(TimeSpan.FromSeconds(5))).ShouldBeOfType<Ending.Cancelled>();
    }

    public async ValueTask DisposeAsync()
    {
        hold = false;
        await server.DisposeAsync();
    }

    private string Get(string path) => $"  - call: {{ call: http, with: {{ method: get, endpoint: '{address}{path}' }} }}\n";
}
