using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

public sealed class SignInTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task a_registered_person_signs_in_and_is_known()
    {
        var person = await Person.Register(server);
        var (status, body) = await Login(person.Email.ToUpperInvariant() + " ", Person.Password);
        status.ShouldBe(HttpStatusCode.OK);
        body.At("expiresIn").GetInt32().ShouldBe(600);
        using var client = Bearer(body.Text("accessToken")!);
        var viewer = (await client.Ask("{ viewer { id email timeZone } }")).At("viewer");
        viewer.Text("email").ShouldBe(person.Email);
        viewer.Text("timeZone").ShouldBe("Asia/Shanghai");
    }

    [Fact]
    public async Task an_address_is_taken_once()
    {
        var person = await Person.Register(server);
        using var again = await server.Anonymous().PostAsJsonAsync("/auth/register", new { email = person.Email, password = Person.Password });
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Code(again)).ShouldBe("account.email_taken");
    }

    [Theory]
    [InlineData("not an address", "correct horse", "email")]
    [InlineData("a@b.example", "short", "password")]
    public async Task a_registration_that_cannot_be_is_refused_by_field(string email, string password, string field)
    {
        using var answer = await server.Anonymous().PostAsJsonAsync("/auth/register", new { email, password });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("field").ShouldBe(field);
    }

    [Fact]
    public async Task nobody_becomes_an_administrator_by_guessing_the_set_up_token()
    {
        using var answer = await server.Anonymous().PostAsJsonAsync("/auth/register", new { email = "root@example.com", password = Person.Password, setupToken = "guess" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task a_known_and_an_unknown_address_get_the_same_answer()
    {
        var person = await Person.Register(server);
        var known = await Login(person.Email, "wrong");
        var unknown = await Login("nobody-" + person.Email, "wrong");
        known.Status.ShouldBe(HttpStatusCode.Unauthorized);
        unknown.Status.ShouldBe(known.Status);
        Without(unknown.Body, "traceId").ShouldBe(Without(known.Body, "traceId"));
    }

    [Fact]
    public async Task twenty_wrong_passwords_at_once_are_judged_and_no_more()
    {
        var person = await Person.Register(server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 25).Select(i => Login(i % 2 == 0 ? person.Email : person.Email.ToUpperInvariant(), "wrong" + i)));
        answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized).ShouldBe(SignInLimits.GuessesPerAccount);
        answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests && answer.Body.Text("code") == "account.locked").ShouldBe(5);
        // The right password is not judged either, and the open session goes on.
        (await Login(person.Email, Person.Password)).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        (await person.Client.Ask("{ viewer { id } }")).At("viewer", "id").GetGuid().ShouldBe(person.Id);
    }

    [Fact]
    public async Task a_right_password_costs_no_guess()
    {
        var person = await Person.Register(server);
        for (var i = 0; i < SignInLimits.GuessesPerAccount + 2; i++)
        {
            (await Login(person.Email, Person.Password)).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task twenty_refreshes_at_once_get_one_successor()
    {
        var person = await Person.Register(server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Refresh(person.RefreshToken)));
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        answers.Select(answer => answer.Body.Text("refreshToken")).Distinct().Count().ShouldBe(1);
        answers[0].Body.Text("refreshToken").ShouldNotBe(person.RefreshToken);
    }

    [Fact]
    public async Task a_token_that_is_used_again_later_ends_the_session()
    {
        var person = await Person.Register(server);
        var second = (await Refresh(person.RefreshToken)).Body.Text("refreshToken")!;
        var third = (await Refresh(second)).Body.Text("refreshToken")!;
        await server.Scalar<int>("update sign_in.refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null returning 1");
        (await Refresh(second)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await Refresh(third)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await person.Client.AskRefused("{ viewer { id } }")).ShouldBe("auth.session_ended");
    }

    [Fact]
    public async Task a_signed_out_session_is_refused_at_once()
    {
        var person = await Person.Register(server);
        (await server.Anonymous().PostAsJsonAsync("/auth/logout", new { refreshToken = person.RefreshToken })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Refresh(person.RefreshToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        using var answer = await person.Client.GetAsync($"/audit/streams/{person.Id}");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Code(answer)).ShouldBe("auth.session_ended");
    }

    [Fact]
    public async Task a_session_ended_elsewhere_is_refused_within_seconds()
    {
        var person = await Person.Register(server);
        await server.Scalar<int>($"update sign_in.sessions set ended_at = now() where account_id = '{person.Id}' returning 1");
        await Eventually.Be(
            async () => (await person.Client.Answer("{ viewer { id } }")).ToString(), answer => answer.Contains("auth.session_ended", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIn0.")]
    public async Task a_forged_token_is_refused(string token)
    {
        using var client = Bearer(token);
        (await client.AskRefused("{ viewer { id } }")).ShouldBe("auth.token_invalid");
    }

    [Fact]
    public async Task everything_else_needs_a_token()
    {
        foreach (var path in (string[])["/audit/events", "/graphql/schema.graphql", "/runner/v1/commands"])
        {
            using var answer = await server.Anonymous().GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
            (await Code(answer)).ShouldBe("auth.required");
        }

        foreach (var path in (string[])["/health/live", "/openapi/v1.json", "/docs", "/graphiql"])
        {
            (await server.Anonymous().GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        (await server.Anonymous().GetAsync("/setup?token=x")).StatusCode.ShouldBe(HttpStatusCode.Gone, "nobody is to be set up here, which needs no token to be told");
    }

    [Fact]
    public async Task a_ticket_opens_one_path_and_no_other()
    {
        var person = await Person.Register(server);
        using var made = await person.Client.PostAsJsonAsync("/auth/ticket", new { path = $"/audit/streams/{person.Id}" });
        var url = (await made.Content.ReadFromJsonAsync<JsonElement>()).Text("url")!;
        (await server.Anonymous().GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Anonymous().GetAsync(url.Replace(person.Id.ToString(), Guid.NewGuid().ToString(), StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await person.Client.PostAsJsonAsync("/auth/ticket", new { path = "//evil.example" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task a_persons_address_stands_nowhere_in_clear()
    {
        var person = await Person.Register(server);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where data::text like '%{person.Email}%' or headers::text like '%{person.Email}%'")).ShouldBe(0);
        (await server.Scalar<long>($"select count(*) from sign_in.credentials c where c::text like '%{person.Email}%'")).ShouldBe(0);
    }

    private HttpClient Bearer(string token)
    {
        var client = server.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Login(string email, string password)
    {
        using var answer = await server.Anonymous().PostAsJsonAsync("/auth/login", new { email, password });
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Refresh(string refreshToken)
    {
        using var answer = await server.Anonymous().PostAsJsonAsync("/auth/refresh", new { refreshToken });
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static string Without(JsonElement body, string name) =>
        string.Join(';', body.EnumerateObject().Where(member => member.Name != name).Select(member => member.ToString()));

    private static async Task<string> Code(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("code")!;
}
