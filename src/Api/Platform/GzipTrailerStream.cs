using System.Buffers.Binary;

namespace Jarvis.Api.Platform;

/// <summary>
/// Passes gzip on and keeps its last four bytes, in which it says how much it holds (RFC 1952, section 2.3.1): the platform's own reader takes one
/// that was cut for a shorter one.
/// </summary>
public sealed class GzipTrailerStream(Stream packed) : Stream
{
    private readonly byte[] last = new byte[sizeof(uint)];

    /// <summary>What it says that it holds, in bytes and modulo 2^32; known once it was read to its end.</summary>
    public long PlainBytes => BinaryPrimitives.ReadUInt32LittleEndian(last);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await packed.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Keep(ReadOnlySpan<byte> part)
    {
        if (part.Length >= last.Length)
        {
            part[^last.Length..].CopyTo(last);
            return;
        }

        last.AsSpan(part.Length).CopyTo(last);
        part.CopyTo(last.AsSpan(last.Length - part.Length));
    }
}
