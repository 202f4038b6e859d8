using System.Net;

namespace Jarvis.Engine.Devices;

/// <summary>How a pairing ended.</summary>
public abstract record PairingEnd
{
    public sealed record Paired(Credentials Credentials) : PairingEnd;

    /// <summary>A person said no, or the server does not pair.</summary>
    public sealed record Refused(string Reason) : PairingEnd;
}

/// <summary>
/// The device's half of RFC 8628: shows a code, waits for a person to confirm it, takes the tokens. A code that ran out is
/// replaced by a new one; a server that is away is waited for.
/// </summary>
public sealed class Pairing(RunnerApi api, CredentialFile file, TimeProvider time)
{
    /// <summary>What <c>slow_down</c> adds to the interval (RFC 8628, section 3.5).</summary>
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan IntervalIfNotSaid = TimeSpan.FromSeconds(5);

    /// <param name="show">Shows code and address to the person; called again for each new code.</param>
    public async Task<PairingEnd> Pair(string name, Action<PendingPairing> show, Action<string> waiting, CancellationToken cancel)
    {
        var pending = file.LoadPending() is { } kept && kept.Server == api.Server && kept.ExpiresAt > time.GetUtcNow() ? kept : null;
        while (true)
        {
            if (pending is null)
            {
                var (asked, refused) = await Ask(name, waiting, cancel);
                if (asked is null)
                {
                    return new PairingEnd.Refused(refused!);
                }

                pending = asked;
                file.SavePending(pending);
            }

            show(pending);
            switch (await Await(pending, waiting, cancel))
            {
                case PairingEnd end:
                    file.ForgetPending();
                    return end;
                default:
                    file.ForgetPending();
                    pending = null;
                    break;
            }
        }
    }

    private async Task<(PendingPairing? Pending, string? Refused)> Ask(string name, Action<string> waiting, CancellationToken cancel)
    {
        var backOff = BackOff.OfConnection();
        while (true)
        {
            var reply = await api.Pair(new PairRequest(name, ThisMachine.Os, ThisMachine.Version), cancel);
            if (reply.Answer is { } answer)
            {
                var interval = answer.Interval > 0 ? answer.Interval : (int)IntervalIfNotSaid.TotalSeconds;
                return (new PendingPairing(
                    api.Server, answer.DeviceCode, answer.UserCode, answer.VerificationUri, time.GetUtcNow().AddSeconds(answer.ExpiresIn), interval), null);
            }

            if (!reply.Unreachable && (int)reply.Status is >= 400 and < 500 && reply.Status != HttpStatusCode.TooManyRequests)
            {
                return (null, reply.Reason);
            }

            if (backOff.Attempts == 0)
            {
                waiting(reply.Reason);
            }

            await Task.Delay(reply.RetryAfter ?? backOff.Next(), time, cancel);
        }
    }

    /// <returns>The end, or null where the code ran out.</returns>
    private async Task<PairingEnd?> Await(PendingPairing pending, Action<string> waiting, CancellationToken cancel)
    {
        var interval = TimeSpan.FromSeconds(pending.IntervalSeconds);
        var away = false;
        while (pending.ExpiresAt > time.GetUtcNow())
        {
            await Task.Delay(interval, time, cancel);
            var reply = await api.Token(new TokenRequest(pending.DeviceCode, null), cancel);
            if (reply.Answer is { } answer)
            {
                var paired = new Credentials(
                    api.Server, answer.DeviceId, answer.AccessToken, answer.RefreshToken, time.GetUtcNow().AddSeconds(answer.ExpiresIn), answer.AccountId);
                file.Save(paired);
                return new PairingEnd.Paired(paired);
            }

            switch (reply.Problem?.Error)
            {
                case "slow_down":
                    interval += SlowDown;
                    break;
                case "expired_token":
                    return null;
                case "access_denied":
                    return new PairingEnd.Refused("The pairing was denied.");
                case "authorization_pending":
                    break;
                case { } other:
                    return new PairingEnd.Refused(reply.Problem.Detail ?? other);
                case null when !away:
                    away = true;
                    waiting(reply.Reason);
                    break;
            }
        }

        return null;
    }
}
