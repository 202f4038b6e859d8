using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Jarvis.Application.Platform;

/// <summary>What a keyed hash is for; each purpose has its own key, so that hashes of one say nothing about another.</summary>
public enum HashPurpose { Command, EventContent, Email, DeviceAddress, Secret }

/// <summary>
/// The key that wraps every owner's key and from which keyed hashes and the token key are derived (HKDF-SHA256, RFC 5869).
/// It lives outside the database: in <c>master.key</c> of the data folder, readable by the server's user only, or in
/// JARVIS_MASTER_KEY. The text is one key in base64; of a key that was rotated, a second: the one that hashes go on being made with, because
/// they stand in the events and are looked up; and, only while it is being rotated, a third: the one that some owners' keys are still wrapped by.
/// </summary>
public sealed class MasterKey
{
    public const int Bytes = 32;

    private const int StackBytes = 1024;
    /// <summary>In the data folder.</summary>
    public const string FileName = "master.key";

    private const string WrapLabel = "jarvis/wrap/v1";

    private readonly byte[] wrapping;
    private readonly byte[]? previousWrapping;
    private readonly Dictionary<HashPurpose, byte[]> hashing;

    /// <param name="hashes">The key that hashes are made with, where that is an older one.</param>
    /// <param name="previous">The key before this one, while owners' keys may still be wrapped by it.</param>
    public MasterKey(byte[] key, byte[]? hashes = null, byte[]? previous = null)
    {
        foreach (var part in new[] { key, hashes, previous })
        {
            if (part is not null && part.Length != Bytes)
            {
                throw new ArgumentException($"A master key has {Bytes} bytes.", nameof(key));
            }
        }

        wrapping = Derive(key, WrapLabel);
        previousWrapping = previous is null ? null : Derive(previous, WrapLabel);
        hashing = Enum.GetValues<HashPurpose>().ToDictionary(purpose => purpose, purpose => Derive(hashes ?? key, $"jarvis/hash/{purpose}/v1"));
    }

    /// <summary>Wraps owners' keys.</summary>
    public ReadOnlySpan<byte> Wrapping => wrapping;

    /// <summary>What owners' keys may still be wrapped by while the key is being rotated; null at any other time.</summary>
    public byte[]? PreviousWrapping => previousWrapping;

    /// <summary>Keyed hash, 16 bytes of HMAC-SHA256, base64url.</summary>
    /// <param name="label">What kind of content it is, such as a type name; part of what is hashed.</param>
    public string Hash(HashPurpose purpose, ReadOnlySpan<byte> content, string label = "")
    {
        // One call over one buffer: an incremental hash makes and destroys a handle each time, which costs more than hashing a small event.
        var length = Encoding.UTF8.GetByteCount(label) + 1 + content.Length;
        var rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        try
        {
            var source = rented is null ? stackalloc byte[length] : rented.AsSpan(0, length);
            var written = Encoding.UTF8.GetBytes(label, source);
            source[written++] = 0;
            content.CopyTo(source[written..]);
            HMACSHA256.HashData(hashing[purpose], source, digest);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented, clearArray: true);
            }
        }

        return System.Buffers.Text.Base64Url.EncodeToString(digest[..16]);
    }

    public string Hash(HashPurpose purpose, string text) => Hash(purpose, Encoding.UTF8.GetBytes(text));

    /// <summary>The key from the environment, or from its file, which is made on the first start.</summary>
    /// <exception cref="InvalidDataException">What is there is not a key; the message says where.</exception>
    public static MasterKey Load(string dataFolder, string? fromEnvironment)
    {
        if (!string.IsNullOrEmpty(fromEnvironment))
        {
            return Read(fromEnvironment, "JARVIS_MASTER_KEY");
        }

        Directory.CreateDirectory(dataFolder);
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
        {
            Write(path);
        }

        return Read(File.ReadAllText(path), path);
    }

    /// <summary>Puts a new key into the file, with the old one beside it for as long as owners' keys are wrapped by it.</summary>
    /// <returns>The key as it is from now on. Where a rotation was broken off, that one goes on.</returns>
    public static MasterKey BeginRotation(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        var parts = Parts(File.ReadAllText(path), path);
        if (parts.Length < 3)
        {
            var (old, hashes) = (parts[0], parts.ElementAtOrDefault(1) ?? parts[0]);
            parts = [RandomNumberGenerator.GetBytes(Bytes), hashes, old];
            Replace(path, parts);
        }

        return new MasterKey(parts[0], parts[1], parts[2]);
    }

    /// <summary>Takes the old key out of the file: nothing is wrapped by it any more.</summary>
    public static void EndRotation(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        Replace(path, Parts(File.ReadAllText(path), path)[..2]);
    }

    private static MasterKey Read(string text, string where)
    {
        var parts = Parts(text, where);
        return new MasterKey(parts[0], parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2));
    }

    private static byte[][] Parts(string text, string where)
    {
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length is >= 1 and <= 3 ? [.. parts.Select(part => Decode(part, where))] : throw new InvalidDataException($"{where} does not hold {Bytes} bytes in base64.");
    }

    private static void Replace(string path, IEnumerable<byte[]> parts)
    {
        var beside = $"{path}.{Environment.ProcessId}";
        WritePrivate(beside, string.Join('\n', parts.Select(Convert.ToBase64String)));
        File.Move(beside, path, overwrite: true);
    }

    private static byte[] Decode(string text, string where)
    {
        try
        {
            var key = Convert.FromBase64String(text.Trim());
            return key.Length == Bytes ? key : throw new InvalidDataException($"{where} does not hold {Bytes} bytes in base64.");
        }
        catch (FormatException)
        {
            throw new InvalidDataException($"{where} does not hold {Bytes} bytes in base64.");
        }
    }

    /// <summary>Written beside and linked into place, so that two first starts agree on one key and a crash leaves none half written.</summary>
    private static void Write(string path)
    {
        var beside = $"{path}.{Environment.ProcessId}";
        WritePrivate(beside, Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)));
        try
        {
            File.Move(beside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(beside);
        }
    }

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    private static byte[] Derive(byte[] key, string label) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Bytes, info: Encoding.ASCII.GetBytes(label));
}
