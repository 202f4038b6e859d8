using System.Text.Json;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Devices;

/// <summary>What this device is to one server.</summary>
/// <param name="Server">The server's origin.</param>
/// <param name="ExpiresAt">When the access token ends, by this PC's clock.</param>
/// <param name="AccountId">Whose device it is; null while the server has not told.</param>
/// <param name="Earlier">Refresh tokens from before, latest first: a server restored from a backup knows one of those and none since. Null for none.</param>
public sealed record Credentials(
    Uri Server, Guid DeviceId, string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt, Guid? AccountId = null, IReadOnlyList<string>? Earlier = null)
{
    /// <summary>Tokens are renewed some 160 times a day: a backup may be three weeks old on a PC that is never switched off.</summary>
    private const int MaxEarlier = 3_360;

    /// <summary>The next tokens, those of now kept among the earlier ones.</summary>
    public Credentials With(TokenAnswer answer, DateTimeOffset now) => this with
    {
        AccessToken = answer.AccessToken,
        RefreshToken = answer.RefreshToken,
        ExpiresAt = now.AddSeconds(answer.ExpiresIn),
        AccountId = answer.AccountId ?? AccountId,
        Earlier = [.. (Earlier ?? []).Prepend(RefreshToken).Take(MaxEarlier)],
    };

    /// <summary>What logs may say: no token.</summary>
    public override string ToString() => $"{nameof(Credentials)} {DeviceId}";
}

/// <summary>A pairing that waits for a person; kept, so that a runner started again goes on with the code already shown.</summary>
/// <param name="IntervalSeconds">How long to wait between two questions (RFC 8628, section 3.2).</param>
public sealed record PendingPairing(
    Uri Server, string DeviceCode, string UserCode, Uri VerificationUri, DateTimeOffset ExpiresAt, int IntervalSeconds);

/// <summary><c>credentials.json</c> and <c>pairing.json</c> in the runner's home, readable by their owner only.</summary>
public sealed class CredentialFile(string home)
{
    private readonly string credentials = Path.Combine(home, "credentials.json");
    private readonly string pairing = Path.Combine(home, "pairing.json");

    /// <summary>Null where this home is not paired.</summary>
    public Credentials? Load() => Read(credentials, RunnerJson.Default.Credentials);

    /// <summary>Durable when it returns; a pairing that waited is over with it.</summary>
    public void Save(Credentials value)
    {
        PrivateFile.Write(credentials, JsonSerializer.SerializeToUtf8Bytes(value, RunnerJson.Default.Credentials));
        File.Delete(pairing);
    }

    public void Forget() => File.Delete(credentials);

    public PendingPairing? LoadPending() => Read(pairing, RunnerJson.Default.PendingPairing);

    public void SavePending(PendingPairing value) =>
        PrivateFile.Write(pairing, JsonSerializer.SerializeToUtf8Bytes(value, RunnerJson.Default.PendingPairing));

    public void ForgetPending() => File.Delete(pairing);

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        if (PrivateFile.Read(path) is not { } content)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(content, type);
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"{path} is not what Jarvis wrote there ({broken.Message}); remove it and pair again.", broken);
        }
    }
}
