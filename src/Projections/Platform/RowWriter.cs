using System.Text.Json;
using Marten;

namespace Jarvis.Projections.Platform;

/// <summary>Where what was folded is written: the tables of a schema, many rows with one statement.</summary>
public abstract class RowWriter(string schema)
{
    public string Schema => schema;

    /// <summary>Whether it is worth telling rows that are surely not there from those that may be.</summary>
    public virtual bool TellsNewRows => false;

    /// <summary>Runs a statement whose values stand as <c>?</c> in it.</summary>
    public abstract void Run(string sql, params object[] values);

    /// <summary>Adds rows none of which is there.</summary>
    public virtual void Add<T>(string table, IReadOnlyCollection<T> rows) => Merge(table, rows, "");

    /// <summary>Adds rows to a table; <paramref name="conflict"/> says what becomes of one that is there.</summary>
    public void Merge<T>(string table, IReadOnlyCollection<T> rows, string conflict)
    {
        if (rows.Count > 0)
        {
            Run($"insert into {schema}.{table} as t ({RowColumns<T>.Names}) {RowColumns<T>.Rows} {conflict}", RowColumns<T>.Of(rows));
        }
    }

    /// <summary>Runs one statement over many rows, which stand as <c>?</c> in it: one JSON text.</summary>
    public void Json<T>(string sql, IReadOnlyCollection<T> rows)
    {
        if (rows.Count > 0)
        {
            Run(sql, JsonSerializer.Serialize(rows, ViewJson.Options));
        }
    }

    /// <summary>Closes the versions that stood until now and adds the new ones.</summary>
    public void Put<T>(string table, string key, Versions<T> versions)
        where T : class, IVersioned<T>
    {
        if (versions.Closed.Count > 0)
        {
            Run($"""
                update {schema}.{table} t set to_position = c.at
                from ({RowColumns<ClosedVersion>.Rows}) as c(id, at)
                where t.{key} = c.id and t.to_position = {ViewTables.Open}
                """, RowColumns<ClosedVersion>.Of(versions.Closed));
        }

        Add(table, versions.Added);
    }
}

/// <summary>Writes with the session's own transaction, when it saves.</summary>
public sealed class SessionRowWriter(IDocumentOperations operations, string schema) : RowWriter(schema)
{
    public override void Run(string sql, params object[] values) => operations.QueueSqlCommand(sql, values);
}
