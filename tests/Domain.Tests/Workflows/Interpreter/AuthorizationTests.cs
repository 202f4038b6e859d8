using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Shouldly;
using Xunit;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>Requests that prove who sends them by a token that has to be fetched, or by answering a challenge.</summary>
public sealed class AuthorizationTests
{
    private static Outcome Call(string authentication, Func<Activity.Http, HttpReply>? world = null, string use = "", int times = 1) => Story
        .Of($"use:\n  secrets: [held]\n{use}do:\n  - each:\n      for: {{ in: '[range({times})]' }}\n      do:\n        - call:\n            call: http\n            with: {{ method: get, endpoint: {{ uri: 'https://api.example/x', authentication: {authentication} }} }}\n            output: {{ as: '[$authorization.scheme, $authorization.parameter]' }}\n")
        .WithSecret("held", """{"authority":"https://auth.example","grant":"client_credentials","client":{"id":"me","secret":"s3cret"}}""")
        .Run(host => host.On("http", a => (world ?? World)((Activity.Http)a).ToOutput((Activity.Http)a)));

    private static HttpReply World(Activity.Http call) => call.Uri.AbsolutePath switch
    {
        "/.well-known/openid-configuration" => Answer("""{"token_endpoint":"https://auth.example/discovered"}"""),
        "/x" => Answer("1"),
        _ => Answer("""{"access_token":"t0ken","token_type":"bearer","expires_in":3600}"""),
    };

    private static HttpReply Answer(string json, int status = 200) => new(status, null, [new("Content-Type", "application/json")], Encoding.UTF8.GetBytes(json));

    private static string Body(Outcome run, int at = 0) => Uri.UnescapeDataString(Encoding.UTF8.GetString(((Activity.Http)run.Host.Performed[at]).Body!));

    [Fact]
    public void a_client_gets_a_token_and_sends_it()
    {
        var run = Call("{ oauth2: { authority: 'https://auth.example/realm', endpoints: { token: /get }, grant: client_credentials, client: { id: me, secret: s3cret }, scopes: [a, b], audiences: [c] } }");
        run.ShouldGive("""["Bearer","t0ken"]""");
        var asked = (Activity.Http)run.Host.Performed[0];
        asked.Uri.AbsoluteUri.ShouldBe("https://auth.example/realm/get");
        Body(run).ShouldBe("grant_type=client_credentials&client_id=me&client_secret=s3cret&scope=a b&audience=c");
        ((Activity.Http)run.Host.Performed[1]).Headers.ShouldContain(new KeyValuePair<string, string>("Authorization", "Bearer t0ken"));
    }

    [Fact]
    public void a_token_is_used_as_long_as_it_is_good()
    {
        var policy = "{ oauth2: { authority: 'https://auth.example', grant: client_credentials, client: { id: me, secret: s } } }";
        Call(policy, times: 3).Host.Performed.Count.ShouldBe(4);
        Call(policy, call => call.Uri.Host == "auth.example" ? Answer("""{"access_token":"t","expires_in":5}""") : Answer("1"), times: 3).Host.Performed.Count.ShouldBe(6);
    }

    [Theory]
    [InlineData("{ oidc: { authority: 'https://auth.example', grant: client_credentials, client: { id: me, secret: s } } }")]
    [InlineData("{ oauth2: { authority: 'https://auth.example/.well-known/openid-configuration', grant: client_credentials, client: { id: me, secret: s } } }")]
    public void the_endpoint_is_discovered(string policy) =>
        ((Activity.Http)Call(policy).Host.Performed[1]).Uri.AbsoluteUri.ShouldBe("https://auth.example/discovered");

    [Fact]
    public void the_policy_can_be_a_secret_or_a_reusable_one()
    {
        Call("{ oauth2: { use: held } }").ShouldGive("""["Bearer","t0ken"]""");
        Call("{ use: mine }", use: "  authentications: { mine: { oauth2: { authority: 'https://auth.example', grant: client_credentials, client: { id: me, secret: s } } } }\n").ShouldGive("""["Bearer","t0ken"]""");
    }

    [Theory]
    [InlineData("grant: password, username: u, password: p", "grant_type=password&client_id=me&client_secret=s&username=u&password=p")]
    [InlineData("grant: refresh_token, subject: { token: old, type: refresh }", "grant_type=refresh_token&client_id=me&client_secret=s&refresh_token=old")]
    [InlineData("grant: 'urn:ietf:params:oauth:grant-type:token-exchange', subject: { token: a, type: b }, actor: { token: c, type: d }", "subject_token=a&subject_token_type=b&actor_token=c&actor_token_type=d")]
    public void each_grant_sends_what_it_needs(string grant, string body) =>
        Body(Call($"{{ oauth2: {{ authority: 'https://auth.example', client: {{ id: me, secret: s }}, {grant} }} }}")).ShouldContain(body);

    [Fact]
    public void a_client_proves_itself_as_it_is_told()
    {
        Activity.Http Asked(string client) => (Activity.Http)Call($"{{ oauth2: {{ authority: 'https://auth.example', grant: client_credentials, client: {client} }} }}").Host.Performed[0];
        Asked("{ id: me, secret: s, authentication: client_secret_basic }").Headers.ShouldContain(new KeyValuePair<string, string>("Authorization", "Basic bWU6cw=="));
        var signed = Uri.UnescapeDataString(Encoding.UTF8.GetString(Asked("{ id: me, secret: s, authentication: client_secret_jwt }").Body!));
        signed.ShouldContain("client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        signed.Split("client_assertion=")[1].Split('.').Length.ShouldBe(3);
        Encoding.UTF8.GetString(Asked("{ id: me, assertion: a.b.c, authentication: private_key_jwt }").Body!).ShouldContain("client_assertion=a.b.c");
        Encoding.UTF8.GetString(Asked("{ id: me, authentication: none }").Body!).ShouldBe("grant_type=client_credentials&client_id=me");
    }

    [Fact]
    public void no_token_is_an_authentication_error()
    {
        const string policy = "{ oauth2: { authority: 'https://auth.example', grant: client_credentials, client: { id: me, secret: s } } }";
        var refused = Call(policy, _ => Answer("""{"error":"invalid_client"}""", 401)).Fault;
        (refused.Type, refused.Status).ShouldBe((FaultTypes.Authentication, 401));
        Call(policy, _ => Answer("{}")).Fault.Type.ShouldBe(FaultTypes.Authentication);
        Call("{ oauth2: { authority: 'https://auth.example', grant: client_credentials, client: { id: me, secret: s }, issuers: ['https://other'] } }").Fault.Type.ShouldBe(FaultTypes.Authentication);
        Call("{ oauth2: { authority: 'https://auth.example', grant: client_credentials } }").Fault.Type.ShouldBe(FaultTypes.Configuration);
        Call(policy, _ => Answer("{}", 500)).Fault.Type.ShouldBe(FaultTypes.Communication);
    }

    [Fact]
    public void a_digest_is_left_to_the_servers_challenge()
    {
        var run = Call("{ digest: { username: u, password: p } }");
        run.ShouldGive("""["Digest",""]""");
        var sent = (Activity.Http)run.Host.Performed.ShouldHaveSingleItem();
        sent.Digest.ShouldBe(new DigestCredentials("u", "p"));
        sent.Headers.ShouldNotContain(h => h.Key == "Authorization");
    }

    [Fact]
    public void the_whole_answer_does_not_tell_what_the_request_proved_itself_with()
    {
        var run = Story.Of("do:\n  - call:\n      call: http\n      with: { method: get, endpoint: { uri: 'https://api.example/x', authentication: { bearer: { token: t0ken } } }, output: response }\n")
            .Run(host => host.On("http", a => World((Activity.Http)a).ToOutput((Activity.Http)a)));
        run.Output.ToString().ShouldNotContain("t0ken");
        ((JsonObject)((JsonObject)run.Output)["request"]!)["headers"].ShouldBe(Json.Of(("Authorization", "***")));
    }
}
