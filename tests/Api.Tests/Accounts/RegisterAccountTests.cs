using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>Registering is a command like any other: asked twice it has one effect, and its answer is kept.</summary>
public sealed class RegisterAccountTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private readonly string email = $"{Guid.NewGuid():N}@example.com";

    [Fact]
    public async Task a_repeat_under_the_same_key_answers_with_the_same_account()
    {
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Register(key, "correct horse battery")));

        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Created);
        var accounts = new HashSet<string?>();
        foreach (var (_, body) in answers)
        {
            using var client = server.Anonymous();
            client.DefaultRequestHeaders.Authorization = new("Bearer", body.Text("accessToken"));
            accounts.Add((await client.Ask("{ viewer { id } }")).Text("viewer", "id"));
        }

        accounts.ShouldHaveSingleItem();
        (await SignIn("correct horse battery")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task the_same_key_with_another_password_is_refused_and_changes_nothing()
    {
        var key = Guid.NewGuid().ToString();
        (await Register(key, "correct horse battery")).Status.ShouldBe(HttpStatusCode.Created);

        var (status, body) = await Register(key, "another horse battery");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.Text("code").ShouldBe("command.id_reused");
        (await SignIn("another horse battery")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task a_taken_address_stays_refused_under_its_key_and_a_key_that_is_none_is_refused()
    {
        (await Register(null, "correct horse battery")).Status.ShouldBe(HttpStatusCode.Created);
        var key = Guid.NewGuid().ToString();
        for (var i = 0; i < 2; i++)
        {
            var (status, body) = await Register(key, "correct horse battery");
            status.ShouldBe(HttpStatusCode.Conflict);
            body.Text("code").ShouldBe("account.email_taken");
        }

        (await Register("none", "correct horse battery")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task the_answer_is_kept_and_the_event_says_who_caused_it()
    {
        var key = Guid.NewGuid();
        (await Register(key.ToString(), "correct horse battery")).Status.ShouldBe(HttpStatusCode.Created);

        (await server.Scalar<long>($"select count(*) from jarvis.mt_doc_keptanswer where id like '%/{key:N}'")).ShouldBe(1);
        (await server.Scalar<bool>(
            $"select user_name = stream_id::text from jarvis.mt_events where type = 'ai.jarvis.account.registered.v1' and causation_id = '{key}'")).ShouldBeTrue();
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where data::text like '%horse%'")).ShouldBe(0);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Register(string? key, string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/register") { Content = JsonContent.Create(new { email, password }) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var client = server.Anonymous();
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<HttpStatusCode> SignIn(string password)
    {
        using var client = server.Anonymous();
        return (await client.PostAsJsonAsync("/auth/login", new { email, password })).StatusCode;
    }
}
