using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Documents;

/// <summary>A file that a person keeps here.</summary>
public sealed record StoredFile
{
    /// <summary>Bytes of a picture of a person.</summary>
    public const long MaxAvatarBytes = 2 * 1024 * 1024;

    /// <summary>What a picture of a person may be: what every browser shows and none runs.</summary>
    public static readonly IReadOnlyList<string> AvatarTypes = ["image/png", "image/jpeg", "image/webp"];

    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required FileStored Stored { get; init; }

    public bool IsRemoved { get; init; }

    public Guid OwnerId => Stored.OwnerId;

    public static Decision Store(Guid owner, FileKind kind, Content name, BlobReference blob, Guid by, Content? reason, DateTimeOffset now) =>
        kind == FileKind.Avatar && (!AvatarTypes.Contains(blob.Type) || blob.Size > MaxAvatarBytes)
            ? FileRefusals.NoAvatar
            : Decision.Of(new FileStored(owner, kind, name, blob, by, now, reason));

    /// <summary>Nothing where it is removed already.</summary>
    public Decision Remove(FileRemoval why, Guid by, Content? reason, DateTimeOffset now) =>
        IsRemoved ? Decision.Of() : Decision.Of(new FileRemoved(why, by, now, reason));

    public static StoredFile? Evolve(StoredFile? file, object @event) => @event switch
    {
        FileStored e => new StoredFile { Stored = e },
        FileRemoved => file! with { IsRemoved = true },
        _ => file,
    };
}

/// <summary>Each "no" about a file.</summary>
public static class FileRefusals
{
    public static readonly Refusal NotFound = new("file.not_found", "There is no such file, or you may not see it.");

    public static readonly Refusal NoContent = new("file.no_content", "Bring the content first: PUT /blobs/sha256/{hash}.", "hash");

    public static readonly Refusal NoAvatar = new("file.no_avatar", "A picture of a person is a PNG, JPEG or WebP of at most 2 MB.", "hash");
}
