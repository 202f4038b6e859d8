using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows.Data;
using Marten;

namespace Jarvis.Application.Devices;

/// <summary>A signed-in person says that the runner showing that code is theirs.</summary>
/// <param name="UserCode">As shown by the runner.</param>
/// <param name="Name">What to call the device; the runner's own proposal for null.</param>
/// <param name="Scopes">What it may do; everything for null.</param>
public sealed record ApproveDevice(string UserCode, string? Name, IReadOnlyList<DeviceScope>? Scopes = null) : Instruction
{
    public sealed class Validator : AbstractValidator<ApproveDevice>
    {
        public Validator()
        {
            RuleFor(command => command.UserCode).NotEmpty().MaximumLength(20);
            RuleFor(command => command.Name).MaximumLength(DeviceNames.MaxLength);
            RuleForEach(command => command.Scopes).IsInEnum();
        }
    }
}

public static class DeviceNames
{
    public const int MaxLength = 100;
}

public static class ApproveDeviceHandler
{
    public static async Task<KeptAnswer> Handle(
        ApproveDevice command, IDocumentSession session, Vault vault, CodeGuesses guesses, TimeProvider clock, CancellationToken cancellation)
    {
        if (!guesses.MayTry(command.Envelope.Actor))
        {
            return await session.Refuse(command, DeviceRefusals.TooManyCodes, cancellation);
        }

        var now = clock.GetUtcNow();
        var code = PairingRequest.Normalise(command.UserCode);
        var request = await session.Query<PairingRequest>().FirstOrDefaultAsync(request => request.UserCode == code, cancellation);
        if (request is null || request.ExpiresAt <= now)
        {
            return await session.Refuse(command, DeviceRefusals.CodeUnknown, cancellation);
        }

        if (request.IsAnswered)
        {
            return await session.Refuse(command, DeviceRefusals.CodeUsed, cancellation);
        }

        var owner = command.Envelope.Owner;
        var proposed = (await vault.Unseal([request.Name], cancellation))[0].Reveal() is JsonString name ? name.Value : "";
        var deviceId = Guid.CreateVersion7();
        var paired = new DevicePaired(
            owner,
            await vault.Seal(owner, Json.Of(string.IsNullOrWhiteSpace(command.Name) ? proposed : command.Name.Trim()), cancellation),
            request.Os, request.Version, command.Envelope.Actor, now,
            await vault.SealText(owner, command.Envelope.Reason, cancellation), command.Scopes is null ? null : DeviceScopes.Of(command.Scopes));
        session.Events.StartStream<Device>(deviceId, paired);
        if (paired.Scopes is not null)
        {
            session.Store(DeviceRule.After(deviceId, Device.Evolve(null, paired)!, []));
        }

        session.Store(request with { DeviceId = deviceId, OwnerId = owner });
        session.Store(new DevicePresence { Id = deviceId, OwnerId = owner });
        return session.Answer(command, deviceId, version: 1);
    }
}

/// <summary>A signed-in person says that the runner showing that code is not theirs.</summary>
public sealed record DenyDevice(string UserCode) : Instruction;

public static class DenyDeviceHandler
{
    public static async Task<KeptAnswer> Handle(DenyDevice command, IDocumentSession session, CodeGuesses guesses, TimeProvider clock, CancellationToken cancellation)
    {
        if (!guesses.MayTry(command.Envelope.Actor))
        {
            return await session.Refuse(command, DeviceRefusals.TooManyCodes, cancellation);
        }

        var code = PairingRequest.Normalise(command.UserCode);
        var request = await session.Query<PairingRequest>().FirstOrDefaultAsync(request => request.UserCode == code, cancellation);
        if (request is null || request.ExpiresAt <= clock.GetUtcNow())
        {
            return await session.Refuse(command, DeviceRefusals.CodeUnknown, cancellation);
        }

        if (request.IsAnswered)
        {
            return await session.Refuse(command, DeviceRefusals.CodeUsed, cancellation);
        }

        session.Store(request with { IsDenied = true });
        return await session.AnswerWithoutEvent(command, cancellation);
    }
}
