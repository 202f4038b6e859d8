using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Devices;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>The device may no longer sign in. Its socket closes, its tokens end, and its runs learn of it.</summary>
public sealed record RevokeDevice(Guid DeviceId) : Instruction;

public static class RevokeDeviceHandler
{
    public static async Task<KeptAnswer> Handle(
        RevokeDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(command.DeviceId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } device || device.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, DeviceRefusals.NotFound, cancellation);
        }

        var decision = device.Revoke(envelope.Actor, await vault.SealText(device.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        if (!decision.IsRefused)
        {
            var presence = await session.LoadAsync<DevicePresence>(command.DeviceId, cancellation)
                ?? new DevicePresence { Id = command.DeviceId, OwnerId = device.OwnerId };
            session.Store(presence with { IsRevoked = true, IsOnline = false });
            await bus.PublishAsync(new DeviceWasRevoked(device.OwnerId, command.DeviceId));
            var account = await session.Events.FetchForWriting<Account>(device.OwnerId, cancellation);
            if (account.Aggregate?.Unchoose(command.DeviceId, envelope.Actor, clock.GetUtcNow()) is { Events.Count: > 0 } unchosen)
            {
                account.AppendMany(unchosen.Events);
            }
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
