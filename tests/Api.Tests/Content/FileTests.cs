using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform;
using Jarvis.Api.Tests.Platform.Blobs;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Documents;

/// <summary>Templates, knowledge documents, recordings and pictures of people: kept for their owner and given to nobody else.</summary>
public sealed class FileTests(BlobServer server) : IClassFixture<BlobServer>
{
    [Theory]
    [InlineData("TEMPLATE", "text/plain")]
    [InlineData("KNOWLEDGE_DOCUMENT", "application/pdf")]
    [InlineData("RECORDING", "audio/mpeg")]
    [InlineData("AVATAR", "image/png")]
    public async Task each_kind_is_stored_and_fetched_by_its_owner_alone(string kind, string type)
    {
        var person = await Person.Register(server);
        var content = BlobOwner.Content(3_000);
        var id = await Store(person, kind, "我的 文件", content, type);

        var listed = (await person.Client.Ask($"{{ files(kind: {kind}) {{ nodes {{ id name kind type size hash address }} }} }}")).At("files", "nodes", 0);
        (listed.At("id").GetGuid(), listed.Text("name"), listed.Text("type"), listed.At("size").GetDouble()).ShouldBe((id, "我的 文件", type, 3_000));
        (await person.Client.GetByteArrayAsync(listed.Text("address"))).ShouldBe(content);
        using var ticket = await person.Client.PostAsJsonAsync("/auth/ticket", new { path = listed.Text("address") });
        (await server.Anonymous().GetByteArrayAsync((await ticket.Content.ReadFromJsonAsync<JsonElement>()).Text("url"))).ShouldBe(content);
        (await server.Scalar<long>("select count(*) from jarvis.mt_doc_keptfile where data::text like '%我的%'")).ShouldBe(0, "its name stands sealed");

        var stranger = await Person.Register(server);
        (await stranger.Client.Ask("{ files { nodes { id } } }")).At("files", "nodes").GetArrayLength().ShouldBe(0);
        (await stranger.Client.GetAsync(listed.Text("address"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await server.Anonymous().GetAsync(listed.Text("address"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var runner = await server.ClientOf(person.Id, await server.PairedDevice(person.Id));
        (await runner.GetAsync(listed.Text("address"))).StatusCode.ShouldBe(HttpStatusCode.NotFound, "reading is for people");
        (await stranger.Client.AskRefused(Remove, new { input = new { commandId = Guid.CreateVersion7(), fileId = id } })).ShouldBe("file.not_found");
    }

    [Fact]
    public async Task a_picture_is_seen_where_the_account_is_shown_and_a_new_one_takes_its_place()
    {
        var person = await Person.Register(server);
        var first = await Store(person, "AVATAR", "me", BlobOwner.Content(500), "image/png");
        var picture = BlobOwner.Content(600);
        var second = await Store(person, "AVATAR", "me again", picture, "image/webp");
        (await person.Client.Ask("{ viewer { avatar { id } } files { nodes { id } } }")).ToString().ShouldNotContain(first.ToString());
        (await person.Client.Ask("{ viewer { avatar { id } } }")).At("viewer", "avatar", "id").GetGuid().ShouldBe(second);
        (await person.Client.GetAsync($"/files/{first}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        using var administrator = await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);
        var account = await Eventually.Be(
            async () => (await administrator.Ask("query($id: UUID!) { account(id: $id) { avatar { id name address } } }", new { id = person.Id })).At("account"),
            seen => seen.ValueKind == JsonValueKind.Object);
        account.At("avatar", "id").GetGuid().ShouldBe(second);
        account.At("avatar", "name").ValueKind.ShouldBe(JsonValueKind.Null);
        (await administrator.GetByteArrayAsync(account.Text("avatar", "address"))).ShouldBe(picture);
        var template = await Store(person, "TEMPLATE", "mine alone", BlobOwner.Content(100), "text/plain");
        (await administrator.GetAsync($"/files/{template}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task what_is_no_file_is_refused()
    {
        var person = await Person.Register(server);
        (await StoreRefused(person, "TEMPLATE", "x", BlobOwner.HashOf(BlobOwner.Content(10)))).ShouldBe("file.no_content");
        (await StoreRefused(person, "TEMPLATE", "", BlobOwner.HashOf([]))).ShouldBe("input.invalid");
        (await StoreRefused(person, "TEMPLATE", "x", "../../etc/passwd")).ShouldBe("input.invalid");
        (await StoreRefused(person, "AVATAR", "x", await Bring(person, BlobOwner.Content(10), "image/svg+xml"))).ShouldBe("file.no_avatar");
        var other = await Person.Register(server);
        (await StoreRefused(person, "TEMPLATE", "x", await Bring(other, BlobOwner.Content(20), "text/plain"))).ShouldBe("file.no_content", "another's content is none of theirs");
    }

    [Fact]
    public async Task content_of_a_file_is_no_orphan_until_the_file_is_removed()
    {
        var person = await Person.Register(server);
        var content = BlobOwner.Content(700);
        var id = await Store(person, "RECORDING", "call", content, "audio/mpeg");
        server.Clock.Move(TimeSpan.FromHours(30));
        (await IsOrphan(content)).ShouldBeFalse();
        var client = await server.ClientOf(person.Id);
        await client.Ask(Remove, new { input = new { commandId = Guid.CreateVersion7(), fileId = id } });
        (await client.Ask("{ files { nodes { id } } }")).At("files", "nodes").GetArrayLength().ShouldBe(0);
        (await client.GetAsync($"/files/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.AskRefused(Remove, new { input = new { commandId = Guid.CreateVersion7(), fileId = id } })).ShouldBe("file.not_found");
        (await IsOrphan(content)).ShouldBeTrue();
    }

    [Fact]
    public async Task files_are_paged_those_stored_last_first()
    {
        var person = await Person.Register(server);
        var stored = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            stored.Add(await Store(person, i % 2 == 0 ? "TEMPLATE" : "RECORDING", $"file {i}", BlobOwner.Content(50), "text/plain"));
        }

        var first = (await person.Client.Ask("{ files(first: 3) { nodes { id } pageInfo { endCursor hasNextPage } } }")).At("files");
        var rest = (await person.Client.Ask("query($after: String) { files(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage } } }", new { after = first.Text("pageInfo", "endCursor") })).At("files");
        Ids(first).Concat(Ids(rest)).ShouldBe(stored.AsEnumerable().Reverse());
        rest.At("pageInfo", "hasNextPage").GetBoolean().ShouldBeFalse();
        Ids((await person.Client.Ask("{ files(kind: RECORDING) { nodes { id } } }")).At("files")).ShouldBe([stored[3], stored[1]]);
        (await person.Client.AskRefused("{ files(after: \"zzz\") { nodes { id } } }")).ShouldBe("page.invalid");
    }

    private const string Remove = "mutation($input: RemoveFileInput!) { removeFile(input: $input) { position file { id } } }";
    private const string StoreIt = "mutation($input: StoreFileInput!) { storeFile(input: $input) { position file { id } } }";

    private async Task<bool> IsOrphan(byte[] content) =>
        (await server.Services.GetRequiredService<IOrphanBlobs>().Find(server.Clock.GetUtcNow() - TimeSpan.FromHours(1), 100, CancellationToken.None))
            .Any(orphan => orphan.Hash == BlobOwner.HashOf(content));

    private static IEnumerable<Guid> Ids(JsonElement page) => page.At("nodes").EnumerateArray().Select(node => node.At("id").GetGuid());

    private static async Task<string> Bring(Person person, byte[] content, string type)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        (await person.Client.PutAsync(BlobOwner.AddressOf(content), body)).IsSuccessStatusCode.ShouldBeTrue();
        return BlobOwner.HashOf(content);
    }

    private static async Task<Guid> Store(Person person, string kind, string name, byte[] content, string type) => (await person.Client.Ask(
        StoreIt, new { input = new { commandId = Guid.CreateVersion7(), kind, name, hash = await Bring(person, content, type) } })).At("storeFile", "file", "id").GetGuid();

    private static Task<string> StoreRefused(Person person, string kind, string name, string hash) =>
        person.Client.AskRefused(StoreIt, new { input = new { commandId = Guid.CreateVersion7(), kind, name, hash } });
}
