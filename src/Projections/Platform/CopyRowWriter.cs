using System.Globalization;
using Npgsql;

namespace Jarvis.Projections.Platform;

/// <summary>Writes on a connection of its own: new rows by <c>COPY</c>, which looks for nothing that may be there and plans nothing.</summary>
public sealed class CopyRowWriter(string schema) : RowWriter(schema)
{
    private const int ChunkBytes = 48 * 1024;

    private readonly List<Func<NpgsqlConnection, CancellationToken, Task>> steps = [];

    public override bool TellsNewRows => true;

    public override void Run(string sql, params object[] values)
    {
        var parts = sql.Split('?');
        var numbered = parts[0] + string.Concat(parts.Skip(1).Select((part, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}{part}")));
        steps.Add(async (connection, cancel) =>
        {
            await using var command = new NpgsqlCommand(numbered, connection);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            await command.ExecuteNonQueryAsync(cancel);
        });
    }

    public override void Add<T>(string table, IReadOnlyCollection<T> rows)
    {
        if (rows.Count > 0)
        {
            steps.Add((connection, cancel) => Copy(connection, $"copy {Schema}.{table} ({RowColumns<T>.Names}) from stdin (format binary)", rows, cancel));
        }
    }

    /// <summary>Writes everything; whoever calls commits.</summary>
    public async Task Write(NpgsqlConnection connection, CancellationToken cancel)
    {
        foreach (var step in steps)
        {
            await step(connection, cancel);
        }
    }

    private static async Task Copy<T>(NpgsqlConnection connection, string sql, IReadOnlyCollection<T> rows, CancellationToken cancel)
    {
        await using var stream = await connection.BeginRawBinaryCopyAsync(sql, cancel);
        var copy = new CopyRows();
        foreach (var row in rows)
        {
            RowColumns<T>.Copy(copy, row);
            if (copy.Length >= ChunkBytes)
            {
                await stream.WriteAsync(copy.Written, cancel);
                copy.Clear();
            }
        }

        copy.End();
        await stream.WriteAsync(copy.Written, cancel);
    }
}
