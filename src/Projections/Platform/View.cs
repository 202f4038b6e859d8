using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Projections;

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

    /// <summary>
    /// The first of the portions in which a long history is folded; null where it has few events and folding them as they come is quick enough. Portions know
    /// of an event its place, its time, who did it, what it says but for its content, and the blobs that its content names.
    /// </summary>
    public virtual Portion? Begin() => null;

    /// <summary>The account that caused an event, from its metadata; null where the server did.</summary>
    public static Guid? ActorOf(IEvent @event) => Guid.TryParse(@event.UserName, out var actor) ? actor : null;

    /// <summary>The rows of a table that a query with one array of ids finds.</summary>
    protected static Task<IReadOnlyList<T>> Read<T>(IDocumentOperations operations, string sql, Guid[] ids, CancellationToken cancellation) =>
        Portion.Read<T>(operations.ExecuteReaderAsync, sql, ids, cancellation);

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

        new SessionRowWriter(operations, Schema).Put(table, key, rows);
    }
}
