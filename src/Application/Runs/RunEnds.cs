using Jarvis.Application.Platform;
using Marten;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>
/// Runs whose conversations end in the commit that brings their end, without a message. That is so only where nobody waits for the place that becomes free:
/// an owner's runs are given places in turn, and whoever is given one meanwhile must find it free or be told of it.
/// </summary>
/// <param name="Owners">Whose they are, each once.</param>
public sealed record RunEnds(Guid[] Runs, Guid[] Owners)
{
    private const string Turns = "731";

    private const string TakeTurnSql = $"select pg_advisory_xact_lock({Turns}, hashtext($1::uuid::text))";

    // Shared: ends do not stand in one another's way.
    private const string TryTurnsSql =
        $"select 1 / coalesce(bool_and(pg_try_advisory_xact_lock_shared({Turns}, hashtext(owner::text))), true)::int from unnest($1::uuid[]) as owner";

    private const string IsWaitingSql = $"from {EventStoreSetup.Schema}.mt_doc_rundispatch where owner_id = any($1) and is_waiting";

    private const string NobodyWaitsSql = $"select 1 / (not exists (select 1 {IsWaitingSql}))::int";

    private const string EndSql = $"delete from {EventStoreSetup.Schema}.mt_doc_rundispatch where id = any($1)";

    /// <summary>Null where none of them ends.</summary>
    public static RunEnds? Of(IReadOnlyList<ExecutionAppend> appends)
    {
        var ended = appends.Where(append => append.Ends).ToList();
        return ended.Count == 0 ? null : new([.. ended.Select(append => append.RunId)], [.. ended.Select(append => append.OwnerId).Distinct()]);
    }

    /// <summary>Waits until no end of this owner's runs is being stored this way; none can be until the transaction ends.</summary>
    public static NpgsqlCommand TakeTurn(Guid ownerId, NpgsqlConnection connection) => new(TakeTurnSql, connection) { Parameters = { new() { Value = ownerId } } };

    /// <summary>Whether a commit failed because a conversation must be told after all.</summary>
    public static bool Refused(PostgresException failed) => failed.BatchCommand?.CommandText is TryTurnsSql or NobodyWaitsSql;

    /// <summary>Of these owners those of whom a run waits for a place.</summary>
    public static async Task<IReadOnlyList<Guid>> Waiting(NpgsqlDataSource database, IEnumerable<Guid> owners, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"select distinct owner_id {IsWaitingSql}");
        command.Parameters.Add(new() { Value = owners.Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<Guid> waiting = [];
        while (await reader.ReadAsync(cancellation))
        {
            waiting.Add(reader.GetGuid(0));
        }

        return waiting;
    }

    /// <summary>
    /// To be sent before anything of the commit, so that no position is drawn in vain: fail (they divide by zero) where one of the owners' runs is being given a place, or
    /// waits for one. The second must see what was stored before the first succeeded, and is a statement of its own for that.
    /// </summary>
    public IEnumerable<NpgsqlBatchCommand> Checks() =>
    [
        new(TryTurnsSql) { Parameters = { new() { Value = Owners } } },
        new(NobodyWaitsSql) { Parameters = { new() { Value = Owners } } },
    ];

    /// <summary>To be sent behind them.</summary>
    public NpgsqlBatchCommand End() => new(EndSql) { Parameters = { new() { Value = Runs } } };

    /// <summary>The same with a session's changes.</summary>
    public void End(IDocumentSession session) => session.QueueSqlCommand(EndSql.Replace("$1", "?", StringComparison.Ordinal), Runs);
}
