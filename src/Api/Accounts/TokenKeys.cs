using System.Security.Cryptography;
using System.Text.Json;

namespace Jarvis.Api.Accounts;

/// <summary>
/// The keys that sign tokens, in <c>token-keys.json</c> of the data folder, made on first start and readable by its owner only.
/// The newest signs; every one in the file verifies, so that a key is rotated by adding one and removing the old one later.
/// </summary>
public sealed class TokenKeys
{
    private const int KeyBytes = 32;

    private readonly Dictionary<string, byte[]> byId;

    private TokenKeys(IReadOnlyList<TokenKey> keys, byte[] refreshKey)
    {
        Newest = keys[^1];
        byId = keys.ToDictionary(key => key.KeyId, key => key.Secret, StringComparer.Ordinal);
        RefreshKey = refreshKey;
    }

    public sealed record TokenKey(string KeyId, byte[] Secret);

    private sealed record KeyFile(List<TokenKey> Keys, byte[] RefreshKey);

    public TokenKey Newest { get; }

    /// <summary>Derives the successor of a refresh token, so that it need not be stored to be answered twice.</summary>
    public byte[] RefreshKey { get; }

    public byte[]? Find(string keyId) => byId.GetValueOrDefault(keyId);

    /// <exception cref="InvalidDataException">The file is there but holds no key.</exception>
    public static TokenKeys Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "token-keys.json");
        for (var attempt = 0; ; attempt++)
        {
            if (File.Exists(path))
            {
                var file = JsonSerializer.Deserialize<KeyFile>(File.ReadAllBytes(path), JsonSerializerOptions.Web);
                return file is { Keys.Count: > 0, RefreshKey.Length: > 0 }
                    ? new TokenKeys(file.Keys, file.RefreshKey)
                    : throw new InvalidDataException($"{path} holds no signing key.");
            }

            Create(path);
        }
    }

    // Written beside and moved into place: a process that dies while writing leaves no half file, and of two that start at once one wins.
    private static void Create(string path)
    {
        var made = new KeyFile(
            [new TokenKey(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), RandomNumberGenerator.GetBytes(KeyBytes))],
            RandomNumberGenerator.GetBytes(KeyBytes));
        var draft = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, made, JsonSerializerOptions.Web);
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
