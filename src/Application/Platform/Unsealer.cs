using System.Security.Cryptography;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Application.Platform;

/// <summary>The keys of some contents at work; not for several threads.</summary>
public sealed class Unsealer : IDisposable
{
    private readonly Dictionary<Guid, (AesGcm? Aes, byte[] Associated)> keys;

    /// <param name="known">The keys that are at hand, by id.</param>
    internal Unsealer(IReadOnlyDictionary<Guid, KnownKey> known) =>
        keys = known.ToDictionary(
            pair => pair.Key, pair => (pair.Value.Key is { } key ? OwnerCipher.Of(key) : null, OwnerCipher.Associated(pair.Value.Owner, pair.Key)));

    /// <summary>Clear again; erased where the key is gone. What is not sealed passes as it is.</summary>
    public Content Unseal(Content content)
    {
        if (content is not Content.Sealed { Cipher: var cipher, KeyId: var keyId })
        {
            return content;
        }

        return keys.TryGetValue(keyId, out var key) && key.Aes is { } aes
            ? Content.Of(Json.Parse(OwnerCipher.Open(aes, cipher, key.Associated)))
            : new Content.Erased();
    }

    public void Dispose()
    {
        foreach (var (aes, _) in keys.Values)
        {
            aes?.Dispose();
        }
    }
}
