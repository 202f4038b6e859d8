namespace Jarvis.Application.Platform.Blobs;

/// <summary>
/// The content of a sealed blob: reads and unseals the chunks that are asked for, one in memory at a time. Seekable, so that a
/// range of a large one costs its own chunks only.
/// </summary>
public sealed class SealedBlobStream : Stream
{
    private readonly BlobKey key;
    private readonly BlobHeader header;
    private readonly ChunkCipher cipher;
    private readonly Func<long, CancellationToken, Task<Stream?>> open;
    private readonly byte[] plain = new byte[BlobHeader.ChunkBytes];
    private readonly byte[] raw = new byte[BlobHeader.SealedChunkBytes];
    private Stream? source;
    private long sourceChunk = -1;
    private long loaded = -1;
    private long position;

    /// <param name="open">The sealed bytes from an offset to the end.</param>
    public SealedBlobStream(BlobKey key, BlobHeader header, byte[] fileKey, Func<long, CancellationToken, Task<Stream?>> open)
    {
        (this.key, this.header, this.open) = (key, header, open);
        cipher = new ChunkCipher(key, header, fileKey);
    }

    public BlobHeader Header => header;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => header.Length;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= header.Length || buffer.IsEmpty)
        {
            return 0;
        }

        var chunk = position / BlobHeader.ChunkBytes;
        await Load(chunk, cancellationToken);
        var within = (int)(position % BlobHeader.ChunkBytes);
        var count = Math.Min(buffer.Length, header.LengthOf(chunk) - within);
        plain.AsMemory(within, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Has the chunk at the current position unsealed, so that damage there is known before anything is answered.</summary>
    /// <exception cref="BlobDamagedException">It fails its check.</exception>
    public Task Prepare(CancellationToken cancellation) => Load(Math.Min(position, Math.Max(0, header.Length - 1)) / BlobHeader.ChunkBytes, cancellation);

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => position + offset, _ => header.Length + offset };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Blobs are read asynchronously.");

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source?.Dispose();
            cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task Load(long chunk, CancellationToken cancellation)
    {
        if (chunk == loaded)
        {
            return;
        }

        if (source is null || sourceChunk != chunk)
        {
            if (source is not null)
            {
                await source.DisposeAsync();
            }

            source = await open(BlobHeader.OffsetOf(chunk), cancellation) ?? throw new BlobDamagedException(key, "it is gone");
        }

        var length = header.LengthOf(chunk) + BlobHeader.NonceBytes + BlobHeader.TagBytes;
        loaded = -1;
        sourceChunk = -1;
        if (await source.ReadAtLeastAsync(raw.AsMemory(0, length), length, throwOnEndOfStream: false, cancellation) < length)
        {
            throw new BlobDamagedException(key, $"it ends within chunk {chunk}");
        }

        cipher.Unseal(chunk, chunk == header.Chunks - 1 ? ChunkKind.Last : ChunkKind.Inner, raw.AsSpan(0, length), plain);
        loaded = chunk;
        sourceChunk = chunk + 1;
    }
}
