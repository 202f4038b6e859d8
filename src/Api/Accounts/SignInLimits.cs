namespace Jarvis.Api.Accounts;

/// <summary>Every figure of signing in, named once.</summary>
public static class SignInLimits
{
    /// <summary>An access token is good for this long; nothing but its own expiry and its session ends it.</summary>
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Clocks of several servers differ by less; a token issued later than this from now is none of today's.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    /// <summary>A refresh token that is not used for this long ends its session.</summary>
    public static readonly TimeSpan SessionIdleLifetime = TimeSpan.FromDays(30);

    /// <summary>A device's session: a PC may be switched off over a long holiday.</summary>
    public static readonly TimeSpan DeviceSessionIdleLifetime = TimeSpan.FromDays(400);

    /// <summary>Within this time the same refresh token is answered with the same successor (an answer may get lost).</summary>
    public static readonly TimeSpan RefreshOverlap = TimeSpan.FromSeconds(10);

    /// <summary>How often each process asks which sessions were ended elsewhere.</summary>
    public static readonly TimeSpan RevocationPoll = TimeSpan.FromSeconds(1);

    /// <summary>An ended session is looked for in the news so much longer than its tokens live: processes' clocks differ.</summary>
    public static readonly TimeSpan RevocationMargin = TimeSpan.FromMinutes(5);

    /// <summary>How long a session that is over is still known.</summary>
    public static readonly TimeSpan EndedSessionKept = TimeSpan.FromDays(1);

    /// <summary>Wrong passwords judged for one address within <see cref="GuessWindow"/>, right ones not counted.</summary>
    public const int GuessesPerAccount = 20;

    public static readonly TimeSpan GuessWindow = TimeSpan.FromMinutes(15);

    /// <summary>Registrations that one source may ask for within <see cref="GuessWindow"/>, unless JARVIS_REGISTRATIONS says otherwise.</summary>
    public const int RegistrationsPerSource = 30;

    /// <summary>Registrations of one e-mail address that are looked at within <see cref="GuessWindow"/>.</summary>
    public const int RegistrationsPerEmail = 10;

    /// <summary>An access ticket (downloads, images) is good for one path and this long.</summary>
    public static readonly TimeSpan TicketLifetime = TimeSpan.FromMinutes(1);

    /// <summary>Password hashes computed at once: half of the cores, so that guessing never takes all of them; more wait in line.</summary>
    public static readonly int ConcurrentPasswordHashes = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Requests that may wait for a password hash; more are turned away at once, and whoever waits does not wait long.</summary>
    public const int WaitingPasswordHashes = 64;

    /// <summary>Iterations of PBKDF2 with HMAC-SHA512 (OWASP Password Storage Cheat Sheet).</summary>
    public const int PasswordIterations = 210_000;

    /// <summary>Body of a request that signs in, registers or pairs, in bytes.</summary>
    public const int BodyBytes = 32 * 1024;

    public const int PasswordMinCharacters = 8;
    public const int PasswordMaxCharacters = 256;
    public const int EmailMaxCharacters = 254;

    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int TokenMaxCharacters = 4096;
}
