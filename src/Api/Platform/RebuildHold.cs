using System.Data;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// One process makes a view anew, and only as long as its database lives: whoever has this connection's lock knows that no other process has taken the new tables away, and
/// that no commit of theirs, which nobody waited for, was lost.
/// </summary>
public sealed class RebuildHold : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private RebuildHold(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>The key of the lock on a rebuild's tables, as arguments of PostgreSQL's functions for advisory locks.</summary>
    public static string KeyOf(RebuildUnderWay rebuild) => $"732, hashtext('{rebuild.Schema}')";

    /// <returns>Null where another process has it.</returns>
    public static async Task<RebuildHold?> Take(NpgsqlDataSource database, RebuildUnderWay rebuild, CancellationToken cancel)
    {
        var connection = await database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({KeyOf(rebuild)})", connection);
            if (await command.ExecuteScalarAsync(cancel) is true)
            {
                return new RebuildHold(connection);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <exception cref="NpgsqlException">The database has died since, or cut the connection.</exception>
    public async Task Prove(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.FullState != ConnectionState.Open)
            {
                return;
            }

            // Back in the pool the connection would keep the lock until somebody uses it.
            await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The lock went with the connection.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
