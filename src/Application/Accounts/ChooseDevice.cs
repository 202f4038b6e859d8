using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Accounts;
using Jarvis.Domain.Devices;
using Marten;

namespace Jarvis.Application.Accounts;

/// <summary>Whoever asks looks at that device from now on, wherever they are signed in.</summary>
/// <param name="DeviceId">One of their own; null for none.</param>
public sealed record ChooseDevice(Guid? DeviceId) : Instruction;

public static class ChooseDeviceHandler
{
    public static async Task<KeptAnswer> Handle(ChooseDevice command, IDocumentSession session, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var stream = await session.Events.FetchForWriting<Account>(envelope.Actor, cancellation);
        if (stream.Aggregate is not { } account)
        {
            return await session.Refuse(command, AccountRefusals.NotFound, cancellation);
        }

        if (command.DeviceId is { } asked
            && (await session.LoadAsync<DevicePresence>(asked, cancellation) is not { IsRevoked: false } device || device.OwnerId != account.OwnerId))
        {
            return await session.Refuse(command, DeviceRefusals.NotFound with { Field = "deviceId" }, cancellation);
        }

        return await session.Settle(command, stream, account.Choose(command.DeviceId, envelope.Actor, clock.GetUtcNow()), cancellation);
    }
}
