using Jarvis.Domain.Platform;

namespace Jarvis.Application.Devices;

/// <summary>
/// A runner waits to be paired (RFC 8628). Part of signing in, so a document and not history; what comes of it is
/// <c>DevicePaired</c>.
/// </summary>
public sealed record PairingRequest
{
    /// <summary>How long a code is good.</summary>
    public const int ExpirySeconds = 600;

    /// <summary>How often a runner may ask at first; each answer <c>slow_down</c> adds as much again (RFC 8628, section 3.5).</summary>
    public const int IntervalSeconds = 5;

    /// <summary>How long a runner whose answer got lost may fetch its tokens again.</summary>
    public const int RedeemAgainSeconds = 60;

    /// <summary>Letters that are not mistaken for one another or make words (RFC 8628, section 6.1).</summary>
    public const string UserCodeAlphabet = "BCDFGHJKLMNPQRSTVWXZ";

    public const int UserCodeLength = 8;

    public required Guid Id { get; init; }

    /// <summary>Eight letters without the dash.</summary>
    public required string UserCode { get; init; }

    public required string DeviceCodeHash { get; init; }

    /// <summary>The name the runner gave; sealed under nobody's key, since no owner is known yet.</summary>
    public required Content Name { get; init; }

    public required string Os { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? LastAskedAt { get; init; }

    public int Interval { get; init; } = IntervalSeconds;

    public bool IsDenied { get; init; }

    /// <summary>Set once approved.</summary>
    public Guid? DeviceId { get; init; }

    public Guid? OwnerId { get; init; }

    /// <summary>When the tokens were first fetched; soon after, the code is spent.</summary>
    public DateTimeOffset? RedeemedAt { get; init; }

    public bool IsAnswered => IsDenied || DeviceId is not null;

    /// <summary>As people type it: letters in either case, with or without the dash.</summary>
    public static string Normalise(string userCode) => new([.. userCode.ToUpperInvariant().Where(char.IsAsciiLetter)]);

    /// <summary>As it is shown: <c>ABCD-EFGH</c>.</summary>
    public static string Shown(string userCode) => $"{userCode[..4]}-{userCode[4..]}";
}
