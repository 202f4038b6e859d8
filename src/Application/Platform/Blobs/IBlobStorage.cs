namespace Jarvis.Application.Platform.Blobs;

/// <summary>What stands in a store.</summary>
/// <param name="Size">Of the sealed form, in bytes.</param>
/// <param name="KeptAt">By the store's clock.</param>
public sealed record StoredBlob(BlobKey Key, long Size, DateTimeOffset KeptAt);

/// <summary>The store of blobs cannot be reached, or cannot do what it was asked at the moment. What was to be kept still stands where it stood: try again.</summary>
public sealed class BlobStoreAwayException(Exception cause) : IOException($"The store of blobs does not do its work: {cause.Message}", cause);

/// <summary>
/// The port behind which sealed blobs are kept: a folder, or an S3-compatible store. What it holds is sealed already, and it
/// never sees a key. One contract test holds every adapter to this.
/// </summary>
public interface IBlobStorage
{
    /// <summary>Makes a finished file visible under its key, whole or not at all, durable before it returns. What stood there is replaced. The file is taken away.</summary>
    Task Keep(BlobKey key, string file, CancellationToken cancellation);

    /// <summary>Its sealed bytes from an offset to the end; null where there is none. Read in order; the caller disposes.</summary>
    Task<Stream?> Open(BlobKey key, long offset, CancellationToken cancellation);

    /// <summary>Removes it; nothing where there is none.</summary>
    Task Remove(BlobKey key, CancellationToken cancellation);

    /// <summary>Everything there is, in no order; what is not a blob's name is left out.</summary>
    IAsyncEnumerable<StoredBlob> List(CancellationToken cancellation);

    /// <summary>Whether it can be reached and written.</summary>
    /// <exception cref="IOException">Not; the message says why.</exception>
    Task Check(CancellationToken cancellation);
}
