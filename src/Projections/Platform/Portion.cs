using System.Data.Common;
using System.Text.Json;
using JasperFx.Events;
using Npgsql;

namespace Jarvis.Projections.Platform;

/// <summary>Asks the database that a portion is folded for.</summary>
public delegate Task<DbDataReader> Query(NpgsqlCommand command, CancellationToken cancellation);

/// <summary>
/// Events folded in memory, as many as one likes, until what they did is written. A portion may be folded while the one before it is being written: what
/// that one did, it knows from it, and of the database it asks only what neither touched.
/// </summary>
public abstract class Portion
{
    /// <summary>Folds the next events, in order.</summary>
    public abstract Task Take(IReadOnlyList<IEvent> events, Query query, CancellationToken cancellation);

    /// <summary>Writes the rows. Changes nothing here, so that the next portion may look meanwhile.</summary>
    public abstract void Write(RowWriter writer);

    /// <summary>The one for the events behind these. This one must be written before that one is.</summary>
    public abstract Portion Next();

    /// <summary>The rows of a table that a query with one array of ids finds.</summary>
    public static async Task<IReadOnlyList<T>> Read<T>(Query query, string sql, Guid[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand($"select row_to_json(r)::text from ({sql}) r") { Parameters = { new() { Value = ids } } };
        await using var reader = await query(command, cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(JsonSerializer.Deserialize<T>(reader.GetString(0), ViewJson.Options)!);
        }

        return rows;
    }
}
