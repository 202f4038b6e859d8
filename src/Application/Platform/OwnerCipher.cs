using System.Security.Cryptography;

namespace Jarvis.Application.Platform;

/// <summary>
/// How what belongs to an owner is sealed, a content or a key: AES-256-GCM with a random nonce of 96 bits, kept as nonce, ciphertext and tag, bound to its owner and to the key's
/// id as associated data, so that what one owner sealed never opens as another's.
/// </summary>
internal static class OwnerCipher
{
    public const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int GuidBytes = 16;

    public static AesGcm Of(ReadOnlySpan<byte> key) => new(key, TagBytes);

    public static byte[] Associated(Guid owner, Guid keyId)
    {
        var bytes = new byte[2 * GuidBytes];
        owner.TryWriteBytes(bytes);
        keyId.TryWriteBytes(bytes.AsSpan(GuidBytes));
        return bytes;
    }

    public static byte[] Seal(AesGcm aes, ReadOnlySpan<byte> plain, byte[] associated)
    {
        var cipher = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(cipher.AsSpan(0, NonceBytes));
        aes.Encrypt(cipher.AsSpan(0, NonceBytes), plain, cipher.AsSpan(NonceBytes, plain.Length), cipher.AsSpan(NonceBytes + plain.Length), associated);
        return cipher;
    }

    /// <exception cref="AuthenticationTagMismatchException">Another key sealed it, it belongs to somebody else, or it was changed.</exception>
    public static byte[] Open(AesGcm aes, ReadOnlySpan<byte> cipher, byte[] associated)
    {
        var plain = new byte[cipher.Length - NonceBytes - TagBytes];
        aes.Decrypt(cipher[..NonceBytes], cipher.Slice(NonceBytes, plain.Length), cipher[(NonceBytes + plain.Length)..], plain, associated);
        return plain;
    }
}
