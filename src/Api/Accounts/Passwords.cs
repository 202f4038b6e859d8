using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Jarvis.Api.Accounts;

/// <summary>
/// Hashes and checks passwords (ASP.NET Core Identity's PBKDF2, HMAC-SHA512), a few at a time. Where there is no account a hash of the same
/// cost is checked all the same, so that the time of the answer tells nothing.
/// </summary>
public sealed class Passwords : IDisposable
{
    private readonly PasswordHasher<object> hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = SignInLimits.PasswordIterations }));
    private readonly SemaphoreSlim turns = new(SignInLimits.ConcurrentPasswordHashes);
    private readonly string nobodysHash;
    private int waiting;

    public Passwords() => nobodysHash = hasher.HashPassword(this, Guid.NewGuid().ToString());

    /// <summary>The hash; null when too many wait already.</summary>
    /// <param name="salt">16 bytes that nobody can foresee; the same give the same hash.</param>
    public Task<string?> Hash(string password, byte[] salt, CancellationToken cancel) =>
        InTurn<string?>(() => Format(password, salt), cancel);

    /// <summary>Whether the password is the one behind the hash; null when too many wait already.</summary>
    /// <param name="hash">Null for an unknown account: costs the same, never matches.</param>
    public Task<bool?> Matches(string? hash, string password, CancellationToken cancel) =>
        InTurn<bool?>(() => hasher.VerifyHashedPassword(this, hash ?? nobodysHash, password) != PasswordVerificationResult.Failed && hash is not null, cancel);

    public void Dispose() => turns.Dispose();

    /// <summary>
    /// Identity's format of version 3: a one, then function, iterations and salt's length as big-endian 32-bit numbers, the salt, the key.
    /// Identity itself draws the salt, which here is given.
    /// </summary>
    private static string Format(string password, byte[] salt)
    {
        const byte Version = 1;
        const int HmacSha512 = 2;
        const int HeaderBytes = 13;
        const int KeyBytes = 32;
        var hash = new byte[HeaderBytes + salt.Length + KeyBytes];
        hash[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(1), HmacSha512);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(5), SignInLimits.PasswordIterations);
        BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(9), (uint)salt.Length);
        salt.CopyTo(hash.AsSpan(HeaderBytes));
        Rfc2898DeriveBytes.Pbkdf2(password, salt, hash.AsSpan(HeaderBytes + salt.Length), SignInLimits.PasswordIterations, HashAlgorithmName.SHA512);
        return Convert.ToBase64String(hash);
    }

    private async Task<T?> InTurn<T>(Func<T> work, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref waiting) > SignInLimits.WaitingPasswordHashes)
        {
            Interlocked.Decrement(ref waiting);
            return default;
        }

        try
        {
            await turns.WaitAsync(cancel);
            try
            {
                return await Task.Run(work, cancel);
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
