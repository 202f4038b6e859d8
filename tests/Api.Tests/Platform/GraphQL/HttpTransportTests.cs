using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>GraphQL over HTTP, by the list of its audits.</summary>
public sealed class HttpTransportTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string Response = "application/graphql-response+json";
    private const string Json = "application/json";

    [Theory]
    [InlineData(Response, Response)]
    [InlineData(Json, Json)]
    [InlineData("*/*", Json)]
    [InlineData(null, Json)]
    [InlineData($"{Response}, {Json}", Response)]
    [InlineData($"{Response};q=0.5, {Json}", Json)]
    public async Task the_answers_type_is_what_the_client_accepts(string? accept, string expected)
    {
        using var answer = await Post("""{"query":"{ __typename }"}""", accept);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(expected);
        answer.Content.Headers.ContentType.CharSet.ShouldBe("utf-8");
        (await Body(answer)).ToString().ShouldBe("""{"data":{"__typename":"Query"}}""");
    }

    [Fact]
    public async Task a_client_that_accepts_neither_type_is_told_so() =>
        (await Post("""{"query":"{ __typename }"}""", "text/html")).StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData(null)]
    public async Task a_body_that_a_foreign_page_could_send_is_refused(string? type) =>
        (await Post("""{"query":"{ __typename }"}""", Json, type)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);

    [Theory]
    [InlineData("""{"query":""", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"query":7}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"query":"{ __typename }","operationName":7}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"query":"{ __typename }","variables":[7]}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"query":"{ __typename }","extensions":"x"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""[{"query":"{ __typename }"}]""", HttpStatusCode.BadRequest)]
    public async Task a_request_that_is_none_is_refused_by_status(string body, HttpStatusCode status)
    {
        (await Post(body, Json)).StatusCode.ShouldBe(status);
        (await Post(body, Response)).StatusCode.ShouldBe(status);
    }

    [Theory]
    [InlineData("""{"query":"{ __typename }","operationName":null,"variables":null,"extensions":null}""")]
    [InlineData("""{"query":"query A { __typename }","operationName":"A","variables":{},"extensions":{"a":1}}""")]
    public async Task optional_parameters_may_be_null_or_there(string body) => (await Post(body, Json)).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("{")]
    [InlineData("{ viewer { nothing } }")]
    [InlineData("query($id: UUID!) { run(id: $id) { id } }")]
    public async Task a_request_error_has_no_data_and_its_status_by_type(string query)
    {
        var person = await Person.Register(server);
        foreach (var (type, status) in new[] { (Response, HttpStatusCode.BadRequest), (Json, HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
            {
                Content = new StringContent(JsonSerializer.Serialize(new { query }), Encoding.UTF8, Json),
                Headers = { { "Accept", type } },
            };
            using var answer = await person.Client.SendAsync(request);
            answer.StatusCode.ShouldBe(status);
            var body = await Body(answer);
            body.TryGetProperty("data", out _).ShouldBeFalse();
            body.At("errors").GetArrayLength().ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task queries_go_by_get_and_mutations_do_not()
    {
        var person = await Person.Register(server);
        using var query = await person.Client.GetAsync("/graphql?query=query(%24f:Int)%7Bruns(first:%24f)%7Bnodes%7Bid%7D%7D%7D&variables=%7B%22f%22:1%7D");
        query.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Body(query)).At("data", "runs", "nodes").GetArrayLength().ShouldBe(0);
        using var mutation = await person.Client.GetAsync("/graphql?query=mutation%7B__typename%7D");
        mutation.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        mutation.Content.Headers.Allow.ShouldBe(["POST"]);
        using var put = await person.Client.PutAsync("/graphql", new StringContent("{}"));
        put.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        put.Content.Headers.Allow.ShouldBe(["GET", "POST"]);
    }

    [Fact]
    public async Task an_anonymous_query_is_answered_401()
    {
        using var answer = await Post("""{"query":"{ viewer { id } }"}""", Response);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        (await Body(answer)).Text("errors", 0, "extensions", "code").ShouldBe("auth.required");
    }

    [Fact]
    public async Task errors_leak_no_names_that_were_not_asked()
    {
        var person = await Person.Register(server);
        var answer = await person.Client.Answer("{ viewr { id } }");
        answer.ToString().ShouldNotContain("Did you mean");
        answer.ToString().ShouldNotContain("viewer\"");
    }

    [Fact]
    public async Task answers_carry_the_security_headers()
    {
        using var answer = await Post("""{"query":"{ __typename }"}""", Json);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
    }

    private async Task<HttpResponseMessage> Post(string body, string? accept, string? contentType = Json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (contentType is not null)
        {
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await server.Anonymous().SendAsync(request);
    }

    private static async Task<JsonElement> Body(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
