using Jarvis.Api.Accounts;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// Every read of a view. The role and the account are set for that one transaction, in the same round trip as the query, so that row-level
/// security decides what is seen whatever the query says.
/// </summary>
public sealed class ViewReader([FromKeyedServices(ApplicationSetup.PlainConnections)] NpgsqlDataSource database)
{
    private const string BecomeReader =
        $"select set_config('role', '{ViewTables.ReaderRole}', true), set_config('jarvis.account', $1, true), set_config('jarvis.administrator', $2, true)";

    /// <summary>The connection whose transaction the reads of this flow belong to; null where each is one of its own.</summary>
    private readonly AsyncLocal<NpgsqlConnection?> instant = new();

    /// <summary>
    /// Reads that must agree, such as a page and how many there are: all of <paramref name="read"/> sees the views as they were at its first
    /// query. They go one after another.
    /// </summary>
    public async Task<T> AtOneInstant<T>(Func<Task<T>> read, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);
        instant.Value = connection;
        try
        {
            return await read();
        }
        finally
        {
            instant.Value = null;
        }
    }

    /// <summary>Rows as records, selected with <see cref="RowMapper{T}.Columns"/>.</summary>
    public Task<List<T>> Rows<T>(Caller caller, string sql, IEnumerable<object?> parameters, CancellationToken cancel) =>
        Rows(caller, sql, parameters, static reader => RowMapper<T>.Read(reader, 0), cancel);

    /// <summary>Rows of a view's table as they stood at a point.</summary>
    /// <param name="rest">What follows the conditions: order and limit; may be empty.</param>
    public Task<List<T>> RowsAt<T>(Caller caller, string table, ReadPoint point, string rest, Action<Conditions> more, CancellationToken cancel)
    {
        var conditions = new Conditions();
        point.Pick(conditions);
        more(conditions);
        return Rows<T>(caller, $"select {RowMapper<T>.Columns} from {ViewTables.Schema}.{table} where {conditions.Sql} {rest}", conditions.Parameters, cancel);
    }

    public async Task<List<T>> Rows<T>(Caller caller, string sql, IEnumerable<object?> parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancel)
    {
        // One batch is one transaction, unless it is part of a longer one: what is set locally holds for its second command and is gone with it.
        await using var batch = instant.Value?.CreateBatch() ?? database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BecomeReader)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = caller.AccountId.ToString() },
                new NpgsqlParameter<string> { TypedValue = caller.IsAdministrator ? "on" : "off" },
            },
        });
        var query = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            if (parameter is string text && text.Contains('\0', StringComparison.Ordinal))
            {
                // PostgreSQL holds no such text, and would fail instead of finding none.
                throw new RefusalError(new Refusal("input.invalid", "A text cannot hold the character U+0000."));
            }

            query.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        }

        batch.BatchCommands.Add(query);
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        await reader.NextResultAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(map(reader));
        }

        return rows;
    }
}

/// <summary>Collects the conditions of a query with their parameters.</summary>
public sealed class Conditions
{
    private readonly List<string> conditions = [];

    public List<object?> Parameters { get; } = [];

    /// <summary>The conditions joined by <c>and</c>; <c>true</c> without any.</summary>
    public string Sql => conditions.Count == 0 ? "true" : string.Join(" and ", conditions);

    /// <summary>Adds a condition; each <c>?</c> in it becomes the next parameter.</summary>
    public Conditions Add(string condition, params object?[] values)
    {
        foreach (var value in values)
        {
            Parameters.Add(value);
            var mark = condition.IndexOf('?', StringComparison.Ordinal);
            condition = $"{condition[..mark]}${Parameters.Count}{condition[(mark + 1)..]}";
        }

        conditions.Add(condition);
        return this;
    }

    public Conditions AddIf(bool applies, string condition, params object?[] values) => applies ? Add(condition, values) : this;
}
