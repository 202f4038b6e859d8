using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Devices;

/// <summary>Pairing, leases and the command socket.</summary>
public sealed class DeviceTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task a_runner_is_paired_by_a_person_and_gets_rotating_tokens()
    {
        var asked = await Post("pair", new { name = "workbench", os = "Debian 12", version = "0.1.0" });
        asked.Status.ShouldBe(200);
        asked.Body["userCode"]!.ToString().ShouldMatch("^[B-Z]{4}-[B-Z]{4}$");
        asked.Body["verificationUri"]!.ToString().ShouldStartWith("http");
        var deviceCode = asked.Body["deviceCode"]!.ToString();

        var waiting = await Post("token", new { deviceCode });
        waiting.Status.ShouldBe(400);
        waiting.Body["error"]!.ToString().ShouldBe("authorization_pending");
        (await Post("token", new { deviceCode })).Body["error"]!.ToString().ShouldBe("slow_down");

        var approved = await server.Do(new ApproveDevice(asked.Body["userCode"]!.ToString().ToLowerInvariant(), null), owner);
        approved.Refusal.ShouldBeNull();
        var tokens = await Post("token", new { deviceCode });
        tokens.Status.ShouldBe(200);
        tokens.Body["deviceId"]!.ToString().ShouldBe(approved.Stream.ToString());
        var next = await Post("token", new { refreshToken = tokens.Body["refreshToken"]!.ToString() });
        next.Status.ShouldBe(200);
        next.Body["refreshToken"]!.ToString().ShouldNotBe(tokens.Body["refreshToken"]!.ToString());

        await server.Do(new RevokeDevice(approved.Stream!.Value), owner);
        (await Post("token", new { refreshToken = next.Body["refreshToken"]!.ToString() })).Status.ShouldBe(400);
    }

    [Fact]
    public async Task a_denied_or_unknown_code_gives_no_tokens()
    {
        var asked = await Post("pair", new { name = "workbench", os = "Debian 12", version = "0.1.0" });
        var code = asked.Body["userCode"]!.ToString();
        await server.Do(new DenyDevice(code), owner);

        (await Post("token", new { deviceCode = asked.Body["deviceCode"]!.ToString() })).Body["error"]!.ToString().ShouldBe("access_denied");
        (await Post("token", new { deviceCode = "nonsense" })).Body["error"]!.ToString().ShouldBe("expired_token");
        (await server.Do(new ApproveDevice(code, null), owner)).Refusal!.Code.ShouldBe("device.code_used");
        (await server.Do(new ApproveDevice("AAAA-AAAA", null), owner)).Refusal!.Code.ShouldBe("device.code_unknown");
    }

    [Theory]
    [InlineData("""{"os":"Debian 12","version":"0.1.0"}""")]
    [InlineData("""{"name":" ","os":"Debian 12","version":"0.1.0"}""")]
    public async Task a_pairing_without_its_fields_is_refused(string body) =>
        (await Post("pair", JsonNode.Parse(body)!)).Status.ShouldBe(400);

    [Fact]
    public async Task silence_makes_a_device_stale_and_then_offline_and_a_heartbeat_brings_it_back()
    {
        var device = await server.PairedDevice(owner);
        await using var runner = new RunnerUnderTest(server, owner, device);
        await runner.Connect();
        (await State(device)).ShouldBe(DevicePresenceState.Online);

        server.Clock.Move(TimeSpan.FromSeconds(Lease.StaleSeconds + 1));
        await server.Send(new CheckLease(device, runner.Epoch));
        (await State(device)).ShouldBe(DevicePresenceState.Stale);
        await runner.Send(new { type = "heartbeat", os = "Debian 13", version = "0.1.0", running = Array.Empty<Guid>(), clock = DateTimeOffset.UtcNow });
        (await runner.Receive())!["type"]!.ToString().ShouldBe("heartbeat");
        (await State(device)).ShouldBe(DevicePresenceState.Online);

        server.Clock.Move(TimeSpan.FromSeconds(Lease.Seconds + 1));
        await server.Send(new CheckLease(device, runner.Epoch));
        (await State(device)).ShouldBe(DevicePresenceState.Offline);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{device}' and type = 'ai.jarvis.device.changed.v1'")).ShouldBe(1);
    }

    [Fact]
    public async Task heartbeats_do_not_fill_the_store()
    {
        var device = await server.PairedDevice(owner);
        await using var runner = new RunnerUnderTest(server, owner, device);
        await runner.Connect();
        var before = await Events(device);
        for (var i = 0; i < 20; i++)
        {
            await runner.Send(new { type = "heartbeat", os = "Debian 12", version = "0.1.0", running = Array.Empty<Guid>(), clock = DateTimeOffset.UtcNow });
            (await runner.Receive())!["type"]!.ToString().ShouldBe("heartbeat");
        }

        (await Events(device)).ShouldBe(before);
    }

    [Fact]
    public async Task a_closed_socket_is_seen_at_once()
    {
        var device = await server.PairedDevice(owner);
        await using (var runner = new RunnerUnderTest(server, owner, device))
        {
            await runner.Connect();
        }

        await Eventually.Be(() => State(device), state => state == DevicePresenceState.Stale);
    }

    [Fact]
    public async Task frames_that_are_none_close_the_socket()
    {
        await using var runner = new RunnerUnderTest(server, owner, await server.PairedDevice(owner));
        await runner.Connect();
        await runner.Send(new { type = "surprise" });
        (await runner.Receive()).ShouldBeNull();
        ((int)runner.Closed!).ShouldBe(4400);
    }

    private async Task<(int Status, JsonObject Body)> Post(string what, object body)
    {
        using var client = server.Anonymous();
        var response = await client.PostAsJsonAsync(new Uri($"/runner/v1/{what}", UriKind.Relative), body);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    private async Task<DevicePresenceState> State(Guid device)
    {
        await using var session = server.Store.QuerySession();
        return (await session.Events.AggregateStreamAsync<Device>(device))!.State;
    }

    private Task<long> Events(Guid device) => server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{device}'");
}
