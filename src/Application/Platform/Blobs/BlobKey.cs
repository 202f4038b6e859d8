using Jarvis.Domain.Platform;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>Whose content of which hash. The same content of two owners is two blobs.</summary>
public readonly record struct BlobKey(Guid OwnerId, string Hash)
{
    /// <summary>Where it stands in a store, with slashes: owner, the first two digits of the hash, the hash.</summary>
    public string Path => $"{OwnerId:N}/{Hash[..2]}/{Hash}";

    /// <summary>The key of a path; null where it is none.</summary>
    public static BlobKey? Of(string path) =>
        path.Split('/') is [var owner, var fan, var hash] && Guid.TryParseExact(owner, "N", out var id) && BlobReference.IsHash(hash) && hash[..2] == fan
            ? new BlobKey(id, hash)
            : null;

    public override string ToString() => Path;
}
