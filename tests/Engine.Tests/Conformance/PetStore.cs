using Jarvis.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jarvis.Engine.Tests.Conformance;

/// <summary>The services that the scenarios call, on this machine.</summary>
internal sealed class PetStore : IAsyncDisposable
{
    private readonly WebApplication server;

    private PetStore(WebApplication server, string address)
    {
        this.server = server;
        Address = address;
    }

    public string Address { get; }

    public static async Task<PetStore> Open()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(address);
        var server = builder.Build();
        server.MapGet("/pets/{id:int}", (int id) => Results.Json(new { id, name = $"pet {id}", status = "available" }));
        server.MapGet("/pets", (string? status) => Results.Json(new[] { new { id = 1, name = "Milou", status }, new { id = 2, name = "Idefix", status } }));
        server.MapPost("/pets", async (HttpRequest request) => Results.Text(await new StreamReader(request.Body).ReadToEndAsync(), "application/json"));
        server.MapGet("/moved", () => Results.Redirect("/pets/1"));
        server.MapGet("/not-modified", () => Results.StatusCode(304));
        server.MapGet("/broken", () => Results.Problem("out of order", statusCode: 503));
        server.MapGet("/secured", (HttpRequest request) => request.Headers.Authorization.ToString() is { Length: > 0 } proof
            ? Results.Json(new { proof })
            : Results.Unauthorized());
        server.MapPost("/oauth2/token", () => Results.Json(new { access_token = "issued", token_type = "Bearer", expires_in = 60 }));
        server.MapGet("/openapi.json", () => Results.Text(
            """
            {"openapi":"3.0.0","paths":{"/pets/{petId}":{"get":{"operationId":"getPet","parameters":[{"name":"petId","in":"path","required":true}]}},
             "/pets":{"get":{"operationId":"findPets","parameters":[{"name":"status","in":"query"}]},"post":{"operationId":"addPet","requestBody":{"content":{"application/json":{}}}}}}}
            """, "application/json"));
        await server.StartAsync();
        return new PetStore(server, address);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
