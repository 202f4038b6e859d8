using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>How many runs a device is given at once; those above it wait and say so.</summary>
/// <param name="AtOnce">Null for <see cref="RunLimits.AtOncePerDevice"/>.</param>
public sealed record LimitDevice(Guid DeviceId, int? AtOnce) : Instruction
{
    public sealed class Validator : AbstractValidator<LimitDevice>
    {
        public Validator() => RuleFor(command => command.AtOnce).InclusiveBetween(1, RunLimits.MaxAtOnce);
    }
}

public static class LimitDeviceHandler
{
    public static async Task<KeptAnswer> Handle(
        LimitDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(command.DeviceId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } device || device.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, DeviceRefusals.NotFound, cancellation);
        }

        var decision = device.Limit(command.AtOnce, envelope.Actor, await vault.SealText(device.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        if (decision.Events.Count > 0)
        {
            session.Store(DeviceRule.After(command.DeviceId, device, decision.Events));
            await bus.PublishAsync(new CapacityChanged(device.OwnerId));
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
