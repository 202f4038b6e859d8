using System.Buffers;
using System.Net;
using Jarvis.Application.Platform.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>Uploads that come in parts, stop and go on.</summary>
public sealed class BlobUploadTests(BlobServer server) : IClassFixture<BlobServer>
{
    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    [InlineData(200_000)]
    public async Task parts_of_any_size_become_the_whole(int size)
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(size);
        var step = Math.Max(1, (size / 3) + 7);
        for (var at = 0; at < size; at += step)
        {
            using var part = await owner.Patch(content, at, Math.Min(step, size - at), size);
            part.StatusCode.ShouldBe(at + step >= size ? HttpStatusCode.Created : HttpStatusCode.NoContent, await part.Content.ReadAsStringAsync());
            part.Header("Upload-Offset").ShouldBe($"{Math.Min(at + step, size)}");
        }

        await owner.Name(content);
        using var answer = await owner.Get(content);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(content);
    }

    /// <summary>Ended by what finishes it and by its request: a buffer given back twice would be lent to two at once.</summary>
    [Fact]
    public async Task an_upload_that_is_ended_twice_gives_its_buffers_back_once()
    {
        var uploads = server.Services.GetRequiredService<BlobUploads>();
        var key = new BlobKey(Guid.CreateVersion7(), new string('a', 64));
        using var turn = (await uploads.Take(key, takeOver: false, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        var upload = (await uploads.Begin(turn, 10, "text/plain", TestContext.Current.CancellationToken)).ShouldNotBeNull();

        // On one thread the pool lends out first what came back last.
        upload.Dispose();
        upload.Dispose();
        var (one, other) = (ArrayPool<byte>.Shared.Rent(64 * 1024), ArrayPool<byte>.Shared.Rent(64 * 1024));

        other.ShouldNotBeSameAs(one);
        uploads.Discard(turn);
    }

    [Fact]
    public async Task nothing_at_all_is_content_as_well()
    {
        await using var owner = await BlobOwner.Make(server);
        await owner.Store([]);
        await owner.Name([]);

        using var answer = await owner.Get([]);

        (answer.StatusCode, answer.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, 0));
    }

    /// <summary>Each is judged beside the others, and none fails because another is being written.</summary>
    [Fact]
    public async Task many_that_come_at_once_are_all_taken_as_far_as_there_is_room()
    {
        await using var owner = await BlobOwner.Make(server);
        const int Size = 1024 * 1024;
        var contents = Enumerable.Range(0, 12).Select(_ => BlobOwner.Content(Size)).ToList();

        var answers = await Task.WhenAll(contents.Select(async content =>
        {
            using var answer = await owner.Put(content);
            return (answer.StatusCode, Code: answer.IsSuccessStatusCode ? null : await answer.Code());
        }));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(BlobServer.QuotaBytes / Size, string.Join(", ", answers));
        answers.Where(answer => answer.StatusCode != HttpStatusCode.Created).ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.InsufficientStorage && answer.Code == "blob.quota");
        (await server.Scalar<long>($"select (data ->> 'bytes')::bigint from jarvis.mt_doc_blobusage where id = '{owner.Id}'")).ShouldBe(BlobServer.QuotaBytes);
    }

    /// <summary>The server was killed, or its store was away, between the last part and the record of it: whoever asks must not take it for kept.</summary>
    [Fact]
    public async Task an_upload_that_came_whole_and_was_not_recorded_is_not_complete_and_nothing_more_completes_it()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100_000);
        var uploads = server.Services.GetRequiredService<BlobUploads>();
        var key = new BlobKey(owner.Id, BlobOwner.HashOf(content));
        using (var turn = (await uploads.Take(key, takeOver: false, TestContext.Current.CancellationToken)).ShouldNotBeNull())
        {
            using var upload = (await uploads.Begin(turn, content.Length, "image/png", TestContext.Current.CancellationToken)).ShouldNotBeNull();
            await upload.Append(new MemoryStream(content), TestContext.Current.CancellationToken);
        }

        using var asked = await owner.Head(content);
        (asked.StatusCode, asked.Header("Upload-Offset"), asked.Header("Upload-Complete")).ShouldBe((HttpStatusCode.OK, "100000", "?0"));
        using var last = await owner.Patch(content, content.Length, 0);
        last.StatusCode.ShouldBe(HttpStatusCode.Created, await last.Content.ReadAsStringAsync());
        using var whole = await owner.Head(content);
        whole.Header("Upload-Complete").ShouldBe("?1");
    }

    [Fact]
    public async Task a_head_says_how_far_it_came_and_at_the_end_that_it_is_there()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(150_000);
        using var none = await owner.Head(content);
        using var first = await owner.Patch(content, 0, 100_000, content.Length);
        using var half = await owner.Head(content);
        using var second = await owner.Patch(content, 100_000, 50_000);
        using var whole = await owner.Head(content);

        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (half.StatusCode, half.Header("Upload-Offset"), half.Header("Upload-Length"), half.Header("Upload-Complete")).ShouldBe((HttpStatusCode.OK, "100000", "150000", "?0"));
        (whole.StatusCode, whole.Header("Upload-Offset"), whole.Header("Upload-Length"), whole.Header("Upload-Complete")).ShouldBe((HttpStatusCode.OK, "150000", "150000", "?1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50_000)]
    [InlineData(100_001)]
    public async Task a_part_for_another_place_is_refused_with_the_real_one(long offset)
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(150_000);
        using var first = await owner.Patch(content, 0, 100_000, content.Length);

        using var answer = await owner.Patch(content, offset, 10);

        (answer.StatusCode, answer.Header("Upload-Offset"), await answer.Code()).ShouldBe((HttpStatusCode.Conflict, "100000", "blob.offset_differs"));
    }

    [Fact]
    public async Task content_with_another_hash_is_refused_and_gone()
    {
        await using var owner = await BlobOwner.Make(server);
        var (content, other) = (BlobOwner.Content(100_000), BlobOwner.Content(100_000));
        using var whole = await owner.Put(other, hash: BlobOwner.HashOf(content));
        using var gone = await owner.Head(content);
        using var first = await owner.Patch(content, 0, 60_000, content.Length);
        using var wrong = await owner.Patch(content, 60_000, 40_000, body: other);
        using var goneAgain = await owner.Head(content);
        using var right = await owner.Put(content);

        (whole.StatusCode, await whole.Code()).ShouldBe((HttpStatusCode.UnprocessableEntity, "blob.content_differs"));
        (wrong.StatusCode, await wrong.Code()).ShouldBe((HttpStatusCode.UnprocessableEntity, "blob.content_differs"));
        (gone.StatusCode, goneAgain.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        right.StatusCode.ShouldBe(HttpStatusCode.Created, "the twin: the right content is taken");
    }

    [Fact]
    public async Task more_than_was_announced_is_refused()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(1_000);

        using var answer = await owner.Patch(content, 0, 1_000, whole: 999);

        (answer.StatusCode, await answer.Code()).ShouldBe((HttpStatusCode.UnprocessableEntity, "blob.length_differs"));
    }

    [Fact]
    public async Task a_first_part_without_the_whole_length_is_refused()
    {
        await using var owner = await BlobOwner.Make(server);

        using var answer = await owner.Patch(BlobOwner.Content(10), 0, 5);

        (answer.StatusCode, await answer.Code()).ShouldBe((HttpStatusCode.LengthRequired, "blob.length_required"));
    }

    [Theory]
    [InlineData("ABCDEF")]
    [InlineData("g123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("..%2f..%2f..%2fetc%2fpasswd")]
    public async Task a_name_that_is_no_hash_is_refused(string hash)
    {
        await using var owner = await BlobOwner.Make(server);

        using var answer = await owner.Put([1], hash: hash);

        (answer.StatusCode, await answer.Code()).ShouldBe((HttpStatusCode.UnprocessableEntity, "blob.hash_invalid"));
    }

    [Fact]
    public async Task an_upload_goes_on_after_the_server_was_started_again()
    {
        await using var server = new BlobServer();
        await ((IAsyncLifetime)server).InitializeAsync();
        var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(300_000);
        using (await owner.Patch(content, 0, 200_000, content.Length))
        {
            // The rest comes after the restart.
        }

        await owner.DisposeAsync();
        await server.Restart();
        using var client = await server.ClientOf(owner.Id, owner.Device);
        using var rest = new HttpRequestMessage(HttpMethod.Patch, BlobOwner.AddressOf(content)) { Content = new ByteArrayContent(content, 200_000, 100_000) };
        rest.Headers.Add("Upload-Offset", "200000");
        using var answer = await client.SendAsync(rest);

        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }
}
