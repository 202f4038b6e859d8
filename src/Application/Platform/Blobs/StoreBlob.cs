using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>Content of the caller's own arrived whole, was checked, and stands in the store.</summary>
public sealed record StoreBlob(string Hash, long Size, string Type) : Instruction
{
    public sealed class Validator : AbstractValidator<StoreBlob>
    {
        public Validator() => RuleFor(command => command.Hash)
            .Must((command, _) => new BlobReference(command.Hash, command.Size, command.Type).IsWellFormed()).WithMessage("That names no blob.");
    }
}

public static class StoreBlobHandler
{
    public static async Task<KeptAnswer> Handle(StoreBlob command, IDocumentSession session, BlobLimits limits, TimeProvider clock, CancellationToken cancellation)
    {
        var owner = command.Envelope.Owner;
        var id = new BlobKey(owner, command.Hash).Path;
        var known = await session.LoadAsync<KeptBlob>(id, cancellation);
        var usage = await session.LoadAsync<BlobUsage>(owner, cancellation) ?? new BlobUsage { Id = owner };
        var stream = known is null ? null : await session.Events.FetchForWriting<Blob>(known.Stream, cancellation);
        var decision = Blob.Store(
            stream?.Aggregate, owner, new BlobReference(command.Hash, command.Size, command.Type), command.Envelope.Device, usage.Bytes, limits.QuotaBytes, clock.GetUtcNow());
        if (decision.Refusal is { } refusal)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        if (decision.Events is not [BlobStored stored])
        {
            return await session.AnswerWithoutEvent(command, cancellation);
        }

        session.Store(usage with { Bytes = usage.Bytes + stored.Size, Count = usage.Count + 1 });
        var blob = new KeptBlob
        {
            Id = id, OwnerId = owner, Hash = stored.Hash, Size = stored.Size, Type = stored.Type, StoredAt = stored.StoredAt, Stream = stream?.Id ?? Guid.CreateVersion7(),
        };
        if (stream is not null)
        {
            session.Store(blob);
            return await session.Settle(command, stream, decision, cancellation);
        }

        session.Insert(blob);
        session.Events.StartStream<Blob>(blob.Stream, stored);
        return session.Answer(command, blob.Stream, 1);
    }
}
