using System.Collections.Concurrent;
using System.Security.Cryptography;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Marten;
using JasperFx;
using Marten.Exceptions;

namespace Jarvis.Application.Platform;

/// <summary>An owner's data key, wrapped by the master key. Emptied, it is destroyed: whatever it sealed reads as erased.</summary>
public sealed record OwnerKey
{
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    /// <summary>Nonce, ciphertext and tag of AES-256-GCM; null once destroyed.</summary>
    public byte[]? Wrapped { get; init; }
}

/// <summary>
/// Seals personal content under its owner's key and unseals it, many at a time; never inside the store's serializer.
/// Cipher: AES-256-GCM, a random nonce of 96 bits, the owner and the key id as associated data.
/// </summary>
public sealed class Vault(IDocumentStore store, MasterKey master) : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    /// <summary>Keys that are kept in memory, unless it is said otherwise.</summary>
    private const int MaxCachedKeys = 10_000;

    /// <summary>How long another process may still unseal after a key was destroyed elsewhere.</summary>
    private static readonly TimeSpan CacheTime = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim making = new(1);
    private readonly ConcurrentDictionary<Guid, Cached> byOwner = new();
    private readonly ConcurrentDictionary<Guid, Cached> byKey = new();

    /// <summary>How many keys are kept in memory; beyond it all are loaded anew as they are needed.</summary>
    public int MostCachedKeys { get; init; } = MaxCachedKeys;

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
        var cached = byOwner.TryGetValue(owner, out var known) && known.IsFresh ? known : await LoadOrMake(owner, cancellation);
        return new Sealer(cached.KeyId, owner, cached.Key);
    }

    /// <summary>Every value clear again, in order; erased where the key is gone. Clear and erased ones pass as they are.</summary>
    public async ValueTask<IReadOnlyList<Content>> Unseal(IReadOnlyList<Content> contents, CancellationToken cancellation)
    {
        var unsealer = await UnsealerOf(contents, cancellation);
        using (unsealer)
        {
            return [.. contents.Select(unsealer.Unseal)];
        }
    }

    /// <summary>The same events with their contents clear.</summary>
    public async ValueTask<IReadOnlyList<object>> UnsealEvents(IReadOnlyList<object> events, CancellationToken cancellation)
    {
        using var unsealer = await UnsealerOf(events.SelectMany(Contents.Of), cancellation);
        return [.. events.Select(@event => Contents.Map(@event, unsealer.Unseal))];
    }

    /// <summary>Has the keys of all given contents at hand; not for several threads.</summary>
    public async ValueTask<Unsealer> UnsealerOf(IEnumerable<Content> contents, CancellationToken cancellation)
    {
        // Taken once: what is remembered may be forgotten at any moment, and content whose key is not at hand would read as erased.
        var keys = new Dictionary<Guid, (Guid Owner, byte[]? Key)>();
        var missing = new List<Guid>();
        foreach (var id in contents.OfType<Content.Sealed>().Select(content => content.KeyId).Distinct())
        {
            if (byKey.TryGetValue(id, out var known) && known.IsFresh)
            {
                keys[id] = (known.Owner, known.Key);
            }
            else
            {
                missing.Add(id);
            }
        }

        if (missing.Count > 0)
        {
            await using var session = store.QuerySession();
            foreach (var key in await session.LoadManyAsync<OwnerKey>(cancellation, missing))
            {
                var loaded = Remember(key);
                keys[key.Id] = (loaded.Owner, loaded.Key);
            }
        }

        return new Unsealer(keys);
    }

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
        var cached = byOwner.TryGetValue(owner, out var known) && known.IsFresh ? known : await LoadOrMake(owner, cancellation);
        return cached.Key is null || (keyId is { } id && id != cached.KeyId)
            ? (cached.KeyId, null)
            : (cached.KeyId, HKDF.DeriveKey(HashAlgorithmName.SHA256, cached.Key, KeyBytes, salt, System.Text.Encoding.ASCII.GetBytes(Label)));
    }

    /// <summary>Destroys an owner's key: everything sealed under it is erased, everywhere.</summary>
    public async Task Destroy(Guid owner, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        foreach (var key in await session.Query<OwnerKey>().Where(key => key.OwnerId == owner).ToListAsync(cancellation))
        {
            session.Store(key with { Wrapped = null });
            Remember(key with { Wrapped = null });
        }

        await session.SaveChangesAsync(cancellation);
    }

    /// <summary>Wraps every owner's key anew by the present master key; those that were destroyed stay so.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> WrapAnew(CancellationToken cancellation)
    {
        const int Page = 1_000;
        var done = 0;
        var after = Guid.Empty;
        while (true)
        {
            await using var session = store.LightweightSession();
            var keys = await session.Query<OwnerKey>().Where(key => key.Id > after).OrderBy(key => key.Id).Take(Page).ToListAsync(cancellation);
            if (keys.Count == 0)
            {
                return done;
            }

            foreach (var key in keys.Where(key => key.Wrapped is not null))
            {
                session.Store(key with { Wrapped = Wrap(key, Unwrap(key)) });
                done++;
            }

            await session.SaveChangesAsync(cancellation);
            after = keys[^1].Id;
        }
    }

    public void Dispose() => making.Dispose();

    private async ValueTask<Cached> LoadOrMake(Guid owner, CancellationToken cancellation)
    {
        if (await Load(owner, cancellation) is { } known)
        {
            return known;
        }

        await making.WaitAsync(cancellation);
        try
        {
            return await Load(owner, cancellation) ?? await Make(owner, cancellation);
        }
        finally
        {
            making.Release();
        }
    }

    private async ValueTask<Cached> Make(Guid owner, CancellationToken cancellation)
    {
        var made = new OwnerKey { Id = Guid.CreateVersion7(), OwnerId = owner };
        made = made with { Wrapped = Wrap(made, RandomNumberGenerator.GetBytes(KeyBytes)) };
        try
        {
            await using var session = store.LightweightSession();
            session.Insert(made);
            await session.SaveChangesAsync(cancellation);
            return Remember(made);
        }
        catch (Exception exception) when (exception is DocumentAlreadyExistsException or MartenCommandException { InnerException: Npgsql.PostgresException { SqlState: "23505" } })
        {
            // Another process made the owner's key at the same moment: theirs it is.
            return await Load(owner, cancellation) ?? throw new InvalidOperationException("The owner's key is neither there nor can it be made.", exception);
        }
    }

    private async ValueTask<Cached?> Load(Guid owner, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var key = await session.Query<OwnerKey>().Where(key => key.OwnerId == owner).FirstOrDefaultAsync(cancellation);
        return key is null ? null : Remember(key);
    }

    private Cached Remember(OwnerKey key)
    {
        if (byKey.Count >= MostCachedKeys)
        {
            byKey.Clear();
            byOwner.Clear();
        }

        var cached = new Cached(key.Id, key.OwnerId, key.Wrapped is null ? null : Unwrap(key), DateTime.UtcNow + CacheTime);
        byKey[key.Id] = cached;
        byOwner[key.OwnerId] = cached;
        return cached;
    }

    private byte[] Wrap(OwnerKey key, byte[] plain)
    {
        var wrapped = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(master.Wrapping, TagBytes);
        aes.Encrypt(wrapped.AsSpan(0, NonceBytes), plain, wrapped.AsSpan(NonceBytes, plain.Length), wrapped.AsSpan(NonceBytes + plain.Length), Associated(key.OwnerId, key.Id));
        return wrapped;
    }

    private byte[] Unwrap(OwnerKey key)
    {
        try
        {
            return Unwrap(key, master.Wrapping);
        }
        catch (AuthenticationTagMismatchException) when (master.PreviousWrapping is not null)
        {
            return Unwrap(key, master.PreviousWrapping);
        }
    }

    private static byte[] Unwrap(OwnerKey key, ReadOnlySpan<byte> by)
    {
        var plain = new byte[key.Wrapped!.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(by, TagBytes);
        aes.Decrypt(key.Wrapped.AsSpan(0, NonceBytes), key.Wrapped.AsSpan(NonceBytes, plain.Length), key.Wrapped.AsSpan(NonceBytes + plain.Length), plain, Associated(key.OwnerId, key.Id));
        return plain;
    }

    private static byte[] Associated(Guid owner, Guid keyId)
    {
        var bytes = new byte[32];
        owner.TryWriteBytes(bytes);
        keyId.TryWriteBytes(bytes.AsSpan(16));
        return bytes;
    }

    private sealed record Cached(Guid KeyId, Guid Owner, byte[]? Key, DateTime Until)
    {
        public bool IsFresh => DateTime.UtcNow < Until;
    }

    /// <summary>One owner's key at work.</summary>
    public sealed class Sealer : IDisposable
    {
        private readonly Guid keyId;
        private readonly byte[] associated;
        private readonly AesGcm? aes;

        internal Sealer(Guid keyId, Guid owner, byte[]? key)
        {
            this.keyId = keyId;
            associated = Associated(owner, keyId);
            aes = key is null ? null : new AesGcm(key, TagBytes);
        }

        /// <summary>Erased at once where the owner's key was destroyed: nothing of a forgotten person is kept anew.</summary>
        public Content Seal(Json value) => SealUtf8(value.ToUtf8Bytes());

        /// <summary>The same event with its clear contents sealed.</summary>
        public object SealEvent(object @event) => Contents.Map(@event, content => content is Content.Clear clear ? Seal(clear.Value) : content);

        public void Dispose() => aes?.Dispose();

        private Content SealUtf8(byte[] plain)
        {
            if (aes is null)
            {
                return new Content.Erased();
            }

            var cipher = new byte[NonceBytes + plain.Length + TagBytes];
            RandomNumberGenerator.Fill(cipher.AsSpan(0, NonceBytes));
            aes.Encrypt(cipher.AsSpan(0, NonceBytes), plain, cipher.AsSpan(NonceBytes, plain.Length), cipher.AsSpan(NonceBytes + plain.Length), associated);
            return new Content.Sealed(keyId, cipher);
        }
    }

    /// <summary>The keys of some contents at work.</summary>
    public sealed class Unsealer : IDisposable
    {
        private readonly Dictionary<Guid, (AesGcm? Aes, byte[] Associated)> keys;

        internal Unsealer(IReadOnlyDictionary<Guid, (Guid Owner, byte[]? Key)> known) =>
            keys = known.ToDictionary(pair => pair.Key, pair => (pair.Value.Key is null ? null : new AesGcm(pair.Value.Key, TagBytes), Associated(pair.Value.Owner, pair.Key)));

        public Content Unseal(Content content)
        {
            if (content is not Content.Sealed { Cipher: var cipher, KeyId: var keyId })
            {
                return content;
            }

            if (!keys.TryGetValue(keyId, out var key) || key.Aes is not { } aes)
            {
                return new Content.Erased();
            }

            var plain = new byte[cipher.Length - NonceBytes - TagBytes];
            aes.Decrypt(cipher.AsSpan(0, NonceBytes), cipher.AsSpan(NonceBytes, plain.Length), cipher.AsSpan(NonceBytes + plain.Length), plain, key.Associated);
            return Content.Of(Json.Parse(plain));
        }

        public void Dispose()
        {
            foreach (var (aes, _) in keys.Values)
            {
                aes?.Dispose();
            }
        }
    }
}
