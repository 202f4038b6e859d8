using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
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

    [Fact]
    public async Task a_device_whose_later_tokens_a_restored_server_lost_goes_on_from_the_latest_that_it_knows()
    {
        var first = await Begin();
        var second = (await Refresh(first)).Next!;
        var third = (await Refresh(second)).Next!;
        var fourth = (await Refresh(third)).Next!;
        server.Clock.Move(TimeSpan.FromDays(1));
        await Lose(third, fourth, lastKnown: second);

        (await Refresh(fourth)).Status.ShouldBe(HttpStatusCode.BadRequest);
        var back = await Refresh(fourth, third, second, first);

        back.Status.ShouldBe(HttpStatusCode.OK);
        back.Next.ShouldBe(third);
        (await Refresh(third)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task to_name_earlier_tokens_brings_back_no_session_that_ended_and_hides_no_reuse()
    {
        var first = await Begin();
        var second = (await Refresh(first)).Next!;
        var third = (await Refresh(second)).Next!;
        server.Clock.Move(SignInLimits.RefreshOverlap + TimeSpan.FromSeconds(1));

        (await Refresh("nobody's", "nor this", first)).Status.ShouldBe(HttpStatusCode.BadRequest);

        (await Refresh(third, second, first)).Status.ShouldBe(HttpStatusCode.BadRequest, "the first was used long ago: somebody else holds it, and the session ended");
        (await Refresh(third, [.. Enumerable.Repeat("many", 501)])).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    /// <summary>As a backup that was made while <paramref name="lastKnown"/> was the latest brings it back.</summary>
    private async Task Lose(string later, string latest, string lastKnown)
    {
        foreach (var lost in new[] { later, latest })
        {
            await Execute($"delete from sign_in.refresh_tokens where token_hash = '\\x{Hash(lost)}'");
        }

        await Execute($"update sign_in.refresh_tokens set used_at = null where token_hash = '\\x{Hash(lastKnown)}'");
    }

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private async Task Execute(string sql) => await server.Scalar<long>($"with changed as ({sql} returning 1) select count(*) from changed");

    private async Task<string> Begin()
    {
        var owner = Guid.CreateVersion7();
        var device = await server.PairedDevice(owner);
        return (await server.Services.GetRequiredService<Sessions>().Begin(owner, AccountRole.Owner, device, CancellationToken.None)).RefreshToken;
    }

    private async Task<(HttpStatusCode Status, string? Next)> Refresh(string refreshToken, params string[] earlier)
    {
        using var client = server.Anonymous();
        using var answer = await client.PostAsJsonAsync("/runner/v1/token", new { refreshToken, earlier = earlier.Length > 0 ? earlier : null });
        return (answer.StatusCode, answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("refreshToken") : null);
    }
}
