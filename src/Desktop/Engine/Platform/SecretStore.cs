using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Engine.Platform;

/// <summary>Why a secret cannot be kept or read; the message names the file and never a value.</summary>
public sealed class SecretException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The secrets of this PC. Each value is encrypted (AES-256-GCM, bound to its name) in a file of the home, the key in another; both can be read by
/// their owner only. Values never leave the PC: runs read them as <c>$secrets.NAME</c>, and whatever leaves is masked. A file written by hand, a JSON object of
/// name to value, is read as well, and encrypted at the next change. An environment variable <c>JARVIS_SECRET_name</c> comes before a kept value.
/// </summary>
/// <remarks>Whoever can read the owner's files has both; the encryption guards copies of the one file, such as a backup, without the other.</remarks>
public sealed partial class SecretStore(string file)
{
    public const string VariablePrefix = "JARVIS_SECRET_";

    /// <summary>Length of a value, in bytes of UTF-8.</summary>
    public const int MaxValueBytes = 64 * 1024;

    public const int MaxSecrets = 1_000;

    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private const string Sealed = "$sealed";

    private readonly string keyFile = Path.ChangeExtension(file, ".key");

    /// <summary>Whether a text can name a secret: a letter or underscore, then letters, digits and underscores, at most 63.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>The names that are kept, in order.</summary>
    public IReadOnlyList<string> Names() => [.. Read().Members.Select(member => member.Key).Order(StringComparer.Ordinal)];

    /// <summary>Keeps a value in the place of an earlier one; durable when it returns.</summary>
    /// <exception cref="SecretException">The name is none, the value is empty or too long, or the store cannot be read.</exception>
    public void Set(string name, string value)
    {
        if (!IsName(name))
        {
            throw new SecretException($"`{name}` cannot name a secret: a letter or underscore, then letters, digits and underscores, at most 63.");
        }

        var clear = Encoding.UTF8.GetBytes(value);
        if (clear.Length is 0 or > MaxValueBytes)
        {
            throw new SecretException($"A secret has 1 to {MaxValueBytes} bytes.");
        }

        Change(kept => kept.Count >= MaxSecrets && kept[name] is null
            ? throw new SecretException($"There are {MaxSecrets} secrets already.")
            : kept.With(name, Box(name, clear)));
        CryptographicOperations.ZeroMemory(clear);
    }

    /// <summary>Forgets a value; false where there was none.</summary>
    public bool Remove(string name)
    {
        var had = false;
        Change(kept =>
        {
            had = kept[name] is not null;
            return had ? kept.Without(name) : kept;
        });
        return had;
    }

    /// <summary>Every secret of this PC by its name: what a workflow may name, and what must not leave it.</summary>
    /// <exception cref="SecretException">The store cannot be read.</exception>
    public IReadOnlyDictionary<string, Json> All()
    {
        var all = new Dictionary<string, Json>(StringComparer.Ordinal);
        byte[]? key = null;
        foreach (var (name, kept) in Read().Members)
        {
            all[name] = BoxOf(kept) is not { } box
                ? kept
                : Value(Open(key ??= Key(make: false) ?? throw new SecretException($"The key {keyFile} is gone; remove the secrets and set them anew."), name, box));
        }

        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable is { Key: string name, Value: string value } && name.StartsWith(VariablePrefix, StringComparison.Ordinal))
            {
                all[name[VariablePrefix.Length..]] = value;
            }
        }

        return all;
    }

    private static byte[]? BoxOf(Json kept)
    {
        if (kept is not JsonObject { Count: 1 } o || o[Sealed] is not JsonString text)
        {
            return null;
        }

        var box = new byte[text.Value.Length];
        return Convert.TryFromBase64String(text.Value, box, out var length) ? box[..length] : [];
    }

    // A value that is a JSON object serves as one: authentication reads {username, password} from it.
    private static Json Value(string text)
    {
        try
        {
            return text.StartsWith('{') && Json.Parse(text) is JsonObject o ? o : Json.Of(text);
        }
        catch (JsonException)
        {
            return Json.Of(text);
        }
    }

    private void Change(Func<JsonObject, JsonObject> change)
    {
        using var only = Lock();
        var next = change(Read());
        // What was written by hand does not stay readable.
        foreach (var (name, kept) in next.Members.Where(member => BoxOf(member.Value) is null).ToList())
        {
            next = next.With(name, Box(name, Encoding.UTF8.GetBytes(kept is JsonString text ? text.Value : kept.ToString())));
        }

        PrivateFile.Write(file, next.ToUtf8Bytes());
    }

    private Json Box(string name, byte[] clear) => Json.Of((Sealed, Json.Of(Convert.ToBase64String(Seal(Key(make: true)!, name, clear)))));

    // Two commands at once must not lose each other's change.
    private FileStream Lock()
    {
        try
        {
            return new FileStream(file + ".lock", new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose,
            });
        }
        catch (IOException busy)
        {
            throw new SecretException("The secrets are being changed by another command; try again.", busy);
        }
    }

    private JsonObject Read()
    {
        if (PrivateFile.Read(file) is not { } bytes)
        {
            return JsonObject.Empty;
        }

        try
        {
            return Json.Parse(bytes) as JsonObject ?? throw new SecretException($"{file} is not a JSON object of secrets.");
        }
        catch (JsonException wrong)
        {
            throw new SecretException($"{file} is not a JSON object of secrets.", wrong);
        }
    }

    private byte[]? Key(bool make)
    {
        if (PrivateFile.Read(keyFile) is { } kept)
        {
            return kept.Length == KeyBytes ? kept : throw new SecretException($"{keyFile} is not a key; set the secrets anew after removing it.");
        }

        if (!make)
        {
            return null;
        }

        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        PrivateFile.Write(keyFile, key);
        return key;
    }

    private static byte[] Seal(byte[] key, string name, byte[] clear)
    {
        var box = new byte[NonceBytes + clear.Length + TagBytes];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), clear, box.AsSpan(NonceBytes, clear.Length), box.AsSpan(NonceBytes + clear.Length), Encoding.UTF8.GetBytes(name));
        return box;
    }

    private string Open(byte[] key, string name, byte[] box)
    {
        try
        {
            var clear = new byte[Math.Max(0, box.Length - NonceBytes - TagBytes)];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, clear.Length), box.AsSpan(NonceBytes + clear.Length), clear, Encoding.UTF8.GetBytes(name));
            return Encoding.UTF8.GetString(clear);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new SecretException($"The secret `{name}` in {file} was not written with the key {keyFile}; set it anew.", wrong);
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
    private static partial Regex Name();
}
