using System.Net;
using System.Text;
using System.Text.Json;
using Jarvis.Api.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform;

/// <summary>What the framework itself refuses has a body all the same.</summary>
public sealed class PlainAnswersTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Theory]
    [InlineData("GET", "/nowhere", null, HttpStatusCode.NotFound, "address.not_found")]
    [InlineData("GET", "/m.old/devices", null, HttpStatusCode.NotFound, "address.not_found")]
    [InlineData("POST", "/nowhere", "{}", HttpStatusCode.NotFound, "address.not_found")]
    [InlineData("GET", "/auth/login", null, HttpStatusCode.MethodNotAllowed, "request.method_not_allowed")]
    [InlineData("POST", "/auth/login", "{bad", HttpStatusCode.BadRequest, "request.malformed")]
    [InlineData("POST", "/auth/login", "null", HttpStatusCode.BadRequest, "request.malformed")]
    [InlineData("POST", "/auth/login", "{\"email\":7}", HttpStatusCode.BadRequest, "request.malformed")]
    [InlineData("GET", "/audit/streams/01a205cc-1058-7de4-85a8-d2920f1fadc5", null, HttpStatusCode.Unauthorized, "auth.required")]
    public async Task a_refusal_is_problem_details_with_its_code(string method, string path, string? body, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await server.Anonymous().SendAsync(request);
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        problem.Text("code").ShouldBe(code);
        problem.ToString().ShouldNotContain("Exception");
    }

    [Fact]
    public async Task a_body_of_another_type_is_refused_by_name()
    {
        using var answer = await server.Anonymous().PostAsync("/auth/login", new StringContent("{}", Encoding.UTF8, "text/plain"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Text("code").ShouldBe("request.media_type");
    }

    [Fact]
    public void a_store_that_is_away_is_told_from_a_fault()
    {
        StoreAway.Is(new Npgsql.NpgsqlException("x", new System.Net.Sockets.SocketException())).ShouldBeTrue();
        StoreAway.Is(new InvalidOperationException("x", new Npgsql.PostgresException("x", "FATAL", "FATAL", "57P01"))).ShouldBeTrue();
        StoreAway.Is(new Npgsql.PostgresException("x", "ERROR", "ERROR", "23505")).ShouldBeFalse();
        StoreAway.Is(new InvalidOperationException("x")).ShouldBeFalse();
    }

    [Fact]
    public async Task a_person_who_opens_the_server_is_told_how_it_is_used()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere") { Headers = { { "Accept", "text/html,application/xhtml+xml" }, { "Host", "evil.example:1" } } };
        using var answer = await server.Anonymous().SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("build/jarvis login http://evil.example:1<");
    }
}
