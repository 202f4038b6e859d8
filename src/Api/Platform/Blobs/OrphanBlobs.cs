using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Platform;
using Jarvis.Application.Platform.Blobs;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;
using Npgsql;
using AccountReference = Jarvis.Api.Runs.AccountReference;

namespace Jarvis.Api.Platform.Blobs;

/// <summary>Finds the blobs that no event names.</summary>
public sealed class OrphanBlobs(NpgsqlDataSource database, ReadPoints points) : IOrphanBlobs
{
    private const string Sql = $"""
        select k.owner_id, k.hash, (k.data ->> 'size')::bigint, k.data ->> 'type', k.stored_at
        from {EventStoreSetup.Schema}.mt_doc_keptblob k
        where k.stored_at < $1 and not (k.data ->> 'isRemoved')::boolean
            and not exists (select from {ViewTables.Schema}.run_blobs b where b.owner_id = k.owner_id and b.hash = k.hash)
            and not exists (select from {EventStoreSetup.Schema}.mt_doc_keptfile f where f.owner_id = k.owner_id and f.hash = k.hash)
        order by k.stored_at, k.id limit $2
        """;

    /// <exception cref="RefusalError"><c>view.behind</c>: the view does not hold every event yet, so that nothing can be said of orphans.</exception>
    public async Task<IReadOnlyList<OrphanBlob>> Find(DateTimeOffset storedBefore, int most, CancellationToken cancellation)
    {
        await points.Settle(RunsView.Name, null, new Position(await points.Head(cancellation)), cancellation);
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter { Value = storedBefore.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter { Value = most });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var orphans = new List<OrphanBlob>();
        while (await reader.ReadAsync(cancellation))
        {
            orphans.Add(new OrphanBlob(reader.GetGuid(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return orphans;
    }
}

/// <summary>A blob that no event names.</summary>
[Name("OrphanBlob")]
public sealed class OrphanBlobNode(OrphanBlob orphan)
{
    public AccountReference Owner => new(orphan.OwnerId);

    public string Hash => orphan.Hash;

    /// <summary>In bytes.</summary>
    public double Size => orphan.Size;

    public string Type => orphan.Type;

    public DateTimeOffset StoredAt => orphan.StoredAt;
}

/// <summary>What a collection would remove. Give <c>storedBefore</c> and <c>count</c> to it.</summary>
/// <param name="Bytes">All of them together.</param>
public sealed record OrphanBlobList(int Count, double Bytes, DateTimeOffset StoredBefore, IEnumerable<OrphanBlobNode> Blobs);

/// <summary>Queries about blobs.</summary>
public sealed class BlobQueries
{
    /// <summary>A dry run: the blobs that no event names and whose grace is over, oldest first, as many as one collection takes. For administrators.</summary>
    public static async Task<OrphanBlobList> OrphanBlobs(IResolveFieldContext context)
    {
        BlobRights.Check(context.Caller());
        var now = context.Service<TimeProvider>().GetUtcNow();
        // Whole seconds, so that the instant survives being written down.
        var before = DateTimeOffset.FromUnixTimeSeconds((now - context.Service<BlobLimits>().Grace).ToUnixTimeSeconds());
        var orphans = await context.Service<OrphanBlobs>().Find(before, Application.Platform.Blobs.CollectOrphanBlobs.MaxAtOnce, context.CancellationToken);
        return new OrphanBlobList(orphans.Count, orphans.Sum(orphan => orphan.Size), before, orphans.Select(orphan => new OrphanBlobNode(orphan)));
    }
}

public sealed record CollectOrphanBlobsInput : MutationInput
{
    /// <summary>As the list gave it.</summary>
    public required DateTimeOffset StoredBefore { get; init; }

    /// <summary>As the list gave it; refused where there are others now.</summary>
    public required int Count { get; init; }
}

[Implements(typeof(IPayload))]
public sealed record CollectOrphanBlobsPayload(Position Position, int Removed) : IPayload;

/// <summary>What administrators can do with blobs.</summary>
public sealed class BlobMutations
{
    public static async Task<CollectOrphanBlobsPayload> CollectOrphanBlobs(IResolveFieldContext context, CollectOrphanBlobsInput input)
    {
        BlobRights.Check(context.Caller());
        var answer = await context.Give(input, new CollectOrphanBlobs(input.StoredBefore, input.Count));
        // Recorded first: were this to fail in between, the next collection removes what is left.
        await context.Service<Application.Platform.Blobs.Blobs>().RemoveStrays(input.StoredBefore, context.CancellationToken);
        return new CollectOrphanBlobsPayload(new Position(answer.Position), input.Count);
    }
}

internal static class BlobRights
{
    public static void Check(Caller caller)
    {
        if (caller is not { IsAdministrator: true, DeviceId: null })
        {
            throw new RefusalError(AuthRefusals.Forbidden);
        }
    }
}
