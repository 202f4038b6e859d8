using Jarvis.Api.Accounts;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Tests.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>graphql-transport-ws, message by message and close code by close code.</summary>
public sealed class SocketTransportTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task an_unknown_subprotocol_closes_4406()
    {
        await using var socket = await SocketUnderTest.Open(server, "graphql-ws");
        (await socket.Closed()).ShouldBe(4406);
    }

    [Fact]
    public async Task no_initialisation_in_time_closes_4408()
    {
        await using var socket = await SocketUnderTest.Open(server);
        (await socket.Closed()).ShouldBe(4408);
    }

    [Theory]
    [InlineData("""{"type":"connection_init"}""")]
    [InlineData("""{"type":"connection_init","payload":{"Authorization":"Bearer forged"}}""")]
    public async Task no_or_a_bad_token_closes_4403(string message)
    {
        await using var socket = await SocketUnderTest.Open(server);
        await socket.SendText(message);
        (await socket.Closed()).ShouldBe(4403);
    }

    [Fact]
    public async Task a_runners_token_closes_4403()
    {
        var person = await Person.Register(server);
        var device = await server.PairedDevice(person.Id);
        await using var socket = await SocketUnderTest.Open(server);
        await socket.Send(new { type = "connection_init", payload = new { Authorization = $"Bearer {await server.TokenOf(person.Id, device)}" } });
        (await socket.Closed()).ShouldBe(4403);
    }

    [Fact]
    public async Task who_has_not_said_who_they_are_sends_nothing_large()
    {
        await using var stranger = await SocketUnderTest.Open(server);
        await stranger.Send(new { type = "ping", payload = new { text = new string('x', GraphQLLimits.StrangersMessageBytes) } });
        (await stranger.Closed()).ShouldBe(4400);
        await using var person = await SocketUnderTest.OpenAs(server, (await Person.Register(server)).AccessToken);
        await person.Send(new { type = "ping", payload = new { text = new string('x', GraphQLLimits.StrangersMessageBytes * 10) } });
        (await person.Receive())!.Value.Text("type").ShouldBe("pong");
    }

    [Fact]
    public void an_account_has_so_many_sockets_and_no_more()
    {
        var count = new SocketCount();
        var account = Guid.NewGuid();
        var places = Enumerable.Range(0, GraphQLLimits.SocketsPerAccount).Select(_ => count.Admit(account)).ToList();
        places.ShouldAllBe(place => place != null);
        count.Admit(account).ShouldBeNull();
        count.Admit(Guid.NewGuid()).ShouldNotBeNull();
        places[0]!.Dispose();
        places[0]!.Dispose();
        count.Admit(account).ShouldNotBeNull();
        count.Admit(account).ShouldBeNull();
    }

    [Fact]
    public async Task a_token_of_an_ended_session_closes_4401()
    {
        var person = await Person.Register(server);
        await server.Services.GetRequiredService<Sessions>().End(person.RefreshToken, CancellationToken.None);
        await using var socket = await SocketUnderTest.Open(server);
        await socket.Send(new { type = "connection_init", payload = new { Authorization = $"Bearer {person.AccessToken}" } });
        (await socket.Closed()).ShouldBe(4401);
    }

    [Fact]
    public async Task an_open_socket_is_closed_when_its_session_ends_elsewhere()
    {
        var person = await Person.Register(server);
        await using var socket = await SocketUnderTest.OpenAs(server, person.AccessToken);
        await server.Scalar<int>($"update sign_in.sessions set ended_at = now() where account_id = '{person.Id}' returning 1");
        (await socket.Closed().WaitAsync(TimeSpan.FromSeconds(5))).ShouldBe(4401);
    }

    [Fact]
    public async Task two_initialisations_close_4429()
    {
        var person = await Person.Register(server);
        await using var socket = await SocketUnderTest.OpenAs(server, person.AccessToken);
        await socket.Send(new { type = "connection_init", payload = new { Authorization = $"Bearer {person.AccessToken}" } });
        (await socket.Closed()).ShouldBe(4429);
    }

    [Fact]
    public async Task an_operation_before_the_acknowledgement_closes_4401()
    {
        await using var socket = await SocketUnderTest.Open(server);
        await socket.Subscribe("1", "{ position }");
        (await socket.Closed()).ShouldBe(4401);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"unheard_of"}""")]
    [InlineData("""{"type":"subscribe","payload":{"query":"{ position }"}}""")]
    [InlineData("""{"type":"subscribe","id":"1"}""")]
    [InlineData("""{"type":"subscribe","id":"1","payload":{"query":7}}""")]
    [InlineData("""{"type":"subscribe","id":7,"payload":{"query":"{ position }"}}""")]
    [InlineData("""{"type":"ping","payload":7}""")]
    public async Task a_message_the_protocol_does_not_know_closes_4400(string message)
    {
        var person = await Person.Register(server);
        await using var socket = await SocketUnderTest.OpenAs(server, person.AccessToken);
        await socket.SendText(message);
        (await socket.Closed()).ShouldBe(4400);
    }

    [Fact]
    public async Task the_same_id_twice_closes_4409_and_once_more_after_completion_does_not()
    {
        var person = await Person.Register(server);
        await using var socket = await SocketUnderTest.OpenAs(server, person.AccessToken);
        await socket.Subscribe("1", "subscription { runsChanged { position } }");
        await socket.Send(new { type = "complete", id = "1" });
        await socket.Subscribe("1", "{ position }");
        (await socket.Receive())!.Value.Text("type").ShouldBe("next");
        (await socket.Receive())!.Value.Text("type").ShouldBe("complete");
        await socket.Subscribe("2", "subscription { runsChanged { position } }");
        await socket.Subscribe("2", "subscription { devicesChanged { position } }");
        (await socket.Closed()).ShouldBe(4409);
    }

    [Fact]
    public async Task a_ping_is_answered_with_its_payload_even_before_the_acknowledgement()
    {
        await using var socket = await SocketUnderTest.Open(server);
        await socket.SendText("""{"type":"ping","payload":{"a":1}}""");
        (await socket.Receive())!.Value.ToString().ShouldBe("""{"type":"pong","payload":{"a":1}}""");
    }

    [Theory]
    [InlineData('x')]
    [InlineData('\u00e9')]
    [InlineData('\u9f8d')]
    public async Task a_long_id_that_is_there_twice_closes_4409_as_well(char letter)
    {
        await using var socket = await SocketUnderTest.OpenAs(server, (await Person.Register(server)).AccessToken);
        var id = new string(letter, 256);
        await socket.Subscribe(id, "subscription { runsChanged { position } }");
        await socket.Subscribe(id, "{ viewer { id } }");
        (await socket.Closed()).ShouldBe(4409);
    }

    [Fact]
    public async Task a_query_is_answered_and_a_wrong_one_is_an_error_that_ends_only_itself()
    {
        var person = await Person.Register(server);
        await using var socket = await SocketUnderTest.OpenAs(server, person.AccessToken);
        await socket.Subscribe("bad", "{ nothing }");
        var error = (await socket.Receive())!.Value;
        error.Text("type").ShouldBe("error");
        error.Text("id").ShouldBe("bad");
        error.At("payload").GetArrayLength().ShouldBe(1);
        await socket.Subscribe("good", "{ viewer { id } }");
        (await socket.Receive())!.Value.Text("payload", "data", "viewer", "id").ShouldBe(person.Id.ToString());
    }

    [Fact]
    public async Task one_socket_carries_a_bounded_number_of_operations()
    {
        var person = await Person.Register(server);
        await using var socket = await SocketUnderTest.OpenAs(server, person.AccessToken);
        for (var i = 0; i <= Jarvis.Api.Platform.GraphQL.GraphQLLimits.OperationsPerSocket; i++)
        {
            await socket.Subscribe($"s{i}", "subscription { runsChanged { position } }");
        }

        (await socket.Receive())!.Value.Text("payload", 0, "extensions", "code").ShouldBe("graphql.too_many_operations");
    }
}
