using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>What a person sees and changes of the own account: profile, password, and where it is signed in.</summary>
public sealed class AccountTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    private const string NextPassword = "another horse battery";

    [Fact]
    public async Task a_profile_is_changed_field_by_field()
    {
        var person = await Person.Register(server);
        (await Update(person.Client, new { displayName = "  王小明 ", language = "zh-CN" })).Text("displayName").ShouldBe("王小明");
        var after = await Update(person.Client, new { timeZone = "Europe/Berlin" });
        after.Text("timeZone").ShouldBe("Europe/Berlin");
        after.Text("displayName").ShouldBe("王小明");
        after.Text("language").ShouldBe("zh-CN");
        after.Text("email").ShouldBe(person.Email);
        (await Update(person.Client, new { displayName = "" })).At("displayName").ValueKind.ShouldBe(JsonValueKind.Null);
        (await server.Scalar<long>("select count(*) from jarvis.mt_events where data::text like '%王小明%'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("timeZone", "Mars/Olympus")]
    [InlineData("language", "../etc")]
    [InlineData("displayName", null)]
    public async Task a_profile_that_cannot_be_is_refused(string field, string? value)
    {
        var person = await Person.Register(server);
        var input = new Dictionary<string, object> { ["commandId"] = Guid.CreateVersion7(), [field] = value ?? new string('x', 101) };
        (await person.Client.AskRefused("mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { position } }", new { input })).ShouldBe("input.invalid");
    }

    [Fact]
    public async Task after_a_change_the_old_password_is_refused_and_other_sessions_are_ended()
    {
        var person = await Person.Register(server);
        using var elsewhere = await SignIn(person.Email, Person.Password);
        var device = await server.PairedDevice(person.Id);
        using var runner = await server.ClientOf(person.Id, device);
        var commandId = Guid.CreateVersion7();
        var position = await Change(person.Client, commandId, Person.Password);

        (await Login(person.Email, Person.Password)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Login(person.Email, NextPassword)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await elsewhere.AskRefused("{ viewer { id } }")).ShouldBe("auth.session_ended");
        (await person.Client.Ask("{ viewer { id } }")).At("viewer", "id").GetGuid().ShouldBe(person.Id);
        // A device never knew the password: its session goes on.
        (await server.Scalar<long>($"select count(*) from sign_in.sessions where device_id = '{device}' and ended_at is null")).ShouldBe(1);
        // The same change again is the same change, although the password it proves is the old one by now.
        (await Change(person.Client, commandId, Person.Password)).ShouldBe(position);
    }

    [Fact]
    public async Task a_sign_in_that_is_still_proving_the_old_password_does_not_come_in_behind_its_change()
    {
        var person = await Person.Register(server);
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var change = new NpgsqlCommand("update sign_in.credentials set password_hash = $2 where account_id = $1", connection, transaction)
        {
            Parameters = { new() { Value = person.Id }, new() { Value = new PasswordHasher<object>().HashPassword(this, NextPassword) } },
        };
        (await change.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);

        // It reads what is committed, and is then at its end, or waits for the change.
        var signIn = Login(person.Email, Person.Password);
        await Eventually.Be(
            async () => signIn.IsCompleted
                || await server.Scalar<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0,
            isThere => isThere);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        (await signIn).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.Scalar<long>($"select count(*) from sign_in.sessions where account_id = '{person.Id}'")).ShouldBe(1, "the one that it was registered with");
    }

    [Fact]
    public async Task a_registration_sent_again_after_the_password_was_changed_signs_nobody_in()
    {
        var (email, key) = ($"{Guid.CreateVersion7():N}@example.com", Guid.CreateVersion7().ToString());
        var first = await Register();
        using var client = server.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", first.Body.Text("accessToken"));
        (await Register()).Status.ShouldBe(HttpStatusCode.Created);
        await Change(client, Guid.CreateVersion7(), Person.Password);

        var (status, body) = await Register();
        (status, body.Text("code")).ShouldBe((HttpStatusCode.Conflict, "account.email_taken"));

        async Task<(HttpStatusCode Status, JsonElement Body)> Register()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/register") { Content = JsonContent.Create(new { email, password = Person.Password }) };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await server.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);
            return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task a_wrong_current_password_changes_nothing_and_is_counted()
    {
        var person = await Person.Register(server);
        (await ChangeRefused(person.Client, "wrong", NextPassword)).ShouldBe("account.password_wrong");
        (await ChangeRefused(person.Client, Person.Password, "short")).ShouldBe("input.invalid");
        (await Login(person.Email, Person.Password)).StatusCode.ShouldBe(HttpStatusCode.OK);
        for (var i = 1; i < SignInLimits.GuessesPerAccount; i++)
        {
            await ChangeRefused(person.Client, "wrong" + i, NextPassword);
        }

        (await ChangeRefused(person.Client, Person.Password, NextPassword)).ShouldBe("account.locked");
    }

    [Fact]
    public async Task the_places_where_an_account_is_signed_in_are_told()
    {
        var person = await Person.Register(server);
        using var phone = await SignIn(person.Email, Person.Password, "Phone/1.0");
        var device = await server.PairedDevice(person.Id, "workbench");
        using var runner = await server.ClientOf(person.Id, device);
        var before = (await Sessions(phone)).Single(session => session.At("current").GetBoolean()).At("lastSeenAt").GetDateTimeOffset();
        server.Clock.Move(TimeSpan.FromMinutes(2));
        var sessions = await Sessions(phone);

        sessions.Count.ShouldBe(3);
        var current = sessions.Single(session => session.At("current").GetBoolean());
        current.Text("userAgent").ShouldBe("Phone/1.0");
        current.At("lastSeenAt").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(before.AddMinutes(2));
        var ofDevice = sessions.Single(session => session.At("device").ValueKind != JsonValueKind.Null);
        ofDevice.Text("device", "name").ShouldBe("workbench");
        (await server.Scalar<long>("select count(*) from sign_in.sessions where signed_in_from like '%Phone/1.0%'")).ShouldBe(0, "it stands sealed");
    }

    [Fact]
    public async Task a_session_is_ended_by_its_owner_alone()
    {
        var person = await Person.Register(server);
        using var phone = await SignIn(person.Email, Person.Password);
        var id = (await Sessions(phone)).Single(session => session.At("current").GetBoolean()).At("id").GetGuid();
        var stranger = await Person.Register(server);
        (await End(stranger.Client, id)).At("ended").GetInt32().ShouldBe(0);
        (await End(person.Client, id)).At("ended").GetInt32().ShouldBe(1);
        (await End(person.Client, id)).At("ended").GetInt32().ShouldBe(0);
        (await phone.AskRefused("{ viewer { id } }")).ShouldBe("auth.session_ended");
        (await person.Client.Ask("{ viewer { id } }")).At("viewer", "id").GetGuid().ShouldBe(person.Id);
    }

    [Fact]
    public async Task all_others_end_at_once_and_devices_go_on()
    {
        var person = await Person.Register(server);
        using var phone = await SignIn(person.Email, Person.Password);
        using var tablet = await SignIn(person.Email, Person.Password);
        using var runner = await server.ClientOf(person.Id, await server.PairedDevice(person.Id));
        var data = await phone.Ask(
            "mutation($input: EndOtherSessionsInput!) { endOtherSessions(input: $input) { ended } }", new { input = new { commandId = Guid.CreateVersion7() } });
        data.At("endOtherSessions", "ended").GetInt32().ShouldBe(2);
        (await person.Client.AskRefused("{ viewer { id } }")).ShouldBe("auth.session_ended");
        (await tablet.AskRefused("{ viewer { id } }")).ShouldBe("auth.session_ended");
        var left = await Sessions(phone);
        left.Count.ShouldBe(2);
        var ofDevice = left.Single(session => !session.At("current").GetBoolean()).At("id").GetGuid();
        (await phone.AskRefused(
            "mutation($input: EndSessionInput!) { endSession(input: $input) { ended } }",
            new { input = new { commandId = Guid.CreateVersion7(), sessionId = ofDevice } })).ShouldBe("session.of_device");
    }

    private static async Task<JsonElement> Update(HttpClient client, object change)
    {
        var input = JsonSerializer.SerializeToNode(change)!.AsObject();
        input["commandId"] = Guid.CreateVersion7();
        return (await client.Ask(
            "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { position viewer { displayName email timeZone language } } }", new { input }))
            .At("updateProfile", "viewer");
    }

    private static async Task<string> Change(HttpClient client, Guid commandId, string current) => (await client.Ask(
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { position } }",
        new { input = new { commandId, currentPassword = current, newPassword = NextPassword } })).Text("changePassword", "position")!;

    private static Task<string> ChangeRefused(HttpClient client, string current, string next) => client.AskRefused(
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { position } }",
        new { input = new { commandId = Guid.CreateVersion7(), currentPassword = current, newPassword = next } });

    private static async Task<JsonElement> End(HttpClient client, Guid sessionId) => (await client.Ask(
        "mutation($input: EndSessionInput!) { endSession(input: $input) { ended } }", new { input = new { commandId = Guid.CreateVersion7(), sessionId } })).At("endSession");

    private static async Task<List<JsonElement>> Sessions(HttpClient client) =>
        [.. (await client.Ask("{ sessions { id current userAgent address begunAt lastSeenAt expiresAt device { id name } } }")).At("sessions").EnumerateArray()];

    private Task<HttpResponseMessage> Login(string email, string password) => server.Anonymous().PostAsJsonAsync("/auth/login", new { email, password });

    private async Task<HttpClient> SignIn(string email, string password, string userAgent = "Browser/1.0")
    {
        var client = server.Anonymous();
        client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        using var answer = await client.PostAsJsonAsync("/auth/login", new { email, password });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("accessToken"));
        return client;
    }
}
