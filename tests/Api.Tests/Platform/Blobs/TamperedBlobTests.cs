using System.Net;
using Jarvis.Application.Platform.Blobs;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>Whatever is done to a sealed file is found before it is given out.</summary>
public sealed class TamperedBlobTests(BlobServer server) : IClassFixture<BlobServer>
{
    private const int Chunk = BlobHeader.SealedChunkBytes;

    public static TheoryData<string> Ways => ["a bit of the first chunk", "a bit of the last chunk", "the end cut off", "a chunk left out", "two chunks swapped", "a bit of the header", "another blob's chunk"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task a_changed_file_is_not_given_out(string way)
    {
        await using var owner = await BlobOwner.Make(server);
        var (content, other) = (BlobOwner.Content(200_000), BlobOwner.Content(200_000));
        await owner.Store(content);
        await owner.Store(other);
        await owner.Name(content);
        using (var whole = await owner.Get(content))
        {
            (await whole.Content.ReadAsByteArrayAsync()).ShouldBe(content, "the twin: unchanged it is");
        }

        var file = FileOf(content);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, Changed(way, bytes, await File.ReadAllBytesAsync(FileOf(other))));

        // A refusal, or an answer that breaks off where the damage is.
        await Should.ThrowAsync<Exception>(async () =>
        {
            using var answer = await owner.Get(content);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
        });
    }

    [Fact]
    public async Task damage_at_the_beginning_has_a_code_of_its_own()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100);
        await owner.Store(content);
        await owner.Name(content);
        var bytes = await File.ReadAllBytesAsync(FileOf(content));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(FileOf(content), bytes);

        using var answer = await owner.Get(content);

        (answer.StatusCode, await answer.Code()).ShouldBe((HttpStatusCode.InternalServerError, "blob.damaged"));
    }

    [Fact]
    public async Task an_upload_whose_tail_was_torn_goes_on_from_its_last_whole_chunk()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(300_000);
        using var first = await owner.Patch(content, 0, 150_000, content.Length);
        var part = Path.Combine(server.DataFolder, "blobs", "uploads", owner.Id.ToString("N"), BlobOwner.HashOf(content) + ".part");
        await using (var file = new FileStream(part, FileMode.Open))
        {
            file.SetLength(file.Length - 5);
        }

        using var head = await owner.Head(content);
        head.Header("Upload-Offset").ShouldBe("131072");
        using var rest = await owner.Patch(content, 131_072, content.Length - 131_072);

        rest.StatusCode.ShouldBe(HttpStatusCode.Created, await rest.Content.ReadAsStringAsync());
    }

    private string FileOf(byte[] content) =>
        Directory.EnumerateFiles(Path.Combine(server.DataFolder, "blobs", "kept"), BlobOwner.HashOf(content), SearchOption.AllDirectories).Single();

    private static byte[] Changed(string way, byte[] bytes, byte[] other)
    {
        var first = BlobHeader.Bytes;
        switch (way)
        {
            case "a bit of the first chunk":
                bytes[first + 100] ^= 1;
                return bytes;
            case "a bit of the last chunk":
                bytes[^20] ^= 1;
                return bytes;
            case "the end cut off":
                return bytes[..(first + (2 * Chunk))];
            case "a chunk left out":
                return [.. bytes[..(first + Chunk)], .. bytes[(first + (2 * Chunk))..]];
            case "two chunks swapped":
                return [.. bytes[..first], .. bytes[(first + Chunk)..(first + (2 * Chunk))], .. bytes[first..(first + Chunk)], .. bytes[(first + (2 * Chunk))..]];
            case "a bit of the header":
                bytes[60] ^= 1;
                return bytes;
            default:
                return [.. bytes[..first], .. other[first..(first + Chunk)], .. bytes[(first + Chunk)..]];
        }
    }
}
