using FluentValidation;
using Jarvis.Application.Platform;
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
    public static Task<KeptAnswer> Handle(
        AllowDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new DeviceRuling(session, bus, vault, clock).Decide(
            command, command.DeviceId, (device, actor, reason, now) => device.Allow(command.Scopes, actor, reason, now), cancellation);
}
