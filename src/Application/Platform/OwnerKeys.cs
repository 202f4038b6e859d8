using System.Collections.Concurrent;
using System.Security.Cryptography;
using JasperFx;
using Marten;
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

/// <summary>An owner's key, unwrapped and at hand for a while.</summary>
/// <param name="Key">Null once destroyed.</param>
internal sealed record KnownKey(Guid Id, Guid Owner, byte[]? Key, DateTime Until)
{
    public bool IsFresh => DateTime.UtcNow < Until;
}

/// <summary>The keys of owners: made when they are first needed, kept wrapped in the store and unwrapped in memory for a moment, destroyed for good.</summary>
internal sealed class OwnerKeys(IDocumentStore store, MasterKey master) : IDisposable
{
    /// <summary>How long another process may still unseal after a key was destroyed elsewhere.</summary>
    private static readonly TimeSpan CacheTime = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim making = new(1);
    private readonly ConcurrentDictionary<Guid, KnownKey> byOwner = new();
    private readonly ConcurrentDictionary<Guid, KnownKey> byKey = new();

    /// <summary>How many are kept in memory; beyond it all are loaded anew as they are needed.</summary>
    public int Most { get; set; }

    /// <summary>The key that seals now, made where the owner has none.</summary>
    public async ValueTask<KnownKey> Of(Guid owner, CancellationToken cancellation) =>
        byOwner.TryGetValue(owner, out var known) && known.IsFresh ? known : await LoadOrMake(owner, cancellation);

    /// <summary>Those of the given ids that there are, by id.</summary>
    public async ValueTask<IReadOnlyDictionary<Guid, KnownKey>> Find(IEnumerable<Guid> ids, CancellationToken cancellation)
    {
        // Taken once: what is remembered may be forgotten at any moment, and content whose key is not at hand would read as erased.
        var keys = new Dictionary<Guid, KnownKey>();
        var missing = new List<Guid>();
        foreach (var id in ids.Distinct())
        {
            if (byKey.TryGetValue(id, out var known) && known.IsFresh)
            {
                keys[id] = known;
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
                keys[key.Id] = Remember(key);
            }
        }

        return keys;
    }

    /// <summary>Empties an owner's keys in the store and here.</summary>
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

    /// <summary>Wraps every key anew by the present master key; those that were destroyed stay so.</summary>
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

    private async ValueTask<KnownKey> LoadOrMake(Guid owner, CancellationToken cancellation)
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

    private async ValueTask<KnownKey> Make(Guid owner, CancellationToken cancellation)
    {
        var made = new OwnerKey { Id = Guid.CreateVersion7(), OwnerId = owner };
        made = made with { Wrapped = Wrap(made, RandomNumberGenerator.GetBytes(OwnerCipher.KeyBytes)) };
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

    private async ValueTask<KnownKey?> Load(Guid owner, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        var key = await session.Query<OwnerKey>().Where(key => key.OwnerId == owner).FirstOrDefaultAsync(cancellation);
        return key is null ? null : Remember(key);
    }

    private KnownKey Remember(OwnerKey key)
    {
        if (byKey.Count >= Most)
        {
            byKey.Clear();
            byOwner.Clear();
        }

        var known = new KnownKey(key.Id, key.OwnerId, key.Wrapped is null ? null : Unwrap(key), DateTime.UtcNow + CacheTime);
        byKey[key.Id] = known;
        byOwner[key.OwnerId] = known;
        return known;
    }

    private byte[] Wrap(OwnerKey key, byte[] plain)
    {
        using var aes = OwnerCipher.Of(master.Wrapping);
        return OwnerCipher.Seal(aes, plain, OwnerCipher.Associated(key.OwnerId, key.Id));
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
        using var aes = OwnerCipher.Of(by);
        return OwnerCipher.Open(aes, key.Wrapped!, OwnerCipher.Associated(key.OwnerId, key.Id));
    }
}
