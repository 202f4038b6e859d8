using System.Net;
using Jarvis.Client.Accounts;
using Jarvis.Client.Platform;
using Jarvis.Client.Tests.Platform;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Jarvis.Client.Tests.Accounts;

/// <summary>Signing in, staying signed in across tabs, and leaving nothing behind.</summary>
public sealed class SessionTests
{
    private readonly CannedServer server = new();
    private readonly MemoryBrowser.Device device = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task who_signs_in_is_signed_in_after_the_next_start_and_in_every_tab()
    {
        server.On("/auth/login", _ => (HttpStatusCode.OK, Pair("a1", "r1")));
        var first = await Tab();
        var other = await Tab();
        first.State.ShouldBe(SessionState.SignedOut);

        await first.SignIn("owner@example.test", "secret");

        first.State.ShouldBe(SessionState.SignedIn);
        other.State.ShouldBe(SessionState.SignedIn);
        (await other.Token()).ShouldBe("a1");
        (await Tab()).State.ShouldBe(SessionState.SignedIn);
    }

    [Fact]
    public async Task a_wrong_password_is_a_refusal_with_its_code()
    {
        server.On("/auth/login", _ => (HttpStatusCode.Unauthorized, """{"code":"auth.bad_credentials","detail":"no"}"""));
        var session = await Tab();

        (await Should.ThrowAsync<RefusedException>(() => session.SignIn("owner@example.test", "wrong"))).Code.ShouldBe("auth.bad_credentials");
        session.State.ShouldBe(SessionState.SignedOut);
    }

    [Fact]
    public async Task twenty_asks_in_two_tabs_refresh_once()
    {
        var answered = 0;
        server.On("/auth/refresh", _ => (HttpStatusCode.OK, Pair("a" + ++answered, "r" + answered)));
        device.Kept[(Stores.Session, "tokens")] = ScreenTest.Tokens("a0", "r0", clock.GetUtcNow().AddSeconds(5));
        var tabs = new[] { await Tab(), await Tab() };

        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => tabs[i % 2].Token()));

        tokens.Distinct().ShouldBe(["a1"]);
        server.AskedOf("/auth/refresh").ShouldHaveSingleItem()["refreshToken"]!.GetValue<string>().ShouldBe("r0");
    }

    [Fact]
    public async Task a_session_that_the_server_ended_expires_and_its_address_is_offered_again()
    {
        server.On("/auth/refresh", _ => (HttpStatusCode.Unauthorized, """{"code":"auth.refresh_invalid"}"""));
        device.Kept[(Stores.Session, "tokens")] = ScreenTest.Tokens("a0", "r0", clock.GetUtcNow().AddSeconds(-5));
        var session = await Tab();

        (await session.Token()).ShouldBeNull();

        session.State.ShouldBe(SessionState.Expired);
        session.Email.ShouldBe("owner@example.test");
        device.Kept.ShouldNotContainKey((Stores.Session, "tokens"));
        device.Wipes.ShouldBe(0);
    }

    [Fact]
    public async Task a_server_that_is_away_ends_no_session()
    {
        server.IsAway = true;
        device.Kept[(Stores.Session, "tokens")] = ScreenTest.Tokens("a0", "r0", clock.GetUtcNow().AddSeconds(-5));
        var session = await Tab();

        await Should.ThrowAsync<UnreachableException>(() => session.Token());

        session.State.ShouldBe(SessionState.SignedIn);
    }

    [Fact]
    public async Task signing_out_wipes_this_device_and_signs_out_every_tab_also_while_offline()
    {
        device.Kept[(Stores.Session, "tokens")] = ScreenTest.Tokens("a0", "r0", clock.GetUtcNow().AddMinutes(5));
        device.Kept[(Stores.Answers, "x")] = "something private";
        var session = await Tab();
        var other = await Tab();
        server.IsAway = true;

        await session.SignOut();

        device.Kept.ShouldBeEmpty();
        session.State.ShouldBe(SessionState.SignedOut);
        other.State.ShouldBe(SessionState.SignedOut);
        session.Email.ShouldBeNull();
    }

    [Fact]
    public async Task somebody_else_who_signs_in_over_an_expired_session_finds_nothing_of_the_first()
    {
        server.On("/auth/refresh", _ => (HttpStatusCode.Unauthorized, """{"code":"auth.refresh_invalid"}"""))
            .On("/auth/login", _ => (HttpStatusCode.OK, Pair("b1", "q1")));
        device.Kept[(Stores.Session, "tokens")] = ScreenTest.Tokens("a0", "r0", clock.GetUtcNow().AddSeconds(-5));
        device.Kept[(Stores.Drafts, "x")] = "something private";
        var session = await Tab();
        await session.Token();

        await session.SignIn("other@example.test", "secret");

        device.Kept.ShouldNotContainKey((Stores.Drafts, "x"));
    }

    private async Task<Session> Tab()
    {
        var browser = new MemoryBrowser(device) { Server = server };
        await browser.Start();
        var session = new Session(browser, clock);
        await session.Start();
        return session;
    }

    private static string Pair(string access, string refresh) => $$"""{"accessToken":"{{access}}","refreshToken":"{{refresh}}","expiresIn":600}""";
}
