using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;
using JasperFx.Events;

namespace Jarvis.Application.Platform.Blobs;

/// <summary>A blob that no event names.</summary>
public sealed record OrphanBlob(Guid OwnerId, string Hash, long Size, string Type, DateTimeOffset StoredAt)
{
    public BlobKey Key => new(OwnerId, Hash);
}

/// <summary>The port that knows which blobs no event names: the views do.</summary>
public interface IOrphanBlobs
{
    /// <summary>Those stored before an instant, oldest first, judged by every event there is now.</summary>
    Task<IReadOnlyList<OrphanBlob>> Find(DateTimeOffset storedBefore, int most, CancellationToken cancellation);
}

/// <summary>The orphans that were listed are removed: those stored before the instant that the list gave, and only if they are as many as it gave.</summary>
public sealed record CollectOrphanBlobs(DateTimeOffset StoredBefore, int Count) : Instruction
{
    /// <summary>Blobs that one collection removes.</summary>
    public const int MaxAtOnce = 1_000;

    public sealed class Validator : AbstractValidator<CollectOrphanBlobs>
    {
        public Validator() => RuleFor(command => command.Count).InclusiveBetween(1, MaxAtOnce);
    }
}

public static class CollectOrphanBlobsHandler
{
    public static async Task<KeptAnswer> Handle(
        CollectOrphanBlobs command, IDocumentSession session, IOrphanBlobs orphans, BlobLimits limits, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var found = command.StoredBefore > now - limits.Grace ? [] : await orphans.Find(command.StoredBefore, CollectOrphanBlobs.MaxAtOnce, cancellation);
        if (found.Count != command.Count)
        {
            return await session.Refuse(command, BlobRefusals.OrphansChanged, cancellation);
        }

        var kept = await session.LoadManyAsync<KeptBlob>(cancellation, [.. found.Select(orphan => orphan.Key.Path)]);
        var usages = (await session.LoadManyAsync<BlobUsage>(cancellation, [.. found.Select(orphan => orphan.OwnerId).Distinct()])).ToDictionary(usage => usage.Id);
        IEventStream<Blob>? last = null;
        foreach (var blob in kept)
        {
            last = await session.Events.FetchForWriting<Blob>(blob.Stream, cancellation);
            if (last.Aggregate!.RemoveOrphan(command.StoredBefore, command.Envelope.Actor, now).Events is [BlobRemoved removed])
            {
                last.AppendOne(removed);
                session.Store(blob with { IsRemoved = true });
                var usage = usages[blob.OwnerId];
                usages[blob.OwnerId] = usage with { Bytes = Math.Max(0, usage.Bytes - removed.Size), Count = Math.Max(0, usage.Count - 1) };
            }
        }

        session.Store(usages.Values.ToArray());
        return session.Answer(command, last!.Id, (last.StartingVersion ?? 0) + 1);
    }
}
