using System.Net;
using System.Text.Json;
using Jarvis.Api.Tests.Platform.GraphQL;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Platform;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>Blobs at their nodes, and those that nothing names.</summary>
public sealed class BlobViewTests(BlobServer server) : IClassFixture<BlobServer>
{
    private const string OfRun = """
        query ($id: UUID!) { run(id: $id) {
            screenshots { hash size type address pending takenAt instance use }
            tasks { nodes { instance blobs { hash address pending use } } } } }
        """;

    private const string Orphans = "{ orphanBlobs { count bytes storedBefore blobs { hash size owner { id } } } }";

    private const string Collect = "mutation ($input: CollectOrphanBlobsInput!) { collectOrphanBlobs(input: $input) { removed position } }";

    [Fact]
    public async Task a_picture_stands_at_its_node_pending_until_its_content_came()
    {
        await using var owner = await BlobOwner.Make(server);
        var picture = BlobOwner.Content(1_000);
        await owner.Attach(picture);
        await owner.Name(picture);
        var before = await Shown(owner, 1);
        await owner.Store(picture);
        var after = await Shown(owner, 1);

        before.At("screenshots", 0).Text("pending").ShouldBe("True");
        before.At("screenshots", 0, "address").ValueKind.ShouldBe(JsonValueKind.Null);
        var shown = after.At("screenshots", 0);
        shown.Text("address").ShouldBe(BlobOwner.AddressOf(picture));
        (shown.Text("hash"), shown.Text("size"), shown.Text("type"), shown.Text("instance"), shown.Text("use")).ShouldBe(
            (BlobOwner.HashOf(picture), "1000", "image/png", "/do/0/greet", "SCREENSHOT"));
        after.At("tasks", "nodes", 0, "blobs").EnumerateArray().Select(blob => blob.Text("use")).ShouldBe(["SCREENSHOT", "VALUE"], ignoreOrder: true);
    }

    [Fact]
    public async Task an_administrator_sees_that_a_run_is_and_none_of_its_pictures()
    {
        await using var owner = await BlobOwner.Make(server);
        await owner.Attach(BlobOwner.Content(10));
        await Shown(owner, 1);
        using var administrator = await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);

        var run = (await administrator.Ask(OfRun, new { id = owner.Run })).At("run");

        run.At("screenshots").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task orphans_are_listed_first_and_then_collected()
    {
        await using var owner = await BlobOwner.Make(server);
        var (named, orphan, fresh) = (BlobOwner.Content(1_000), BlobOwner.Content(2_000), BlobOwner.Content(3_000));
        await owner.Store(named);
        await owner.Store(orphan);
        await owner.Name(named);
        using var administrator = await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);
        (await Mine(administrator, owner)).ShouldBeEmpty("the grace is not over");
        server.Clock.Move(TimeSpan.FromHours(25));

        // Signed in again: a day has gone by.
        await using var another = await BlobOwner.Make(server);
        await another.Store(fresh);
        using var later = await server.ClientOf(Guid.CreateVersion7(), AccountRole.Administrator);
        var list = (await later.Ask(Orphans)).At("orphanBlobs");
        (await Mine(later, owner)).ShouldBe([BlobOwner.HashOf(orphan)]);
        var (before, count) = (list.Text("storedBefore"), list.At("count").GetInt32());
        (await later.AskRefused(Collect, new { input = new { commandId = Guid.CreateVersion7(), storedBefore = before, count = count + 1 } })).ShouldBe("blob.orphans_changed");
        var command = Guid.CreateVersion7();
        var collected = await later.Ask(Collect, new { input = new { commandId = command, storedBefore = before, count } });
        var again = await later.Ask(Collect, new { input = new { commandId = command, storedBefore = before, count } });

        collected.At("collectOrphanBlobs").Text("removed").ShouldBe($"{count}");
        again.ToString().ShouldBe(collected.ToString(), "a repeat gets the first answer");
        (await Mine(later, owner)).ShouldBeEmpty();
        Files(orphan).ShouldBeEmpty();
        Files(named).ShouldHaveSingleItem();
        Files(fresh).ShouldHaveSingleItem();
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where type = 'ai.jarvis.blob.removed.v1' and data ->> 'hash' = '{BlobOwner.HashOf(orphan)}'")).ShouldBe(1);
    }

    [Fact]
    public async Task only_administrators_list_and_collect_orphans()
    {
        await using var owner = await BlobOwner.Make(server);

        (await owner.Person.AskRefused(Orphans)).ShouldBe("auth.forbidden");
        (await owner.Person.AskRefused(Collect, new { input = new { commandId = Guid.CreateVersion7(), storedBefore = "2026-01-01T00:00:00Z", count = 1 } })).ShouldBe("auth.forbidden");
    }

    private static async Task<JsonElement> Shown(BlobOwner owner, int pictures) => await Eventually.Be(
        async () => (await owner.Person.Ask(OfRun, new { id = owner.Run })).At("run"),
        run => run.ValueKind == JsonValueKind.Object && run.At("screenshots").GetArrayLength() == pictures);

    private static async Task<string[]> Mine(HttpClient administrator, BlobOwner owner) =>
        [.. (await administrator.Ask(Orphans)).At("orphanBlobs", "blobs").EnumerateArray()
            .Where(blob => blob.Text("owner", "id") == owner.Id.ToString()).Select(blob => blob.Text("hash")!)];

    private IEnumerable<string> Files(byte[] content) =>
        Directory.EnumerateFiles(Path.Combine(server.DataFolder, "blobs", "kept"), BlobOwner.HashOf(content), SearchOption.AllDirectories);
}
