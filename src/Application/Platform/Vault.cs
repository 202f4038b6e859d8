using System.Security.Cryptography;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Platform;

/// <summary>
/// Seals personal content under its owner's key and unseals it, many at a time; never inside the store's serializer.
/// Cipher: AES-256-GCM, a random nonce of 96 bits, the owner and the key id as associated data.
/// </summary>
public sealed class Vault(IDocumentStore store, MasterKey master) : IDisposable
{
    /// <summary>Keys that are kept in memory, unless it is said otherwise.</summary>
    private const int MaxCachedKeys = 10_000;

    private readonly OwnerKeys keys = new(store, master) { Most = MaxCachedKeys };

    /// <summary>How many keys are kept in memory; beyond it all are loaded anew as they are needed.</summary>
    public int MostCachedKeys
    {
        get => keys.Most;
        init => keys.Most = value;
    }

    /// <summary>Owner of what belongs to nobody yet, such as the name a runner gives before it is paired.</summary>
    public static Guid Nobody => Guid.Empty;

    public async ValueTask<Content> Seal(Guid owner, Json value, CancellationToken cancellation)
    {
        using var sealer = await SealerOf(owner, cancellation);
        return sealer.Seal(value);
    }

    /// <summary>Null for null, so that optional fields read plainly.</summary>
    public async ValueTask<Content?> SealText(Guid owner, string? text, CancellationToken cancellation) =>
        text is null ? null : await Seal(owner, Json.Of(text), cancellation);

    /// <summary>Seals many values of one owner; not for several threads.</summary>
    public async ValueTask<Sealer> SealerOf(Guid owner, CancellationToken cancellation)
    {
        var known = await keys.Of(owner, cancellation);
        return new Sealer(known.Id, owner, known.Key);
    }

    /// <summary>Every value clear again, in order; erased where the key is gone. Clear and erased ones pass as they are.</summary>
    public async ValueTask<IReadOnlyList<Content>> Unseal(IReadOnlyList<Content> contents, CancellationToken cancellation)
    {
        using var unsealer = await UnsealerOf(contents, cancellation);
        return [.. contents.Select(unsealer.Unseal)];
    }

    /// <summary>The same events with their contents clear.</summary>
    public async ValueTask<IReadOnlyList<object>> UnsealEvents(IReadOnlyList<object> events, CancellationToken cancellation)
    {
        using var unsealer = await UnsealerOf(events.SelectMany(Contents.Of), cancellation);
        return [.. events.Select(@event => Contents.Map(@event, unsealer.Unseal))];
    }

    /// <summary>Has the keys of all given contents at hand; not for several threads.</summary>
    public async ValueTask<Unsealer> UnsealerOf(IEnumerable<Content> contents, CancellationToken cancellation) =>
        new(await keys.Find(contents.OfType<Content.Sealed>().Select(content => content.KeyId), cancellation));

    /// <summary>
    /// The key under which one file of an owner's is sealed, derived from the owner's key (HKDF-SHA256, RFC 5869): destroying that one erases
    /// every file as well.
    /// </summary>
    /// <param name="keyId">The owner's key that the file was sealed under; null for the one that seals now.</param>
    /// <param name="salt">Random, of that file alone.</param>
    /// <returns>Which key of the owner's it is, and the file's; null once it was destroyed.</returns>
    public async ValueTask<(Guid KeyId, byte[]? Key)> FileKey(Guid owner, Guid? keyId, byte[] salt, CancellationToken cancellation)
    {
        const string Label = "jarvis/blob/v1";
        var known = await keys.Of(owner, cancellation);
        return known.Key is null || (keyId is { } id && id != known.Id)
            ? (known.Id, null)
            : (known.Id, HKDF.DeriveKey(HashAlgorithmName.SHA256, known.Key, OwnerCipher.KeyBytes, salt, System.Text.Encoding.ASCII.GetBytes(Label)));
    }

    /// <summary>Destroys an owner's key: everything sealed under it is erased, everywhere.</summary>
    public Task Destroy(Guid owner, CancellationToken cancellation) => keys.Destroy(owner, cancellation);

    /// <summary>Wraps every owner's key anew by the present master key; those that were destroyed stay so.</summary>
    /// <returns>How many there are.</returns>
    public Task<int> WrapAnew(CancellationToken cancellation) => keys.WrapAnew(cancellation);

    public void Dispose() => keys.Dispose();
}
