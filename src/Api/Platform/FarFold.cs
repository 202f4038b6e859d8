using Jarvis.Application.Platform;
using Jarvis.Projections.Platform;
using Marten;
using Marten.Events;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Folds a view over a long stretch of history: the next events are read while these are folded, and what some thousands did is written by one transaction while the
/// next thousands are folded. What has been written stands, whatever happens behind it.
/// </summary>
public sealed class FarFold(IDocumentStore store, NpgsqlDataSource database)
{
    /// <summary>Events whose rows are written together: most runs lie within as many, and their rows are a few megabytes.</summary>
    private const int UsualPortion = 20_000;

    /// <summary>Bytes of stored JSON behind them, about: what is folded of an event (a line of a log is a row of its own) is at most a few times as large.</summary>
    private const long UsualPortionBytes = 32 * 1024 * 1024;

    /// <summary>
    /// What a portion changes it finds by keys, one after the other: of tables that nobody has counted yet the planner would read all.
    /// </summary>
    private const string ByKeys = "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off";

    /// <summary>Nobody waits for the flush of a portion: the next one flushes it, too, and without its progress it is folded again.</summary>
    private const string Unflushed = "; set local synchronous_commit = off";

    /// <summary>Folds the events behind <paramref name="from"/>, up to <paramref name="upTo"/>; then all of it is flushed.</summary>
    /// <param name="first">The view's <see cref="View.Begin"/>.</param>
    /// <param name="shard">The shard of the daemon whose progress moves with each portion; null for none.</param>
    /// <param name="reached">Told up to where it is written.</param>
    /// <param name="portionEvents">Events of a portion, about.</param>
    /// <param name="portionBytes">Bytes of stored JSON of a portion, about.</param>
    /// <exception cref="InvalidOperationException">An event could not be folded, or somebody else moved the progress.</exception>
    public async Task Fold(
        View view, Portion first, long from, long upTo, string? shard, Action<long> reached, CancellationToken cancel,
        int portionEvents = UsualPortion, long portionBytes = UsualPortionBytes)
    {
        var events = new FarEvents(
            database, ((EventGraph)store.Options.Events).BuildEvent, view.IncludedEventTypes,
            Math.Min(portionEvents, FarEvents.UsualPage), Math.Min(portionBytes, FarEvents.UsualPageBytes));
        var writing = Task.CompletedTask;
        var (portion, floor, taken, bytes) = (first, from, 0, 0L);
        try
        {
            await foreach (var (page, ceiling, length) in events.Between(from, upTo, cancel))
            {
                await portion.Take(page, Ask, cancel);
                taken += page.Count;
                bytes += length;
                if (taken >= portionEvents || bytes >= portionBytes || ceiling == upTo)
                {
                    await writing;
                    var (full, before) = (portion, floor);
                    (portion, floor, taken, bytes) = (full.Next(), ceiling, 0, 0);
                    writing = Task.Run(() => Write(view.Schema, full, before, ceiling, ceiling == upTo, shard, reached), CancellationToken.None);
                }
            }
        }
        finally
        {
            // Once begun it is written to its end, whoever gave up waiting.
            await writing;
        }
    }

    private async Task<System.Data.Common.DbDataReader> Ask(NpgsqlCommand command, CancellationToken cancel)
    {
        command.Connection = await database.OpenConnectionAsync(cancel);
        return await command.ExecuteReaderAsync(System.Data.CommandBehavior.CloseConnection, cancel);
    }

    private async Task Write(string schema, Portion portion, long from, long upTo, bool isLast, string? shard, Action<long> reached)
    {
        var rows = new CopyRowWriter(schema);
        portion.Write(rows);
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var settings = new NpgsqlCommand(isLast ? ByKeys : ByKeys + Unflushed, connection))
        {
            await settings.ExecuteNonQueryAsync();
        }

        await rows.Write(connection, CancellationToken.None);
        if (shard is not null)
        {
            await Move(connection, shard, from, upTo);
        }

        await transaction.CommitAsync();
        reached(upTo);
    }

    private static async Task Move(NpgsqlConnection connection, string shard, long from, long upTo)
    {
        // Without a row the view is at its beginning, and nowhere else: a place that was lost with its portion is not made up.
        var sql = from == 0
            ? $"""
                insert into {EventStoreSetup.Schema}.mt_event_progression as p (name, last_seq_id) values ($1, $2)
                on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = transaction_timestamp() where p.last_seq_id = $3
                """
            : $"update {EventStoreSetup.Schema}.mt_event_progression set last_seq_id = $2, last_updated = transaction_timestamp() where name = $1 and last_seq_id = $3";
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(shard);
        command.Parameters.AddWithValue(upTo);
        command.Parameters.AddWithValue(from);
        if (await command.ExecuteNonQueryAsync() != 1)
        {
            throw new InvalidOperationException($"{shard} is not at {from}: somebody else folds it.");
        }
    }
}
