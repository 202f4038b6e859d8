using Jarvis.Domain.Platform;
using JasperFx.Events.Projections;
using Marten;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>Which content of an owner's is there, and its stream: written with the events, so that a hash is found without folding anything.</summary>
public sealed record KeptBlob
{
    /// <summary>Owner and hash, as in <see cref="BlobKey.Path"/>.</summary>
    public required string Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required string Hash { get; init; }

    public required long Size { get; init; }

    public required string Type { get; init; }

    public required Guid Stream { get; init; }

    public required DateTimeOffset StoredAt { get; init; }

    public bool IsRemoved { get; init; }
}

/// <summary>What an owner's blobs hold together; two at once meet at its version.</summary>
public sealed record BlobUsage
{
    /// <summary>The owner.</summary>
    public required Guid Id { get; init; }

    public long Bytes { get; init; }

    public long Count { get; init; }
}

/// <summary>Blobs: a stream per blob, what is there, and how much of it.</summary>
public static class BlobsSetup
{
    public static void SetUpBlobs(this StoreOptions options)
    {
        options.Projections.Add(new BlobFold(), ProjectionLifecycle.Live);
        // Orphans are looked for by owner and hash, oldest first.
        options.Schema.For<KeptBlob>().Identity(blob => blob.Id)
            .Duplicate(blob => blob.OwnerId)
            .Duplicate(blob => blob.Hash)
            .Duplicate(blob => blob.StoredAt);
        options.Schema.For<BlobUsage>().Identity(usage => usage.Id).UseOptimisticConcurrency(true);
    }
}

public sealed class BlobFold() : Fold<Blob>(Blob.Evolve);
