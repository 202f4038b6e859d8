using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>What a device may do from now on. What it does already goes on.</summary>
/// <param name="Scopes">All that it may do; empty for nothing.</param>
public sealed record AllowDevice(Guid DeviceId, IReadOnlyList<DeviceScope> Scopes) : Instruction
{
    public sealed class Validator : AbstractValidator<AllowDevice>
    {
        public Validator() => RuleForEach(command => command.Scopes).IsInEnum();
    }
}

public static class AllowDeviceHandler
{
    public static async Task<KeptAnswer> Handle(
        AllowDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(command.DeviceId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } device || device.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, DeviceRefusals.NotFound, cancellation);
        }

        var decision = device.Allow(command.Scopes, envelope.Actor, await vault.SealText(device.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        if (decision.Events.Count > 0)
        {
            session.Store(DeviceRule.After(command.DeviceId, device, decision.Events));
            await bus.PublishAsync(new CapacityChanged(device.OwnerId));
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
