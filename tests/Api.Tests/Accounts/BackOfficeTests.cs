using System.Text.Json;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Api.Tests.Runs;
using Jarvis.Domain.Accounts;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Accounts;

/// <summary>What administrators see across owners, and how anybody finds a thing.</summary>
public sealed class BackOfficeTests(ServerUnderTest server) : IClassFixture<ServerUnderTest>
{
    [Fact]
    public async Task an_account_is_looked_up_by_its_address_and_shown_masked()
    {
        var person = await Person.Register(server);
        using var administrator = await Administrator();
        const string Question = """
            query($email: String) { accounts(filter: { email: $email }) { totalCount { value isExact }
                nodes { id role email displayName timeZone registeredAt lastSeenAt devices workflows runs } } }
            """;
        var found = await Eventually.Be(
            async () => (await administrator.Ask(Question, new { email = person.Email.ToUpperInvariant() })).At("accounts"), accounts => accounts.At("nodes").GetArrayLength() == 1);
        found.At("totalCount", "value").GetInt32().ShouldBe(1);
        var account = found.At("nodes", 0);
        account.At("id").GetGuid().ShouldBe(person.Id);
        account.Text("role").ShouldBe("OWNER");
        account.Text("email").ShouldBe($"{person.Email[0]}***@example.com");
        account.At("lastSeenAt").ValueKind.ShouldBe(JsonValueKind.String);
        (await administrator.Ask(Question, new { email = "nobody@example.com" })).At("accounts", "nodes").GetArrayLength().ShouldBe(0);

        var stranger = await Person.Register(server);
        (await stranger.Client.Ask(Question, new { email = person.Email })).At("accounts", "nodes").GetArrayLength().ShouldBe(0);
        var own = await Eventually.Be(
            async () => (await stranger.Client.Ask("{ accounts { nodes { id email } } }")).At("accounts", "nodes"), accounts => accounts.GetArrayLength() == 1);
        own[0].Text("email").ShouldBe(stranger.Email);
    }

    [Fact]
    public async Task lists_go_across_owners_for_administrators_and_narrow_to_one()
    {
        await using var one = await RunsOfAPerson.Make(server);
        await using var other = await RunsOfAPerson.Make(server);
        var run = await one.Begin();
        await other.Request();
        using var administrator = await Administrator();
        const string Question = """
            query($owner: UUID!) {
                runs(filter: { ownerId: $owner }) { totalCount { value isExact } nodes { id status input owner { id email } } }
                workflows(filter: { ownerId: $owner }) { totalCount { value isExact } nodes { name source owner { id } } }
                devices(filter: { ownerId: $owner, status: [ONLINE], text: "debian" }, order: LAST_SEEN) { totalCount { value isExact } nodes { id name os owner { id } } } }
            """;
        var seen = await Eventually.Be(
            () => administrator.Ask(Question, new { owner = one.Person.Id }),
            lists => lists.At("runs", "totalCount", "value").GetInt32() == 1 && lists.At("devices", "nodes").GetArrayLength() == 1);
        seen.At("runs", "nodes", 0, "id").GetGuid().ShouldBe(run);
        seen.At("runs", "nodes", 0, "input").ValueKind.ShouldBe(JsonValueKind.Null);
        seen.Text("runs", "nodes", 0, "owner", "email").ShouldBe($"{one.Person.Email[0]}***@example.com");
        seen.At("workflows", "totalCount", "value").GetInt32().ShouldBe(1);
        seen.At("workflows", "nodes", 0, "source").ValueKind.ShouldBe(JsonValueKind.Null, "a definition is its owner's alone");
        seen.At("devices", "totalCount", "value").GetInt32().ShouldBe(1);
        seen.At("devices", "nodes", 0, "name").ValueKind.ShouldBe(JsonValueKind.Null);

        // Whoever is none finds only what is theirs, whatever owner they name.
        var none = await other.Person.Client.Ask(Question, new { owner = one.Person.Id });
        none.At("runs", "nodes").GetArrayLength().ShouldBe(0);
        none.At("devices", "nodes").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task devices_are_paged_in_every_order_and_followed_by_id()
    {
        var person = await Person.Register(server);
        var devices = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            devices.Add(await server.PairedDevice(person.Id, $"pc {i}"));
        }

        foreach (var order in (string[])["NEWEST", "OLDEST", "LAST_SEEN"])
        {
            var whole = await Eventually.Be(() => Devices(person, order, "first: 10", null), page => page.At("nodes").GetArrayLength() == 5);
            var first = await Devices(person, order, "first: 3", null);
            var rest = await Devices(person, order, "first: 3, after: $cursor", first.Text("pageInfo", "endCursor"));
            Ids(first).Concat(Ids(rest)).ShouldBe(Ids(whole), order);
        }

        var some = (await person.Client.Ask("query($ids: [UUID!]) { devices(filter: { ids: $ids }) { totalCount { value } nodes { id } } }", new { ids = devices.Take(2) })).At("devices");
        some.At("totalCount", "value").GetInt32().ShouldBe(2);
        (await person.Client.AskRefused("{ devices(order: LAST_SEEN, after: \"cDE\") { nodes { id } } }")).ShouldBe("page.invalid");
    }

    [Fact]
    public async Task a_thing_is_found_by_its_id_by_the_beginning_of_it_by_address_and_by_name()
    {
        await using var mine = await RunsOfAPerson.Make(server);
        var run = await mine.Begin();
        using var administrator = await Administrator();
        foreach (var text in (string[])[run.ToString(), run.ToString("N")[..30], $" {run.ToString()[..35].ToUpperInvariant()} "])
        {
            var found = await Eventually.Be(() => Find(administrator, text), things => things.GetArrayLength() > 0);
            (found[0].Text("kind"), found[0].At("id").GetGuid()).ShouldBe(("RUN", run));
            found[0].Text("run", "workflowName").ShouldBe("greeting");
        }

        var device = await Eventually.Be(() => Find(administrator, mine.Runner.Device.ToString()), things => things.GetArrayLength() == 1);
        device[0].Text("kind").ShouldBe("DEVICE");
        var account = await Eventually.Be(() => Find(administrator, mine.Person.Email), things => things.GetArrayLength() == 1);
        (account[0].Text("kind"), account[0].At("id").GetGuid()).ShouldBe(("ACCOUNT", mine.Person.Id));
        (await Find(mine.Person.Client, "workBENCH"))[0].Text("device", "name").ShouldBe("workbench");
        (await Find(mine.Person.Client, "greet"))[0].Text("workflow", "name").ShouldBe("greeting");

        var stranger = await Person.Register(server);
        foreach (var text in (string[])[run.ToString(), mine.Runner.Device.ToString(), mine.Person.Email, mine.Person.Id.ToString(), "workbench", "greet", "   ", "zz%_"])
        {
            (await Find(stranger.Client, text)).GetArrayLength().ShouldBe(0, text);
        }
    }

    private async Task<HttpClient> Administrator() => await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);

    private static async Task<JsonElement> Find(HttpClient client, string text) => (await client.Ask(
        "query($text: String!) { find(text: $text) { kind id run { workflowName } device { name } workflow { name } account { id } } }", new { text })).At("find");

    private static async Task<JsonElement> Devices(Person person, string order, string page, string? cursor) => (await person.Client.Ask(
        $"query($order: DeviceOrder!{(cursor is null ? "" : ", $cursor: String")}) {{ devices(order: $order, {page}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}",
        new { order, cursor })).At("devices");

    private static IEnumerable<Guid> Ids(JsonElement page) => page.At("nodes").EnumerateArray().Select(node => node.At("id").GetGuid());
}
