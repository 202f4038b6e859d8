namespace Jarvis.Engine.Devices;

/// <summary>
/// The device's access token, renewed before it ends. Refresh tokens rotate: the successor is on disk before the new access
/// token is used. A crash between the server's answer and the disk is mended by asking again with the old one, to which the
/// server gives the same successor. Where the server does not know the token it is told the earlier ones as well: restored from a backup, it
/// knows the one that was the latest then.
/// </summary>
public sealed class DeviceTokens(RunnerApi api, CredentialFile file, Credentials credentials, TimeProvider time) : IDisposable
{
    // RFC 6749, section 5.2, and RFC 8628, section 3.5.
    private const string NotKnown = "invalid_grant";
    private const string Denied = "access_denied";

    /// <summary>A token that ends sooner than this is renewed first.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    /// <summary>Earlier tokens that one request names.</summary>
    public const int MaxEarlierAtOnce = 500;

    private readonly SemaphoreSlim renewing = new(1, 1);
    private Credentials current = credentials;

    public Credentials Current => Volatile.Read(ref current);

    /// <summary>True once the server has said that this device is no longer paired.</summary>
    public bool Revoked { get; private set; }

    /// <summary>A token to send; the old one where the server cannot be asked for a new one just now; null once revoked.</summary>
    public async ValueTask<string?> Token(CancellationToken cancel)
    {
        if (Revoked)
        {
            return null;
        }

        var now = Current;
        if (now.ExpiresAt - time.GetUtcNow() > Margin)
        {
            return now.AccessToken;
        }

        await Renew(now.AccessToken, cancel);
        return Revoked ? null : Current.AccessToken;
    }

    /// <summary>Replaces a token that the server refused, unless that happened already.</summary>
    /// <returns>True where there is another token to try.</returns>
    public async Task<bool> Renew(string refused, CancellationToken cancel)
    {
        await renewing.WaitAsync(cancel);
        try
        {
            var now = Current;
            if (now.AccessToken != refused)
            {
                return true;
            }

            var reply = await api.Token(new TokenRequest(null, now.RefreshToken), cancel);
            foreach (var earlier in (now.Earlier ?? []).Chunk(MaxEarlierAtOnce))
            {
                if (reply.Problem?.Error == NotKnown)
                {
                    reply = await api.Token(new TokenRequest(null, now.RefreshToken, earlier), cancel);
                }
            }

            if (reply.Answer is { } answer)
            {
                var next = now.With(answer, time.GetUtcNow());
                file.Save(next);
                Volatile.Write(ref current, next);
                return true;
            }

            // In the server's own words only: what a proxy on the way answers says nothing about the pairing.
            Revoked = reply.Problem?.Error is NotKnown or Denied;
            return false;
        }
        finally
        {
            renewing.Release();
        }
    }

    public void Dispose() => renewing.Dispose();
}
