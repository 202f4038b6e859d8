namespace Jarvis.Domain.Platform;

/// <summary>One owner's content of one hash. It may be stored, removed, and stored again.</summary>
public sealed record Blob
{
    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required string Hash { get; init; }

    public required long Size { get; init; }

    public required DateTimeOffset StoredAt { get; init; }

    public bool IsRemoved { get; init; }

    /// <summary>Its content arrived whole and was checked. Again, it changes nothing.</summary>
    /// <param name="blob">Null the first time.</param>
    /// <param name="used">What the owner's other blobs hold, in bytes.</param>
    /// <param name="quota">What the owner may hold, in bytes.</param>
    public static Decision Store(Blob? blob, Guid owner, BlobReference content, Guid? device, long used, long quota, DateTimeOffset now) =>
        blob is { IsRemoved: false } ? Decision.Of()
        : used > quota - content.Size ? BlobRefusals.Quota(used, quota)
        : Decision.Of(new BlobStored(owner, content.Hash, content.Size, content.Type, device, now));

    /// <summary>No event names it.</summary>
    /// <param name="before">Only what was stored before then is taken: younger content may still be waited for by its event.</param>
    public Decision RemoveOrphan(DateTimeOffset before, Guid by, DateTimeOffset now) =>
        IsRemoved || StoredAt >= before ? Decision.Of() : Decision.Of(new BlobRemoved(OwnerId, Hash, Size, BlobRemoval.Orphan, by, now));

    public static Blob? Evolve(Blob? blob, object @event) => @event switch
    {
        BlobStored e => new Blob { Id = blob?.Id ?? default, OwnerId = e.OwnerId, Hash = e.Hash, Size = e.Size, StoredAt = e.StoredAt },
        BlobRemoved => blob! with { IsRemoved = true },
        _ => blob,
    };
}
