using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>A blob that no event names is removed. Whoever orders it has made sure of that.</summary>
/// <param name="StoredBefore">Content stored since then stays.</param>
public sealed record RemoveOrphanBlob(Guid OwnerId, string Hash, DateTimeOffset StoredBefore) : Instruction
{
    public sealed class Validator : AbstractValidator<RemoveOrphanBlob>
    {
        public Validator() => RuleFor(command => command.Hash).Must(BlobReference.IsHash).WithMessage("That names no blob.");
    }
}

public static class RemoveOrphanBlobHandler
{
    public static async Task<KeptAnswer> Handle(RemoveOrphanBlob command, IDocumentSession session, TimeProvider clock, CancellationToken cancellation)
    {
        var known = await session.LoadAsync<KeptBlob>(new BlobKey(command.OwnerId, command.Hash).Path, cancellation);
        if (known is null)
        {
            return await session.Refuse(command, BlobRefusals.NotFound, cancellation);
        }

        var stream = await session.Events.FetchForWriting<Blob>(known.Stream, cancellation);
        var decision = stream.Aggregate!.RemoveOrphan(command.StoredBefore, command.Envelope.Actor, clock.GetUtcNow());
        if (decision.Events is [BlobRemoved removed])
        {
            session.Store(known with { IsRemoved = true });
            var usage = await session.LoadAsync<BlobUsage>(command.OwnerId, cancellation) ?? new BlobUsage { Id = command.OwnerId };
            session.Store(usage with { Bytes = Math.Max(0, usage.Bytes - removed.Size), Count = Math.Max(0, usage.Count - 1) });
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
