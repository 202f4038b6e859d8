using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Domain.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>A runner's refresh token was rotated and the answer never came, and the PC was away for longer than the overlap.</summary>
public sealed class LostRefreshTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_device_gets_the_successor_it_never_saw_whenever_it_comes_back()
    {
        var first = await Begin();
        var lost = await Refresh(first);
        server.Clock.Move(TimeSpan.FromDays(14));

        var again = await Refresh(first);

        again.Status.ShouldBe(HttpStatusCode.OK);
        again.Next.ShouldBe(lost.Next);
        (await Refresh(again.Next!)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task once_the_successor_was_used_the_old_token_ends_the_session()
    {
        var first = await Begin();
        var second = (await Refresh(first)).Next!;
        var third = (await Refresh(second)).Next!;
        server.Clock.Move(SignInLimits.RefreshOverlap + TimeSpan.FromSeconds(1));

        (await Refresh(first)).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await Refresh(third)).Status.ShouldBe(HttpStatusCode.BadRequest, "two parties held the token: nobody keeps the session");
    }

    private async Task<string> Begin()
    {
        var owner = Guid.CreateVersion7();
        var device = await server.PairedDevice(owner);
        return (await server.Services.GetRequiredService<Sessions>().Begin(owner, AccountRole.Owner, device, CancellationToken.None)).RefreshToken;
    }

    private async Task<(HttpStatusCode Status, string? Next)> Refresh(string refreshToken)
    {
        using var client = server.Anonymous();
        using var answer = await client.PostAsJsonAsync("/runner/v1/token", new { refreshToken });
        return (answer.StatusCode, answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("refreshToken") : null);
    }
}
