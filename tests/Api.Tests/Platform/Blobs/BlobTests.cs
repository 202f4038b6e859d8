using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Jarvis.Api.Tests.Accounts;
using Jarvis.Api.Tests.Platform.GraphQL;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>Who brings a blob and who reads it.</summary>
public sealed class BlobTests(BlobServer server) : IClassFixture<BlobServer>
{
    [Fact]
    public async Task content_that_an_event_names_is_read_by_its_owner_as_it_was_brought()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(200_000);
        await owner.Store(content);
        await owner.Name(content);

        using var answer = await owner.Get(content);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(content);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("inline");
        answer.Headers.ETag!.Tag.ShouldBe($"\"{BlobOwner.HashOf(content)}\"");
        answer.Headers.CacheControl!.ToString().ShouldBe("max-age=31536000, private, immutable");
        answer.Header("X-Content-Type-Options").ShouldBe("nosniff");
        answer.Header("Content-Security-Policy")!.ShouldStartWith("sandbox");
    }

    [Fact]
    public async Task content_that_no_event_names_is_read_by_nobody()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);

        using var answer = await owner.Get(content);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Code()).ShouldBe("blob.not_found");
    }

    [Fact]
    public async Task another_person_learns_nothing_of_it_not_even_that_it_is()
    {
        await using var owner = await BlobOwner.Make(server);
        await using var other = await BlobOwner.Make(server);
        var (content, never) = (BlobOwner.Content(100_000), BlobOwner.Content(100_000));
        await owner.Store(content);
        await owner.Name(content);

        using var foreign = await other.Get(content);
        using var missing = await other.Get(never);
        using var head = await other.Head(content);
        using var headMissing = await other.Head(never);

        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Shape(await foreign.Content.ReadAsStringAsync()).ShouldBe(Shape(await missing.Content.ReadAsStringAsync()));
        (head.StatusCode, head.Header("Upload-Offset")).ShouldBe((headMissing.StatusCode, headMissing.Header("Upload-Offset")));
    }

    [Fact]
    public async Task an_administrator_reads_no_persons_content()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);
        await owner.Name(content);
        using var administrator = await server.ClientOf(Guid.CreateVersion7(), Domain.Accounts.AccountRole.Administrator);

        using var answer = await administrator.GetAsync(new Uri(BlobOwner.AddressOf(content), UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task the_same_content_of_two_owners_is_two_blobs()
    {
        await using var one = await BlobOwner.Make(server);
        await using var two = await BlobOwner.Make(server);
        var content = BlobOwner.Content(70_000);
        await one.Store(content);
        // Created, not found: that another has it is not told.
        await two.Store(content);
        await two.Name(content);

        await server.Vault.Destroy(one.Id, CancellationToken.None);

        using var answer = await two.Get(content);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(content);
        Files(BlobOwner.HashOf(content)).Count().ShouldBe(2);
    }

    [Fact]
    public async Task it_stands_sealed_on_disk()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("xylophone-quartz ", 10_000)));
        await owner.Store(content, "text/plain");

        var stored = await File.ReadAllBytesAsync(Files(BlobOwner.HashOf(content)).Single());

        stored.AsSpan().IndexOf("xylophone"u8).ShouldBe(-1);
        stored.Length.ShouldBeGreaterThan(content.Length);
    }

    [Fact]
    public async Task once_the_key_is_destroyed_it_reads_as_erased_and_nothing_new_is_taken()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);
        await owner.Name(content);
        await server.Vault.Destroy(owner.Id, CancellationToken.None);

        using var answer = await owner.Get(content);
        using var again = await owner.Put(BlobOwner.Content(10));

        answer.StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await answer.Code()).ShouldBe("blob.erased");
        again.StatusCode.ShouldBe(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task what_an_event_names_before_it_came_is_pending()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Attach(content);

        using var before = await owner.Get(content);
        (await before.Code()).ShouldBe("blob.pending");
        await owner.Store(content);
        using var after = await owner.Get(content);

        after.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task a_device_brings_and_does_not_read()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);
        await owner.Name(content);

        using var answer = await owner.Runner.GetAsync(new Uri(BlobOwner.AddressOf(content), UriKind.Relative));
        using var ticket = await owner.Runner.PostAsJsonAsync("/auth/ticket", new { path = BlobOwner.AddressOf(content) });

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        ticket.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task a_ticket_opens_it_without_a_token_and_nothing_else()
    {
        await using var owner = await BlobOwner.Make(server);
        var (content, other) = (BlobOwner.Content(100), BlobOwner.Content(100));
        await owner.Store(content);
        await owner.Name(content);
        await owner.Store(other);
        await owner.Name(other);
        using var ticket = await owner.Person.PostAsJsonAsync("/auth/ticket", new { path = BlobOwner.AddressOf(content) });
        var url = (await ticket.Content.ReadFromJsonAsync<JsonElement>()).Text("url")!;
        using var anonymous = server.Anonymous();

        (await anonymous.GetByteArrayAsync(new Uri(url, UriKind.Relative))).ShouldBe(content);
        using var elsewhere = await anonymous.GetAsync(new Uri(url.Replace(BlobOwner.HashOf(content), BlobOwner.HashOf(other), StringComparison.Ordinal), UriKind.Relative));
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var without = await anonymous.GetAsync(new Uri(BlobOwner.AddressOf(content), UriKind.Relative));
        without.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65_000, 70_000)]
    [InlineData(299_999, 299_999)]
    [InlineData(131_072, 196_607)]
    public async Task a_range_gives_just_that(int from, int to)
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(300_000);
        await owner.Store(content);
        await owner.Name(content);
        using var request = new HttpRequestMessage(HttpMethod.Get, BlobOwner.AddressOf(content)) { Headers = { Range = new RangeHeaderValue(from, to) } };

        using var answer = await owner.Person.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(content[from..(to + 1)]);
        answer.Content.Headers.ContentRange!.Length.ShouldBe(content.Length);
    }

    [Fact]
    public async Task a_range_beyond_the_end_is_refused_and_what_is_known_is_not_sent_again()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);
        await owner.Name(content);
        using var beyond = new HttpRequestMessage(HttpMethod.Get, BlobOwner.AddressOf(content)) { Headers = { Range = new RangeHeaderValue(100, 200) } };
        using var known = new HttpRequestMessage(HttpMethod.Get, BlobOwner.AddressOf(content)) { Headers = { IfNoneMatch = { new EntityTagHeaderValue($"\"{BlobOwner.HashOf(content)}\"") } } };

        using var refused = await owner.Person.SendAsync(beyond);
        using var same = await owner.Person.SendAsync(known);

        refused.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/svg+xml")]
    [InlineData("application/javascript")]
    [InlineData("text/xml")]
    public async Task what_a_browser_could_run_goes_out_as_bytes_to_save(string type)
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content, type);
        await owner.Name(content, type);

        using var answer = await owner.Get(content);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
    }

    [Fact]
    public async Task one_too_large_and_one_too_many_are_refused_clearly()
    {
        await using var owner = await BlobOwner.Make(server);
        using var tooLarge = await owner.Put(BlobOwner.Content(BlobServer.MaxBytes + 1));
        await owner.Store(BlobOwner.Content(BlobServer.MaxBytes));
        using var tooMany = await owner.Put(BlobOwner.Content(BlobServer.MaxBytes));
        await owner.Store(BlobOwner.Content(BlobServer.QuotaBytes - BlobServer.MaxBytes));

        (tooLarge.StatusCode, await tooLarge.Code()).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "blob.too_large"));
        (tooMany.StatusCode, await tooMany.Code()).ShouldBe((HttpStatusCode.InsufficientStorage, "blob.quota"));
    }

    [Fact]
    public async Task that_it_was_stored_is_an_event_and_doing_it_twice_changes_nothing()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);
        using var again = await owner.Put(content);

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Scalar<long>($"select count(*) from jarvis.mt_events where type = 'ai.jarvis.blob.stored.v1' and data ->> 'hash' = '{BlobOwner.HashOf(content)}'")).ShouldBe(1);
    }

    private IEnumerable<string> Files(string hash) => Directory.EnumerateFiles(Path.Combine(server.DataFolder, "blobs", "kept"), hash, SearchOption.AllDirectories);

    // Everything but the trace id, which is the request's own.
    private static string Shape(string problem)
    {
        var body = System.Text.Json.Nodes.JsonNode.Parse(problem)!.AsObject();
        body.Remove("traceId");
        return body.ToJsonString();
    }
}
