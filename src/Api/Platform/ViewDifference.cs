using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>Two tables row by row.</summary>
/// <param name="OnlyLive">Rows that the live one alone has; of a row that differs, its form there.</param>
/// <param name="OnlyNew">Rows that the new one alone has.</param>
public sealed record TableDifference(string Table, long Live, long New, long OnlyLive, long OnlyNew)
{
    /// <summary>Two tables of millions of rows take a while, in seconds.</summary>
    private const int PatienceSeconds = 1_800;

    /// <summary>Compares a table of two schemas, in the connection's transaction.</summary>
    public static async Task<TableDifference> Of(NpgsqlConnection connection, string table, string live, string next, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select (select count(*) from {live}.{table}), (select count(*) from {next}.{table}),
                   (select count(*) from (table {live}.{table} except all table {next}.{table}) a), (select count(*) from (table {next}.{table} except all table {live}.{table}) b)
            """, connection) { CommandTimeout = PatienceSeconds };
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return new TableDifference(table, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }
}

/// <param name="Position">Both are folded to here.</param>
public sealed record ViewDifference(long Position, DateTimeOffset ComparedAt, IReadOnlyList<TableDifference> Tables);
