using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Projections;
using Npgsql;
using System.Text.Json;

namespace Jarvis.Projections.Platform;

/// <summary>
/// A read model in flat tables, folded a batch of events at a time by the async daemon: what is there is read once, the batch is folded in
/// memory, and every table is written with one statement, in the transaction that moves the view's progress. A function of the
/// events and their metadata alone, so that it can be thrown away and rebuilt.
/// </summary>
public abstract class View : ProjectionBase, IProjection
{
    protected View(string name, string schema, params IReadOnlyList<string> tables)
    {
        Name = name;
        Schema = schema;
        Tables = tables;
        // Two large pages: while one is folded the next is read.
        Options.MaximumHopperSize = 15_000;
        foreach (var table in tables)
        {
            Options.DeleteDataInTableOnTeardown($"{schema}.{table}");
        }
    }

    /// <summary>Where its tables are: where they are read, or beside it while they are made anew.</summary>
    public string Schema { get; }

    public IReadOnlyList<string> Tables { get; }

    /// <summary>The same view on tables elsewhere.</summary>
    public abstract View In(string schema);

    public abstract Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation);

    /// <summary>The account that caused an event, from its metadata; null where the server did.</summary>
    protected static Guid? ActorOf(IEvent @event) => Guid.TryParse(@event.UserName, out var actor) ? actor : null;

    /// <summary>The rows of a table that a query with one array of ids finds.</summary>
    protected static async Task<IReadOnlyList<T>> Read<T>(IDocumentOperations operations, string sql, Guid[] ids, CancellationToken cancellation)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand($"select row_to_json(r)::text from ({sql}) r") { Parameters = { new() { Value = ids } } };
        await using var reader = await operations.ExecuteReaderAsync(command, cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(JsonSerializer.Deserialize<T>(reader.GetString(0), ViewJson.Options)!);
        }

        return rows;
    }

    /// <summary>Runs one statement over many rows, which stand as <c>?</c> in it.</summary>
    protected static void Write<T>(IDocumentOperations operations, string sql, IReadOnlyCollection<T> rows)
    {
        if (rows.Count > 0)
        {
            operations.QueueSqlCommand(sql, JsonSerializer.Serialize(rows, ViewJson.Options));
        }
    }

    /// <summary>Adds rows to a table; <paramref name="conflict"/> says what becomes of one that is there.</summary>
    protected void Insert<T>(IDocumentOperations operations, string table, IReadOnlyCollection<T> rows, string conflict = "")
    {
        if (rows.Count > 0)
        {
            operations.QueueSqlCommand($"insert into {Schema}.{table} as t ({RowColumns<T>.Names}) {RowColumns<T>.Rows} {conflict}", RowColumns<T>.Of(rows));
        }
    }

    /// <summary>Folds events into the versions of a table whose rows are streams: what stands is read once, each event gives the next version or none.</summary>
    /// <param name="key">The column of the stream's id.</param>
    protected async Task FoldVersions<T>(
        IDocumentOperations operations, IReadOnlyList<IEvent> events, string table, string key, Func<T?, IEvent, T?> evolve, CancellationToken cancellation)
        where T : class, IVersioned<T>
    {
        var ids = events.Select(e => e.StreamId).Distinct().ToArray();
        var rows = new Versions<T>(await Read<T>(operations, $"select * from {Schema}.{table} where {key} = any($1) and to_position = {ViewTables.Open}", ids, cancellation));
        foreach (var @event in events)
        {
            if (evolve(rows.Find(@event.StreamId), @event) is { } next)
            {
                rows.Put(next);
            }
        }

        WriteVersions(operations, table, key, rows);
    }

    /// <summary>Closes the versions that stood until now and adds the new ones.</summary>
    protected void WriteVersions<T>(IDocumentOperations operations, string table, string key, Versions<T> versions)
        where T : class, IVersioned<T>
    {
        if (versions.Closed.Count > 0)
        {
            operations.QueueSqlCommand(
                $"""
                update {Schema}.{table} t set to_position = c.at
                from ({RowColumns<ClosedVersion>.Rows}) as c(id, at)
                where t.{key} = c.id and t.to_position = {ViewTables.Open}
                """, RowColumns<ClosedVersion>.Of(versions.Closed));
        }

        Insert(operations, table, versions.Added);
    }
}
