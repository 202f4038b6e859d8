using Jarvis.Api.Platform;
using Jarvis.Api.Platform.Blobs;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Testing;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>What every store of blobs holds to.</summary>
public abstract class BlobStorageContract : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    protected TemporaryFolder Folder => folder;

    protected IBlobStorage Storage { get; private set; } = null!;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(S3BlobStorage.PartBytes)]
    [InlineData((2 * S3BlobStorage.PartBytes) + 1)]
    public async Task what_is_kept_is_read_from_any_offset_and_its_file_is_taken_away(int size)
    {
        var content = BlobOwner.Content(size);
        var (key, file) = (Key(), Staged(content));

        await Storage.Keep(key, file, TestContext.Current.CancellationToken);

        File.Exists(file).ShouldBeFalse();
        foreach (var offset in new[] { 0, 1, size / 2, size - 1 }.Where(offset => offset >= 0 && offset < size))
        {
            (await Read(key, offset)).ShouldBe(content[offset..]);
        }
    }

    [Fact]
    public async Task what_is_kept_again_replaces_what_stood_there()
    {
        var key = Key();
        await Storage.Keep(key, Staged([1, 2, 3]), TestContext.Current.CancellationToken);
        await Storage.Keep(key, Staged([4, 5]), TestContext.Current.CancellationToken);

        (await Read(key, 0)).ShouldBe([4, 5]);
    }

    [Fact]
    public async Task what_is_not_there_opens_as_nothing_and_is_removed_without_complaint()
    {
        (await Storage.Open(Key(), 0, TestContext.Current.CancellationToken)).ShouldBeNull();
        (await Storage.Open(Key(), 10, TestContext.Current.CancellationToken)).ShouldBeNull();
        await Storage.Remove(Key(), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task the_same_hash_of_two_owners_is_two_things()
    {
        var one = Key();
        var two = one with { OwnerId = Guid.NewGuid() };
        await Storage.Keep(one, Staged([1]), TestContext.Current.CancellationToken);
        await Storage.Keep(two, Staged([2]), TestContext.Current.CancellationToken);
        await Storage.Remove(one, TestContext.Current.CancellationToken);

        (await Storage.Open(one, 0, TestContext.Current.CancellationToken)).ShouldBeNull();
        (await Read(two, 0)).ShouldBe([2]);
    }

    [Fact]
    public async Task everything_there_is_listed()
    {
        var keys = Enumerable.Range(0, 5).Select(_ => Key()).ToList();
        foreach (var key in keys)
        {
            await Storage.Keep(key, Staged([1, 2, 3]), TestContext.Current.CancellationToken);
        }

        var listed = await Storage.List(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        listed.Select(stored => stored.Key).ShouldBe(keys, ignoreOrder: true);
        listed.ShouldAllBe(stored => stored.Size == 3 && stored.KeptAt > DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public async Task one_that_works_passes_its_check_and_shows_nothing_of_it()
    {
        await Storage.Check(TestContext.Current.CancellationToken);

        (await Storage.List(TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
    }

    public async ValueTask InitializeAsync() => Storage = await Make();

    public virtual ValueTask DisposeAsync()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected abstract Task<IBlobStorage> Make();

    protected static BlobKey Key() => new(Guid.NewGuid(), BlobOwner.HashOf(BlobOwner.Content(16)));

    protected string Staged(byte[] content)
    {
        var file = folder.File($"{Guid.NewGuid():N}.part");
        File.WriteAllBytes(file, content);
        return file;
    }

    private async Task<byte[]> Read(BlobKey key, long offset)
    {
        await using var stream = (await Storage.Open(key, offset, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, TestContext.Current.CancellationToken);
        return content.ToArray();
    }
}

public sealed class FolderBlobStorageTests : BlobStorageContract
{
    [Fact]
    public async Task a_folder_that_cannot_be_made_fails_its_check()
    {
        await File.WriteAllTextAsync(Folder.File("file"), "", TestContext.Current.CancellationToken);

        await Should.ThrowAsync<IOException>(() => new FolderBlobStorage(Folder.File("file", "below")).Check(TestContext.Current.CancellationToken));
    }

    protected override Task<IBlobStorage> Make() => Task.FromResult<IBlobStorage>(new FolderBlobStorage(Folder.File("kept")));
}

public sealed class S3BlobStorageTests : BlobStorageContract
{
    private SimulatedS3 simulated = null!;

    [Fact]
    public async Task a_large_one_goes_up_in_parts_and_leaves_none_open()
    {
        await Storage.Keep(Key(), Staged(BlobOwner.Content((2 * S3BlobStorage.PartBytes) + 5)), TestContext.Current.CancellationToken);

        simulated.LargestBody.ShouldBe(S3BlobStorage.PartBytes);
        simulated.OpenUploads.ShouldBe(0);
    }

    [Theory]
    [InlineData("another secret", SimulatedS3.Region, SimulatedS3.Bucket)]
    [InlineData(SimulatedS3.SecretKey, "elsewhere", SimulatedS3.Bucket)]
    [InlineData(SimulatedS3.SecretKey, SimulatedS3.Region, "no-such-bucket")]
    public async Task wrong_keys_region_or_bucket_fail_its_check(string secret, string region, string bucket)
    {
        using var wrong = new S3BlobStorage(new S3Address(simulated.Address, bucket, region, SimulatedS3.AccessKey, secret));

        await Should.ThrowAsync<IOException>(() => wrong.Check(TestContext.Current.CancellationToken));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        (Storage as IDisposable)?.Dispose();
        await simulated.DisposeAsync();
    }

    protected override async Task<IBlobStorage> Make()
    {
        simulated = await SimulatedS3.Start();
        return new S3BlobStorage(new S3Address(simulated.Address, SimulatedS3.Bucket, SimulatedS3.Region, SimulatedS3.AccessKey, SimulatedS3.SecretKey));
    }
}

/// <summary>Wrong settings stop the start with one sentence that names the setting.</summary>
public sealed class BlobConfigurationTests
{
    private static readonly Dictionary<string, string?> S3 = new()
    {
        ["JARVIS_BLOBS"] = "s3",
        ["JARVIS_BLOBS_S3_ENDPOINT"] = "http://127.0.0.1:9000",
        ["JARVIS_BLOBS_S3_BUCKET"] = "jarvis",
        ["JARVIS_BLOBS_S3_ACCESS_KEY"] = "key",
        ["JARVIS_BLOBS_S3_SECRET_KEY"] = "secret",
    };

    [Theory]
    [InlineData("JARVIS_BLOBS", "tape")]
    [InlineData("JARVIS_BLOBS_S3_ENDPOINT", "")]
    [InlineData("JARVIS_BLOBS_S3_ENDPOINT", "ftp://example.com")]
    [InlineData("JARVIS_BLOBS_S3_BUCKET", "")]
    [InlineData("JARVIS_BLOBS_S3_ACCESS_KEY", "")]
    [InlineData("JARVIS_BLOBS_S3_SECRET_KEY", "")]
    [InlineData("JARVIS_BLOBS_QUOTA_BYTES", "many")]
    [InlineData("JARVIS_BLOBS_MAX_BYTES", "-1")]
    [InlineData("JARVIS_BLOBS_GRACE_HOURS", "0")]
    public void a_wrong_setting_is_named(string name, string value) =>
        Should.Throw<ConfigurationException>(() => Read(new Dictionary<string, string?>(S3) { [name] = value })).Message.ShouldStartWith(name);

    [Fact]
    public void the_twin_is_taken()
    {
        Read(S3).S3!.Bucket.ShouldBe("jarvis");
        Read([]).S3.ShouldBeNull();
    }

    private static BlobConfiguration Read(Dictionary<string, string?> settings) =>
        BlobConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), Path.GetTempPath());
}
