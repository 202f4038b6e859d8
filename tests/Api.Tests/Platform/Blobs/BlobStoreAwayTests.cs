using System.Net;
using Shouldly;
using Xunit;

namespace Jarvis.Api.Tests.Platform.Blobs;

/// <summary>A server that keeps its blobs in an object store, which the test takes away.</summary>
public sealed class ObjectStoreServer : ServerUnderTest, IAsyncLifetime
{
    public SimulatedS3 Objects { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["JARVIS_BLOBS"] = "s3",
        ["JARVIS_BLOBS_S3_ENDPOINT"] = Objects.Address.ToString(),
        ["JARVIS_BLOBS_S3_BUCKET"] = SimulatedS3.Bucket,
        ["JARVIS_BLOBS_S3_REGION"] = SimulatedS3.Region,
        ["JARVIS_BLOBS_S3_ACCESS_KEY"] = SimulatedS3.AccessKey,
        ["JARVIS_BLOBS_S3_SECRET_KEY"] = SimulatedS3.SecretKey,
    };

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Objects = await SimulatedS3.Start();
        await InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await Objects.DisposeAsync();
    }
}

/// <summary>The object store is away, slow or breaks off: nothing is lost and it is told as what it is.</summary>
public sealed class BlobStoreAwayTests(ObjectStoreServer server) : IClassFixture<ObjectStoreServer>
{
    [Fact]
    public async Task what_was_brought_while_it_was_away_is_not_complete_and_is_finished_by_one_more_request()
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(100_000);
        server.Objects.IsAway = true;
        using var brought = await owner.Put(content);
        using var asked = await owner.Head(content);
        server.Objects.IsAway = false;

        (brought.StatusCode, await brought.Code(), brought.Headers.RetryAfter is not null).ShouldBe((HttpStatusCode.ServiceUnavailable, "server.unavailable", true));
        (asked.StatusCode, asked.Header("Upload-Offset"), asked.Header("Upload-Complete")).ShouldBe((HttpStatusCode.OK, "100000", "?0"));
        using var last = await owner.Patch(content, content.Length, 0);
        last.StatusCode.ShouldBe(HttpStatusCode.Created, await last.Content.ReadAsStringAsync());
        await owner.Name(content);
        using var read = await owner.Get(content);
        (await read.Content.ReadAsByteArrayAsync()).ShouldBe(content);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task what_cannot_be_read_now_is_not_called_damaged(bool cutOff)
    {
        await using var owner = await BlobOwner.Make(server);
        var content = BlobOwner.Content(50_000);
        await owner.Store(content);
        await owner.Name(content);
        (server.Objects.CutsOff, server.Objects.IsAway) = (cutOff, !cutOff);
        using var read = await owner.Get(content);
        (server.Objects.CutsOff, server.Objects.IsAway) = (false, false);
        (read.StatusCode, await read.Code()).ShouldBe((HttpStatusCode.ServiceUnavailable, "server.unavailable"));

        using var again = await owner.Get(content);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBe(content);
    }
}
