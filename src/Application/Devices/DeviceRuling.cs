using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>What the rulings on a device share: the decision is an event, dispatch's rule is written with it, and what waits is looked at again.</summary>
internal sealed class DeviceRuling(IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock)
{
    /// <param name="decide">Of the device, who asks, the sealed reason and the time.</param>
    public async Task<KeptAnswer> Decide(
        Instruction command, Guid deviceId, Func<Device, Guid, Content?, DateTimeOffset, Decision> decide, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(deviceId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } device || device.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, DeviceRefusals.NotFound, cancellation);
        }

        var decision = decide(device, envelope.Actor, await vault.SealText(device.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        if (decision.Events.Count > 0)
        {
            session.Store(DeviceRule.After(deviceId, device, decision.Events));
            await bus.PublishAsync(new CapacityChanged(device.OwnerId));
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
