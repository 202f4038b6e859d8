using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>More content came than was announced.</summary>
public sealed class BlobLongerException() : IOException("More content came than was announced.");

/// <summary>
/// One upload under way: a file that is sealed chunk by chunk as content arrives, so that nothing stands in the clear and memory does not grow
/// with it. A beginning of a chunk is sealed as unfinished when a request ends, and sealed anew with what follows. After a kill
/// it stands at its last whole chunk.
/// </summary>
public sealed class BlobUpload : IDisposable
{
    private readonly BlobKey key;
    private readonly byte[] fileKey;
    private readonly SafeFileHandle file;
    private readonly ChunkCipher cipher;
    private readonly byte[] plain = ArrayPool<byte>.Shared.Rent(BlobHeader.ChunkBytes);
    private readonly byte[] raw = ArrayPool<byte>.Shared.Rent(BlobHeader.SealedChunkBytes);
    private IncrementalHash? hash;
    private long chunk;
    private int filled;
    private bool isDisposed;

    private BlobUpload(BlobKey key, BlobHeader header, byte[] fileKey, SafeFileHandle file)
    {
        (this.key, Header, this.fileKey, this.file) = (key, header, fileKey, file);
        cipher = new ChunkCipher(key, header, fileKey);
    }

    public BlobHeader Header { get; }

    /// <summary>Content that is here, in bytes.</summary>
    public long Offset => Math.Min(Header.Length, (chunk * BlobHeader.ChunkBytes) + filled);

    public bool IsComplete => chunk == Header.Chunks;

    internal static async Task<BlobUpload> Create(BlobKey key, BlobHeader header, byte[] fileKey, SafeFileHandle file, CancellationToken cancellation)
    {
        var upload = new BlobUpload(key, header, fileKey, file) { hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256) };
        RandomAccess.SetLength(file, 0);
        await RandomAccess.WriteAsync(file, header.Encode(), 0, cancellation);
        return upload;
    }

    internal static async Task<BlobUpload> Continue(BlobKey key, BlobHeader header, byte[] fileKey, SafeFileHandle file, CancellationToken cancellation)
    {
        var upload = new BlobUpload(key, header, fileKey, file);
        await upload.FindEnd(cancellation);
        if (upload.Offset == 0)
        {
            upload.hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        }

        return upload;
    }

    /// <summary>Takes content until it ends or the upload is complete. What arrived before a failure is kept, on disk before this returns or throws.</summary>
    /// <exception cref="BlobLongerException">There is more than was announced.</exception>
    public async Task Append(Stream content, CancellationToken cancellation)
    {
        try
        {
            while (!IsComplete)
            {
                var wanted = Header.LengthOf(chunk);
                if (filled < wanted)
                {
                    var read = await content.ReadAsync(plain.AsMemory(filled, wanted - filled), cancellation);
                    if (read == 0)
                    {
                        return;
                    }

                    hash?.AppendData(plain, filled, read);
                    filled += read;
                }

                if (filled == wanted)
                {
                    await Write(chunk == Header.Chunks - 1 ? ChunkKind.Last : ChunkKind.Inner);
                    chunk++;
                    filled = 0;
                }
            }

            if (await content.ReadAsync(raw.AsMemory(0, 1), cancellation) > 0)
            {
                throw new BlobLongerException();
            }
        }
        finally
        {
            if (filled > 0)
            {
                await Write(ChunkKind.Unfinished);
            }

            RandomAccess.FlushToDisk(file);
        }
    }

    /// <summary>Whether the content has the hash that names it. Where it came in several requests, it is read back.</summary>
    /// <exception cref="BlobDamagedException">What stands on disk is not what was written.</exception>
    public async Task<bool> HasItsHash(CancellationToken cancellation)
    {
        hash ??= await ReadBack(cancellation);
        return Convert.ToHexStringLower(hash.GetCurrentHash()) == key.Hash;
    }

    public void Dispose()
    {
        // The end of an upload and the end of its request both come here. Buffers given back twice would be lent to two at once.
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        hash?.Dispose();
        cipher.Dispose();
        file.Dispose();
        CryptographicOperations.ZeroMemory(plain);
        ArrayPool<byte>.Shared.Return(plain);
        ArrayPool<byte>.Shared.Return(raw);
    }

    // Not cancelled: a caller that goes away must not leave half a chunk behind.
    private async Task Write(ChunkKind kind)
    {
        var length = cipher.Seal(chunk, kind, plain.AsSpan(0, filled), raw);
        var at = BlobHeader.OffsetOf(chunk);
        await RandomAccess.WriteAsync(file, raw.AsMemory(0, length), at, CancellationToken.None);
        if (kind == ChunkKind.Unfinished)
        {
            RandomAccess.SetLength(file, at + length);
        }
    }

    private async Task<IncrementalHash> ReadBack(CancellationToken cancellation)
    {
        var reading = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0L; at < Header.Chunks; at++)
        {
            if (!await TryRead(at, at == Header.Chunks - 1 ? ChunkKind.Last : ChunkKind.Inner, Header.LengthOf(at), cancellation))
            {
                reading.Dispose();
                throw new BlobDamagedException(key, $"chunk {at} of its upload fails its check");
            }

            reading.AppendData(plain, 0, Header.LengthOf(at));
        }

        return reading;
    }

    /// <summary>The last place up to which all is well: an unfinished chunk at the end, or else the last whole one that passes its check.</summary>
    private async Task FindEnd(CancellationToken cancellation)
    {
        const int Seal = BlobHeader.NonceBytes + BlobHeader.TagBytes;
        var (whole, rest) = Math.DivRem(Math.Max(0, RandomAccess.GetLength(file) - BlobHeader.Bytes), BlobHeader.SealedChunkBytes);
        chunk = Math.Min(whole, Header.Chunks);
        var tail = chunk < Header.Chunks ? (int)rest - Seal : -1;
        if (tail >= 0 && chunk == Header.Chunks - 1 && tail == Header.LengthOf(chunk) && await TryRead(chunk, ChunkKind.Last, tail, cancellation))
        {
            chunk++;
            tail = -1;
        }

        var passed = chunk;
        while (passed > 0 && passed < Header.Chunks + 1 && !await TryRead(passed - 1, passed == Header.Chunks ? ChunkKind.Last : ChunkKind.Inner, Header.LengthOf(passed - 1), cancellation))
        {
            passed--;
        }

        if (passed == chunk && tail > 0 && tail < Header.LengthOf(chunk) && await TryRead(chunk, ChunkKind.Unfinished, tail, cancellation))
        {
            filled = tail;
            return;
        }

        chunk = passed;
        RandomAccess.SetLength(file, chunk == Header.Chunks ? Header.SealedLength : BlobHeader.OffsetOf(chunk));
    }

    private async Task<bool> TryRead(long at, ChunkKind kind, int length, CancellationToken cancellation)
    {
        var sealedLength = length + BlobHeader.NonceBytes + BlobHeader.TagBytes;
        var read = 0;
        while (read < sealedLength)
        {
            var count = await RandomAccess.ReadAsync(file, raw.AsMemory(read, sealedLength - read), BlobHeader.OffsetOf(at) + read, cancellation);
            if (count == 0)
            {
                return false;
            }

            read += count;
        }

        return cipher.TryUnseal(at, kind, raw.AsSpan(0, sealedLength), plain);
    }
}
