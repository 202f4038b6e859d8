using System.Security.Cryptography;
using System.Text;
using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows.Data;
using JasperFx;
using Marten;

namespace Jarvis.Application.Devices;

/// <param name="DeviceCode">Secret of the runner; only its hash is kept.</param>
/// <param name="UserCode">As shown to the person.</param>
public sealed record PairingCodes(string DeviceCode, string UserCode);

/// <summary>What a runner that asks for its tokens is told (RFC 8628, section 3.5).</summary>
public enum PairingOutcome { Pending, SlowDown, Expired, Denied, Approved }

/// <param name="DeviceId">Of an approved one.</param>
public sealed record PairingAnswer(PairingOutcome Outcome, Guid? DeviceId = null, Guid? OwnerId = null);

/// <summary>
/// The runner's half of pairing. It is signing in, so plain documents; the person's half are the commands
/// <see cref="ApproveDevice"/> and <see cref="DenyDevice"/>.
/// </summary>
public sealed class PairDevice(IDocumentStore store, Vault vault, MasterKey keys, TimeProvider clock)
{
    private const int DeviceCodeBytes = 32;
    private const int Attempts = 5;

    public async Task<PairingCodes> Ask(string name, string os, string version, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        for (var attempt = 1; ; attempt++)
        {
            var deviceCode = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(DeviceCodeBytes));
            var userCode = RandomNumberGenerator.GetString(PairingRequest.UserCodeAlphabet, PairingRequest.UserCodeLength);
            await using var session = store.LightweightSession();
            session.DeleteWhere<PairingRequest>(old => old.ExpiresAt < now);
            session.Insert(new PairingRequest
            {
                Id = Guid.CreateVersion7(now),
                UserCode = userCode,
                DeviceCodeHash = Hash(deviceCode),
                Name = await vault.Seal(Vault.Nobody, Json.Of(name), cancellation),
                Os = os,
                Version = version,
                ExpiresAt = now.AddSeconds(PairingRequest.ExpirySeconds),
            });
            try
            {
                await session.SaveChangesAsync(cancellation);
                return new PairingCodes(deviceCode, PairingRequest.Shown(userCode));
            }
            catch (Exception taken) when (attempt < Attempts && taken is DocumentAlreadyExistsException or Marten.Exceptions.MartenCommandException)
            {
                // The code is in use by another runner: draw again.
            }
        }
    }

    /// <summary>An approved code answers with its device once, and again shortly after, because an answer may get lost.</summary>
    public async Task<PairingAnswer> Poll(string deviceCode, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var hash = Hash(deviceCode);
        await using var session = store.LightweightSession();
        var request = await session.Query<PairingRequest>().FirstOrDefaultAsync(request => request.DeviceCodeHash == hash, cancellation);
        if (request is null || request.ExpiresAt <= now)
        {
            return new PairingAnswer(PairingOutcome.Expired);
        }

        if (request.IsDenied)
        {
            return new PairingAnswer(PairingOutcome.Denied);
        }

        if (request.DeviceId is not null)
        {
            if (request.RedeemedAt is { } redeemed && now - redeemed > TimeSpan.FromSeconds(PairingRequest.RedeemAgainSeconds))
            {
                return new PairingAnswer(PairingOutcome.Expired);
            }

            session.Store(request with { RedeemedAt = request.RedeemedAt ?? now });
            await session.SaveChangesAsync(cancellation);
            return new PairingAnswer(PairingOutcome.Approved, request.DeviceId, request.OwnerId);
        }

        // A poll just short of the interval is the network's doing, not haste.
        var isHasty = request.LastAskedAt is { } last && now - last < TimeSpan.FromSeconds(request.Interval - 1);
        session.QueueSqlCommand(
            $"update {EventStoreSetup.Schema}.mt_doc_pairingrequest set data = data || ?::jsonb where id = ?",
            System.Text.Json.JsonSerializer.Serialize(new { lastAskedAt = now, interval = request.Interval + (isHasty ? PairingRequest.IntervalSeconds : 0) }),
            request.Id);
        await session.SaveChangesAsync(cancellation);
        return new PairingAnswer(isHasty ? PairingOutcome.SlowDown : PairingOutcome.Pending);
    }

    private string Hash(string deviceCode) => keys.Hash(HashPurpose.Secret, Encoding.UTF8.GetBytes(deviceCode), "device code");
}
