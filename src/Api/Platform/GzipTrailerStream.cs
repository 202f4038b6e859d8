using System.Buffers.Binary;

namespace Jarvis.Api.Platform;

/// <summary>
/// Passes gzip on and keeps its last four bytes, in which it says how much it holds (RFC 1952, section 2.3.1): the platform's own reader takes one
/// that was cut for a shorter one.
/// </summary>
public sealed class GzipTrailerStream(Stream packed) : ForwardStream
{
    private readonly byte[] last = new byte[sizeof(uint)];

    /// <summary>What it says that it holds, in bytes and modulo 2^32; known once it was read to its end.</summary>
    public long PlainBytes => BinaryPrimitives.ReadUInt32LittleEndian(last);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await packed.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span[..read]);
        return read;
    }

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
