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
    public static Task<KeptAnswer> Handle(
        LimitDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new DeviceRuling(session, bus, vault, clock).Decide(
            command, command.DeviceId, (device, actor, reason, now) => device.Limit(command.AtOnce, actor, reason, now), cancellation);
}
