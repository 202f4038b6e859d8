using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Tests.Accounts;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.GraphQL;

/// <summary>Bodies that are made to cost: refused by a look at their bytes, before anything is made of them.</summary>
public sealed class HostileBodyTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("digits")]
    [InlineData("fraction")]
    [InlineData("values")]
    [InlineData("names")]
    public async Task what_would_take_long_to_convert_is_refused_at_once(string kind)
    {
        var person = await Person.Register(server);
        var value = kind switch
        {
            "digits" => new string('9', 3_000_000),
            "fraction" => "0." + new string('9', 3_000_000),
            "values" => "[" + string.Join(',', Enumerable.Repeat("0", 1_000_000)) + "]",
            _ => "{" + string.Join(',', Enumerable.Range(0, 200_001).Select(n => $"\"k{n}\":0")) + "}",
        };
        var clock = Stopwatch.StartNew();
        var (status, body) = await Post(person.Client, """{"query":"query($f:Int){runs(first:$f){nodes{id}}}","variables":{"f":VALUE}}""".Replace("VALUE", value, StringComparison.Ordinal));
        status.ShouldBe(HttpStatusCode.BadRequest);
        body.Text("errors", 0, "extensions", "code").ShouldBe("graphql.too_large");
        clock.Elapsed.ShouldBeLessThan(Soon);
    }

    [Fact]
    public void an_exponent_costs_nothing()
    {
        var clock = Stopwatch.StartNew();
        var (json, _) = GraphQLBody.Parse("""{"a":1e999999999,"b":-1e2147483647,"c":1e-999999999}"""u8.ToArray());
        using (json)
        {
            var variables = GraphQLBody.Variables(json!.RootElement);
            variables["a"].ShouldBe(double.PositiveInfinity);
            variables["b"].ShouldBe(double.NegativeInfinity);
            Convert.ToDouble(variables["c"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(0);
        }

        clock.Elapsed.ShouldBeLessThan(Soon);
    }

    [Theory]
    [InlineData("""{"query":"{ __typename }","variables":{"k":0,"k":1}}""")]
    [InlineData("""{"query":"{ __typename }","query":"{ viewer { id } }"}""")]
    [InlineData("""{"query":"{ workflow(name: \"\ud800\") { id } }"}""")]
    [InlineData("""{"query":"{ __typename }","variables":{"\udc00":0}}""")]
    public async Task what_has_two_meanings_or_none_is_malformed(string body)
    {
        var person = await Person.Register(server);
        var (status, answer) = await Post(person.Client, body);
        status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Text("errors", 0, "extensions", "code").ShouldBe("graphql.malformed_json");
    }

    [Theory]
    [InlineData("query($t:RunFilter){runs(filter:$t){nodes{id}}}")]
    [InlineData("query($t:RunFilter){runs(filter:$t){totalCount{value}}}")]
    public async Task a_character_that_the_database_cannot_hold_is_refused_by_name(string query)
    {
        var person = await Person.Register(server);
        var (_, answer) = await Post(person.Client, JsonSerializer.Serialize(new { query, variables = new { t = new { text = "a\0b" } } }));
        answer.Text("errors", 0, "extensions", "code").ShouldBe("input.invalid");
    }

    [Fact]
    public void numbers_in_variables_keep_their_digits()
    {
        var (json, _) = GraphQLBody.Parse("""{"a":1,"b":12345678901,"c":123456789012345678901234567890,"d":1.50,"e":2.5e3,"f":[true,null,"x"]}"""u8.ToArray());
        using (json)
        {
            var variables = GraphQLBody.Variables(json!.RootElement);
            variables["a"].ShouldBe(1);
            variables["b"].ShouldBe(12345678901L);
            variables["c"].ShouldBe(System.Numerics.BigInteger.Parse("123456789012345678901234567890", System.Globalization.CultureInfo.InvariantCulture));
            variables["d"].ShouldBeOfType<decimal>().ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe("1.50");
            variables["e"].ShouldBe(2500d);
            variables["f"].ShouldBe(new List<object?> { true, null, "x" });
        }
    }

    [Fact]
    public async Task without_a_token_only_small_bodies_are_read()
    {
        var padding = new string(' ', GraphQLLimits.AnonymousBodyBytes);
        (await Post(server.Anonymous(), """{"query":"{ __typename }"}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await Post(server.Anonymous(), $$"""{"query":"{ __typename }"}{{padding}}""")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task one_account_holds_no_more_than_its_part_of_what_is_read_at_once()
    {
        using var bodies = new BodyBudget();
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        var held = new List<HeldBody>();
        for (long bytes = 0; bytes + (4 * 1024 * 1024) < BodyBudget.BytesForOne; bytes += 4 * 1024 * 1024)
        {
            var body = new HeldBody(bodies, one);
            body.Room(4 * 1024 * 1024, 4 * 1024 * 1024);
            held.Add(body);
        }

        await Should.ThrowAsync<BodyBudgetException>(() => bodies.Read(new MemoryStream(new byte[4 * 1024 * 1024]), 8 * 1024 * 1024, one, CancellationToken.None));
        (await bodies.Read(new MemoryStream(new byte[1024]), 4096, other, CancellationToken.None)).Length.ShouldBe(1024);
        held.ForEach(body => body.Dispose());
        using var again = await bodies.Read(new MemoryStream(new byte[4 * 1024 * 1024]), 8 * 1024 * 1024, one, CancellationToken.None);
        again.Length.ShouldBe(4 * 1024 * 1024);
        await Should.ThrowAsync<BodyTooLargeException>(() => bodies.Read(new MemoryStream(new byte[4097]), 4096, other, CancellationToken.None));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Post(HttpClient client, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/graphql-response+json") } },
        };
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
