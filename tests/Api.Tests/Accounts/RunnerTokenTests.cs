using System.Net;
using System.Net.Http.Json;
using Jarvis.Api.Tests.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>A runner's token speaks for its device and not for the person who owns it, and the other way round.</summary>
public sealed class RunnerTokenTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task it_opens_none_of_the_persons_addresses()
    {
        var person = await Person.Register(server);
        var device = await server.PairedDevice(person.Id);
        using var runner = await server.ClientOf(person.Id, device);
        (await runner.PostAsJsonAsync("/graphql", new { query = "{ viewer { email } }" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await runner.PostAsJsonAsync("/graphql", new { query = "mutation { __typename }" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await runner.GetAsync($"/audit/streams/{person.Id}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await runner.GetAsync("/audit/events")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await runner.PostAsJsonAsync("/auth/ticket", new { path = $"/audit/streams/{person.Id}" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await runner.GetAsync("/graphql/schema.graphql")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("pc\0")]
    [InlineData("pc\u001b[31m")]
    public async Task a_device_has_no_name_that_steers_a_terminal_or_cannot_be_stored(string name) =>
        (await server.Anonymous().PostAsJsonAsync("/runner/v1/pair", new { name, os = "Linux", version = "1" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task a_ticket_is_for_a_path_of_one_line()
    {
        var person = await Person.Register(server);
        (await person.Client.PostAsJsonAsync("/auth/ticket", new { path = "/x\r\nSet-Cookie: a=b" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await person.Client.PostAsJsonAsync("/auth/ticket", new { path = "/x?y=1" })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task a_persons_token_opens_none_of_the_runners()
    {
        var person = await Person.Register(server);
        (await person.Client.PostAsJsonAsync("/runner/v1/events", Array.Empty<object>())).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await person.Client.GetAsync("/runner/v1/commands")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
