using Jarvis.Domain.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Puts a view that was made anew in the place of the live one, in one transaction. For that nobody may be reading the live tables, and whoever comes while it waits
/// for the last reader waits behind it: it waits for a moment only, lets them pass, and tries again.
/// </summary>
public sealed class RebuildSwitch(NpgsqlDataSource database, RebuildStandstill standstill)
{
    private const int MaxAttempts = 8;

    /// <summary>The new tables nobody reads but PostgreSQL's own cleaning, which goes once it is waited for for a second.</summary>
    private static readonly TimeSpan WaitForNew = TimeSpan.FromSeconds(10);

    /// <summary>How long it waits for the readers, all tables together; at each attempt twice as long.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);

    /// <summary>More than that second.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(1_600);

    private enum Outcome { Switched, Moved, Busy }

    /// <summary>How often it is tried.</summary>
    public int Attempts { get; init; } = MaxAttempts;

    /// <summary>Null once it is in place; a refusal where its readers never let it, and everything is as before.</summary>
    /// <exception cref="InvalidOperationException">The live view does not stand still, or lost its last commits.</exception>
    public async Task<Refusal?> Switch(RebuildUnderWay rebuild, CancellationToken cancel)
    {
        var wait = FirstWait;
        for (var attempt = 1; ; attempt++)
        {
            var outcome = Outcome.Moved;
            await standstill.Of(rebuild, async () => (outcome = await ChangePlaces(rebuild, wait, cancel)) != Outcome.Moved, cancel);
            if (outcome == Outcome.Switched)
            {
                return null;
            }

            if (attempt >= Attempts)
            {
                return OperationRefusals.ViewBusy;
            }

            // For twice as long the daemon folds and everybody reads.
            await Task.Delay(2 * wait, cancel);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task<Outcome> ChangePlaces(RebuildUnderWay rebuild, TimeSpan wait, CancellationToken cancel)
    {
        var live = rebuild.View.Schema;
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        try
        {
            await Run($"set local lock_timeout = {(int)WaitForNew.TotalMilliseconds}");
            await Run(Lock(rebuild.Schema));
            if (!await RebuildStandstill.IsAtPlace(rebuild, connection, transaction, "for update", cancel))
            {
                return Outcome.Moved;
            }

            // The time is that of the statement, which takes the tables one after the other.
            await Run($"set local statement_timeout = {(int)wait.TotalMilliseconds}");
            await Run(Lock(live));
            await Run("set local statement_timeout = 0");
            await Run(string.Concat(rebuild.View.Tables.Select(table => $"drop table {live}.{table}; alter table {rebuild.Schema}.{table} set schema {live};"))
                + $"drop schema {rebuild.Schema} cascade;");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled)
        {
            return Outcome.Busy;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // The daemon had begun a portion of it.
            return Outcome.Moved;
        }

        await transaction.CommitAsync(cancel);
        return Outcome.Switched;

        string Lock(string schema) => $"lock table {string.Join(", ", rebuild.View.Tables.Select(table => $"{schema}.{table}"))} in access exclusive mode";

        async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }
}
