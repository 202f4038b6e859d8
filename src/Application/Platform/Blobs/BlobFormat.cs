using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>A sealed file is not what was sealed: changed, cut short, put together otherwise, or another's.</summary>
public sealed class BlobDamagedException(BlobKey key, string why) : IOException($"The blob {key} is damaged: {why}.");

/// <summary>What a chunk is; bound into its seal.</summary>
public enum ChunkKind : byte { Inner = 0, Last = 1, Unfinished = 2 }

/// <summary>
/// How a blob is sealed on disk: a header, then chunks of equal size, the last one shorter. Each chunk is a random nonce, ciphertext and tag of
/// AES-256-GCM; bound to it are header, owner, hash, the chunk's number and whether it is the last, so that a chunk changed, moved,
/// left out, taken from another file, or an end cut off is found. Any chunk can be read alone.
/// </summary>
/// <param name="KeyId">The owner's key.</param>
/// <param name="Salt">Of this file's own key.</param>
/// <param name="Length">Of the content, in bytes.</param>
/// <param name="Type">Media type as the uploader gave it.</param>
public sealed record BlobHeader(Guid KeyId, byte[] Salt, long Length, string Type)
{
    public const int Bytes = 160;

    public const int SaltBytes = 16;

    /// <summary>Content in a chunk.</summary>
    public const int ChunkBytes = 64 * 1024;

    public const int NonceBytes = 12;

    public const int TagBytes = 16;

    /// <summary>A whole chunk as it stands on disk.</summary>
    public const int SealedChunkBytes = NonceBytes + ChunkBytes + TagBytes;

    private const int TypeOffset = 53;

    private static ReadOnlySpan<byte> Magic => "JARVISB1"u8;

    public long Chunks => Math.Max(1, (Length + ChunkBytes - 1) / ChunkBytes);

    public long SealedLength => Bytes + (Chunks * (NonceBytes + TagBytes)) + Length;

    /// <summary>Where a chunk begins on disk.</summary>
    public static long OffsetOf(long chunk) => Bytes + (chunk * SealedChunkBytes);

    /// <summary>Content in that chunk.</summary>
    public int LengthOf(long chunk) => (int)Math.Min(ChunkBytes, Length - (chunk * ChunkBytes));

    public byte[] Encode()
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        KeyId.TryWriteBytes(bytes.AsSpan(8));
        Salt.CopyTo(bytes, 24);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(48), ChunkBytes);
        bytes[52] = (byte)Encoding.ASCII.GetBytes(Type, bytes.AsSpan(TypeOffset));
        return bytes;
    }

    /// <summary>Null where the bytes are no header of this version.</summary>
    public static BlobHeader? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Bytes || !bytes.StartsWith(Magic) || BinaryPrimitives.ReadInt32LittleEndian(bytes[48..]) != ChunkBytes
            || BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]) is not (>= 0 and var length) || TypeOffset + bytes[52] > Bytes)
        {
            return null;
        }

        return new BlobHeader(new Guid(bytes[8..24]), bytes[24..40].ToArray(), length, Encoding.ASCII.GetString(bytes.Slice(TypeOffset, bytes[52])));
    }
}

/// <summary>Seals and unseals the chunks of one file; not for several threads.</summary>
public sealed class ChunkCipher : IDisposable
{
    private readonly AesGcm aes;
    private readonly byte[] bound;
    private readonly BlobKey key;

    public ChunkCipher(BlobKey key, BlobHeader header, byte[] fileKey)
    {
        this.key = key;
        aes = new AesGcm(fileKey, BlobHeader.TagBytes);
        bound = new byte[BlobHeader.Bytes + 16 + 32 + 8 + 1];
        header.Encode().CopyTo(bound, 0);
        key.OwnerId.TryWriteBytes(bound.AsSpan(BlobHeader.Bytes));
        Convert.FromHexString(key.Hash).CopyTo(bound, BlobHeader.Bytes + 16);
    }

    /// <summary>Writes nonce, ciphertext and tag, and says how many bytes they are.</summary>
    public int Seal(long chunk, ChunkKind kind, ReadOnlySpan<byte> plain, Span<byte> into)
    {
        var nonce = into[..BlobHeader.NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, plain, into.Slice(BlobHeader.NonceBytes, plain.Length), into.Slice(BlobHeader.NonceBytes + plain.Length, BlobHeader.TagBytes), Bind(chunk, kind));
        return BlobHeader.NonceBytes + plain.Length + BlobHeader.TagBytes;
    }

    /// <summary>False where it is not that chunk as it was sealed.</summary>
    public bool TryUnseal(long chunk, ChunkKind kind, ReadOnlySpan<byte> cipher, Span<byte> into)
    {
        var length = cipher.Length - BlobHeader.NonceBytes - BlobHeader.TagBytes;
        if (length < 0 || length > into.Length)
        {
            return false;
        }

        try
        {
            aes.Decrypt(cipher[..BlobHeader.NonceBytes], cipher.Slice(BlobHeader.NonceBytes, length), cipher[^BlobHeader.TagBytes..], into[..length], Bind(chunk, kind));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <exception cref="BlobDamagedException">It is not that chunk as it was sealed.</exception>
    public void Unseal(long chunk, ChunkKind kind, ReadOnlySpan<byte> cipher, Span<byte> into)
    {
        if (!TryUnseal(chunk, kind, cipher, into))
        {
            throw new BlobDamagedException(key, $"chunk {chunk} fails its check");
        }
    }

    public void Dispose() => aes.Dispose();

    private byte[] Bind(long chunk, ChunkKind kind)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bound.AsSpan(^9), chunk);
        bound[^1] = (byte)kind;
        return bound;
    }
}
