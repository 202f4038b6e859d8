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
    public Task<string?> Hash(string password, CancellationToken cancel) =>
        InTurn<string?>(() => hasher.HashPassword(this, password), cancel);

    /// <summary>Whether the password is the one behind the hash; null when too many wait already.</summary>
    /// <param name="hash">Null for an unknown account: costs the same, never matches.</param>
    public Task<bool?> Matches(string? hash, string password, CancellationToken cancel) =>
        InTurn<bool?>(() => hasher.VerifyHashedPassword(this, hash ?? nobodysHash, password) != PasswordVerificationResult.Failed && hash is not null, cancel);

    public void Dispose() => turns.Dispose();

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
