using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Devices;

/// <summary>Calls a device otherwise, as its owner wishes; the new name is sealed.</summary>
public sealed record RenameDevice(Guid DeviceId, string Name) : Instruction
{
    public sealed class Validator : AbstractValidator<RenameDevice>
    {
        public Validator() => RuleFor(command => command.Name).NotEmpty().MaximumLength(DeviceNames.MaxLength);
    }
}

public static class RenameDeviceHandler
{
    public static async Task<KeptAnswer> Handle(
        RenameDevice command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(command.DeviceId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } device || device.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, DeviceRefusals.NotFound, cancellation);
        }

        var decision = device.Rename(
            await vault.Seal(device.OwnerId, Json.Of(command.Name.Trim()), cancellation), envelope.Actor,
            await vault.SealText(device.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        return await session.Settle(command, stream, decision, cancellation);
    }
}
