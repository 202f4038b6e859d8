using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>Blobs as their owners bring and read them. Rights are decided before it is asked.</summary>
public sealed class Blobs(IDocumentStore store, IBlobStorage storage, BlobUploads uploads, Commands commands, Vault vault, BlobLimits limits) : IDisposable
{
    private const int Turns = 64;

    /// <summary>What an owner holds is one number: whoever finishes an upload of theirs waits for the one before, rather than lose a race to it again and again.</summary>
    private readonly SemaphoreSlim[] finishing = [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1))];

    public BlobLimits Limits => limits;

    public BlobUploads Uploads => uploads;

    /// <summary>What is known of a blob; null where it never was.</summary>
    public async Task<KeptBlob?> Find(BlobKey key, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.LoadAsync<KeptBlob>(key.Path, cancellation);
    }

    public async Task<IReadOnlyDictionary<string, KeptBlob>> FindMany(IEnumerable<BlobKey> keys, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return (await session.LoadManyAsync<KeptBlob>(cancellation, [.. keys.Select(key => key.Path).Distinct()])).ToDictionary(blob => blob.Id);
    }

    /// <summary>Whether an upload of that size may begin; if so, its room is taken until the turn is given back or the upload lies there.</summary>
    public async Task<Refusal?> MayBegin(BlobTurn turn, long length, CancellationToken cancellation)
    {
        if (length > limits.MaxBytes)
        {
            return BlobRefusals.TooLarge(limits.MaxBytes);
        }

        await using var session = store.QuerySession();
        var used = (await session.LoadAsync<BlobUsage>(turn.Key.OwnerId, cancellation))?.Bytes ?? 0;
        return uploads.TakeRoom(turn, length, (count, waiting) =>
            count >= BlobLimits.MaxUploads ? BlobRefusals.TooManyUploads
            : used + waiting > limits.QuotaBytes - length ? BlobRefusals.Quota(used + waiting, limits.QuotaBytes)
            : null);
    }

    /// <summary>
    /// A complete upload becomes a blob: its hash is checked, it is made visible, and that is recorded. Other content than the name says is
    /// thrown away. Killed in between, the upload is complete still and the next request does the rest.
    /// </summary>
    public async Task<Refusal?> Finish(BlobTurn turn, BlobUpload upload, Envelope envelope, CancellationToken cancellation)
    {
        var header = upload.Header;
        bool isIt;
        using (upload)
        {
            isIt = await HasItsHash(upload, cancellation);
        }

        if (!isIt)
        {
            uploads.Discard(turn);
            return BlobRefusals.ContentDiffers;
        }

        await storage.Keep(turn.Key, uploads.FileOf(turn.Key), cancellation);
        // From here on the record counts it; counted twice, it would keep another out.
        turn.Length = null;
        Answer answer;
        var ofOwner = finishing[(uint)turn.Key.OwnerId.GetHashCode() % Turns];
        await ofOwner.WaitAsync(cancellation);
        try
        {
            answer = await commands.Execute(new StoreBlob(turn.Key.Hash, header.Length, header.Type), envelope, cancellation);
        }
        finally
        {
            ofOwner.Release();
        }

        if (answer.Refusal is { } refusal)
        {
            await storage.Remove(turn.Key, cancellation);
            return refusal;
        }

        return null;
    }

    /// <summary>The content, unsealed as it is read; null content where its key was destroyed (then it is erased).</summary>
    /// <exception cref="BlobDamagedException">It is not what was sealed.</exception>
    public async Task<SealedBlobStream?> Read(BlobKey key, CancellationToken cancellation)
    {
        var first = new byte[BlobHeader.Bytes];
        BlobHeader header;
        await using (var sealedBytes = await storage.Open(key, 0, cancellation) ?? throw new BlobDamagedException(key, "it is gone"))
        {
            var read = await sealedBytes.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellation);
            header = BlobHeader.Decode(first.AsSpan(0, read)) ?? throw new BlobDamagedException(key, "its header is none");
        }

        var (_, fileKey) = await vault.FileKey(key.OwnerId, header.KeyId, header.Salt, cancellation);
        return fileKey is null ? null : new SealedBlobStream(key, header, fileKey, (offset, cancel) => storage.Open(key, offset, cancel));
    }

    /// <summary>Removes from the store what no owner has (any more) and what a crash left between store and record.</summary>
    /// <param name="before">What was kept since then may be about to be recorded.</param>
    /// <returns>How many.</returns>
    public async Task<int> RemoveStrays(DateTimeOffset before, CancellationToken cancellation)
    {
        const int AtOnce = 500;
        var strays = 0;
        await foreach (var page in storage.List(cancellation).Where(stored => stored.KeptAt < before).Chunk(AtOnce).WithCancellation(cancellation))
        {
            var known = await FindMany(page.Select(stored => stored.Key), cancellation);
            foreach (var stored in page.Where(stored => known.GetValueOrDefault(stored.Key.Path) is null or { IsRemoved: true }))
            {
                // Its owner may be bringing it again just now: whoever has the turn keeps it, and what was recorded since is no stray.
                using var turn = await uploads.Take(stored.Key, takeOver: false, cancellation);
                if (turn is not null && await Find(stored.Key, cancellation) is null or { IsRemoved: true })
                {
                    await storage.Remove(stored.Key, cancellation);
                    strays++;
                }
            }
        }

        return strays;
    }

    public void Dispose() => Array.ForEach(finishing, turn => turn.Dispose());

    private static async Task<bool> HasItsHash(BlobUpload upload, CancellationToken cancellation)
    {
        try
        {
            return await upload.HasItsHash(cancellation);
        }
        catch (BlobDamagedException)
        {
            // The machine lost power and part of what was written with it: like other content, it must be sent again.
            return false;
        }
    }
}
