using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>A registered person with a client that is signed in.</summary>
public sealed record Person(HttpClient Client, Guid Id, string Email, string AccessToken, string RefreshToken)
{
    public const string Password = "correct horse battery";

    public static async Task<Person> Register(ServerUnderTest server, string? setupToken = null)
    {
        var client = server.Anonymous();
        var email = $"{Guid.NewGuid():N}@example.com";
        using var answer = await client.PostAsJsonAsync("/auth/register", new { email, password = Password, setupToken, timeZone = "Asia/Shanghai" });
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var access = tokens.Text("accessToken")!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", access);
        return new Person(client, (await client.Ask("{ viewer { id } }")).At("viewer", "id").GetGuid(), email, access, tokens.Text("refreshToken")!);
    }
}
