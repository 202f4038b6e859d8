using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>The tables of a view that is made anew, in a schema of their own.</summary>
public sealed class RebuildTables(NpgsqlDataSource database)
{
    /// <summary>The longest statement makes an index of a table of millions of rows.</summary>
    private const int PatienceSeconds = 1_800;

    /// <summary>Makes them empty, with their keys alone; what an earlier rebuild left is dropped.</summary>
    public Task Make(RebuildUnderWay rebuild, CancellationToken cancel) =>
        Run($"drop schema if exists {rebuild.Schema} cascade; {ViewTables.TablesIn(rebuild.Schema)} {ViewTables.GuardScriptIn(rebuild.Schema)}", cancel);

    /// <summary>Gives them their other indexes, each in a transaction of its own: the daemon waits at a missing position for all that were open when it came there.</summary>
    public async Task Index(RebuildUnderWay rebuild, CancellationToken cancel)
    {
        foreach (var index in ViewTables.IndexesIn(rebuild.Schema, rebuild.View.Tables).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await Run(index, cancel);
        }
    }

    /// <summary>Throws them away, unless another process makes the view anew by now, or did all the while.</summary>
    public Task Drop(RebuildUnderWay rebuild, CancellationToken cancel) =>
        Run($"do $$ begin if pg_try_advisory_xact_lock({RebuildHold.KeyOf(rebuild)}) then drop schema if exists {rebuild.Schema} cascade; end if; end $$", cancel);

    private async Task Run(string script, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand(script, connection, transaction) { CommandTimeout = PatienceSeconds };
        await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
