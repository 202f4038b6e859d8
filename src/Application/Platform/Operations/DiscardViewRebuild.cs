using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Application.Platform.Operations;

/// <summary>Throws away a view that is being made anew; the one that is read stays. Whoever asks has been checked to be an administrator.</summary>
public sealed record DiscardViewRebuild(string View) : Instruction;

public static class DiscardViewRebuildHandler
{
    public static async Task<KeptAnswer> Handle(
        DiscardViewRebuild command, IDocumentSession session, IViewRebuilds rebuilds, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        if (rebuilds.UnderWay(command.View) is not { } operation)
        {
            return await session.Refuse(command, OperationRefusals.NoRebuild, cancellation);
        }

        var stream = await session.Events.FetchForWriting<Operation>(operation, cancellation);
        var reason = await vault.SealText(stream.Aggregate!.OwnerId, command.Envelope.Reason, cancellation);
        await rebuilds.Discard(command.View, cancellation);
        return await session.Settle(command, stream, Decision.Of(new ViewRebuildDiscarded(command.Envelope.Actor, clock.GetUtcNow(), reason)), cancellation);
    }
}
