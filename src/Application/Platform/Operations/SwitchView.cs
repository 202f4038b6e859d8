using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Application.Platform.Operations;

/// <summary>Puts a view that was made anew in the place of the one that is read. Whoever asks has been checked to be an administrator.</summary>
public sealed record SwitchView(string View) : Instruction;

public static class SwitchViewHandler
{
    public static async Task<KeptAnswer> Handle(
        SwitchView command, IDocumentSession session, IViewRebuilds rebuilds, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        if (rebuilds.WhyNotSwitch(command.View) is { } refusal || rebuilds.UnderWay(command.View) is not { } operation)
        {
            return await session.Refuse(command, rebuilds.WhyNotSwitch(command.View) ?? OperationRefusals.NoRebuild, cancellation);
        }

        var stream = await session.Events.FetchForWriting<Operation>(operation, cancellation);
        var actor = command.Envelope.Actor;
        var reason = await vault.SealText(stream.Aggregate!.OwnerId, command.Envelope.Reason, cancellation);
        // Recorded once it is so: the tables change places in a transaction of their own.
        if (await rebuilds.Switch(command.View, cancellation) is { } busy)
        {
            return await session.Refuse(command, busy, cancellation);
        }

        return await session.Settle(command, stream, Decision.Of(new ViewRebuildSwitched(actor, clock.GetUtcNow(), reason)), cancellation);
    }
}
