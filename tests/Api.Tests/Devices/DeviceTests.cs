using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Jarvis.Api.Devices;
using Jarvis.Api.Tests.Platform;
using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Wolverine;
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
    public async Task a_conversation_that_just_ended_fails_nobody_who_wakes_or_ends_it()
    {
        using var socket = WebSocket.CreateFromStream(Stream.Null, new WebSocketCreationOptions { IsServer = true });
        var services = server.Services;
        var conversation = new RunnerConversation(
            socket, Guid.CreateVersion7(), null, services.GetRequiredService<IServiceScopeFactory>(), server.Store, services.GetRequiredService<DeviceCommandFeed>(), server.Clock);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(conversation.Wake, TestContext.Current.CancellationToken)));

        conversation.Dispose();

        Should.NotThrow(conversation.Wake);
        Should.NotThrow(() => conversation.End(RunnerClose.Fenced));
    }

    public enum Look { Heartbeat, Lease, ClosedSocket }

    [Theory]
    [InlineData(Look.Heartbeat)]
    [InlineData(Look.Lease)]
    [InlineData(Look.ClosedSocket)]
    public async Task what_is_written_of_a_device_that_is_being_revoked_does_not_undo_it(Look look)
    {
        var (device, epoch) = await Connected(look);
        var answer = await WhileCommitting(
            device, new DeviceRevoked(owner, server.Clock.GetUtcNow(), null), presence => presence with { IsRevoked = true, IsOnline = false }, MessageOf(look, device, epoch));
        if (look == Look.Heartbeat)
        {
            answer!.Refusal.ShouldNotBeNull().Code.ShouldBe("device.revoked");
        }

        var presence = await Presence(device);
        (presence.IsRevoked, presence.IsOnline).ShouldBe((true, false));
    }

    [Theory]
    [InlineData(Look.Heartbeat)]
    [InlineData(Look.Lease)]
    [InlineData(Look.ClosedSocket)]
    public async Task what_is_written_of_a_device_that_says_hello_anew_does_not_set_its_epoch_back(Look look)
    {
        var (device, epoch) = await Connected(look);
        var now = server.Clock.GetUtcNow();
        var answer = await WhileCommitting(
            device, new DeviceConnected(epoch + 1, "Debian 12", "0.1.0", null, 0, now, 0), presence => presence with { Epoch = epoch + 1, LastSeenAt = now }, MessageOf(look, device, epoch));
        if (look == Look.Heartbeat)
        {
            answer!.Refusal.ShouldNotBeNull().Code.ShouldBe("device.epoch_fenced");
        }

        var presence = await Presence(device);
        (presence.Epoch, presence.IsOnline).ShouldBe((epoch + 1, true));
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

    /// <summary>One that was silent for long enough that a look at its lease finds it so.</summary>
    private async Task<(Guid Device, long Epoch)> Connected(Look look)
    {
        var device = await server.PairedDevice(owner);
        var epoch = (await Hand(new ConnectDevice(device, "Debian 12", "0.1.0", null, default, 0)))!.Epoch;
        if (look == Look.Lease)
        {
            await using var session = server.Store.LightweightSession();
            session.Store((await Presence(device)) with { LastSeenAt = server.Clock.GetUtcNow().AddSeconds(-Lease.Seconds - 1) });
            await session.SaveChangesAsync();
        }

        return (device, epoch);
    }

    private static object MessageOf(Look look, Guid device, long epoch) => look switch
    {
        Look.Heartbeat => new HearDevice(device, epoch, "Debian 12", "0.1.0", null, 0),
        Look.Lease => new CheckLease(device, epoch),
        _ => new LoseDevice(device, epoch),
    };

    /// <summary>Hands the bus a message while another transaction, written and not yet committed, changes the device.</summary>
    private async Task<DeviceConnection?> WhileCommitting(Guid device, object @event, Func<DevicePresence, DevicePresence> change, object message)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var session = server.Store.LightweightSession(Marten.Services.SessionOptions.ForTransaction(transaction)))
        {
            session.Events.Append(device, @event);
            session.Store(change(await Presence(device)));
            await session.SaveChangesAsync();
        }

        var asked = Hand(message);
        await Eventually.Be(
            () => server.Scalar<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"), waiting => waiting > 0);
        await transaction.CommitAsync();
        return await asked;
    }

    private async Task<DeviceConnection?> Hand(object message)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
        if (message is ConnectDevice or HearDevice)
        {
            return await bus.InvokeAsync<DeviceConnection>(message);
        }

        await bus.InvokeAsync(message);
        return null;
    }

    private async Task<DevicePresence> Presence(Guid device)
    {
        await using var session = server.Store.QuerySession();
        return (await session.LoadAsync<DevicePresence>(device))!;
    }

    private async Task<DevicePresenceState> State(Guid device)
    {
        await using var session = server.Store.QuerySession();
        return (await session.Events.AggregateStreamAsync<Device>(device))!.State;
    }

    private Task<long> Events(Guid device) => server.Scalar<long>($"select count(*) from jarvis.mt_events where stream_id = '{device}'");
}
