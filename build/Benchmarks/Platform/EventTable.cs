using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Jarvis.Benchmarks.Platform;

/// <summary>
/// A table of the same columns, defaults and indexes as the event store's, filled with the same rows by the shortest way that
/// PostgreSQL has. It is the limit that writes are compared with.
/// </summary>
internal sealed class EventTable
{
    public const string Name = "bench.events";

    private readonly Column[] columns;
    private readonly object?[][] sample;
    private long sequence;

    private EventTable(Column[] columns, object?[][] sample, bool hasOrderedUuids)
    {
        this.columns = columns;
        this.sample = sample;
        HasOrderedUuids = hasOrderedUuids;
    }

    /// <summary>PostgreSQL 18 and newer make UUIDv7 themselves.</summary>
    public bool HasOrderedUuids { get; }

    /// <summary>Copies the shape of the store's table, and of its newest rows as many as are asked for.</summary>
    public static async Task<EventTable> LikeStoreAsync(NpgsqlDataSource source, int rows, CancellationToken cancellation)
    {
        var schema = (string?)await ScalarAsync(
            source, "select table_schema from information_schema.tables where table_name = 'mt_events' and table_schema <> 'bench' limit 1", cancellation)
            ?? throw new InvalidOperationException("The event store has no table mt_events.");
        await ExecuteAsync(source, $"""
            create schema if not exists bench;
            drop table if exists {Name};
            create table {Name} (like {schema}.mt_events including all);
            drop sequence if exists bench.positions;
            create sequence bench.positions;
            """, cancellation);

        List<Column> columns = [];
        await using (var command = source.CreateCommand("""
            select column_name, udt_name from information_schema.columns
            where table_schema = $1 and table_name = 'mt_events' and is_generated = 'NEVER' order by ordinal_position
            """))
        {
            command.Parameters.AddWithValue(schema);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                columns.Add(new Column(reader.GetString(0), reader.GetString(1)));
            }
        }

        var sample = await SampleAsync(source, schema, columns, rows, cancellation);
        var version = Convert.ToInt32(await ScalarAsync(source, "select current_setting('server_version_num')::int", cancellation), CultureInfo.InvariantCulture);
        return new EventTable([.. columns], sample, version >= 180000);
    }

    /// <summary>One commit of that many rows by binary COPY.</summary>
    public async Task CopyAsync(NpgsqlConnection connection, int rows, int rowsPerStream, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            $"copy {Name} ({string.Join(", ", columns.Select(c => c.Name))}) from stdin (format binary)", cancellation);
        var first = Interlocked.Add(ref sequence, rows) - rows;
        var stream = Guid.Empty;
        for (var i = 0; i < rows; i++)
        {
            if (i % rowsPerStream == 0)
            {
                stream = Guid.CreateVersion7();
            }

            await copy.StartRowAsync(cancellation);
            var row = sample[(first + i) % sample.Length];
            for (var c = 0; c < columns.Length; c++)
            {
                var value = Value(columns[c], row[c], first + i + 1, stream, (i % rowsPerStream) + 1);
                if (value is null)
                {
                    await copy.WriteNullAsync(cancellation);
                }
                else
                {
                    await copy.WriteAsync(value, columns[c].Type, cancellation);
                }
            }
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>A prepared insert of that many rows; <see cref="Fill"/> gives each commit its values.</summary>
    public async Task<NpgsqlCommand> PrepareInsertAsync(NpgsqlConnection connection, int rows, CancellationToken cancellation)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"insert into {Name} ({string.Join(", ", columns.Select(c => c.Name))}) values ");
        var command = new NpgsqlCommand { Connection = connection };
        for (var i = 0; i < rows; i++)
        {
            var places = Enumerable.Range((i * columns.Length) + 1, columns.Length).Select(n => "$" + n.ToString(CultureInfo.InvariantCulture));
            text.Append(i == 0 ? "(" : ", (").AppendJoin(", ", places).Append(')');
            foreach (var column in columns)
            {
                command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = column.Type });
            }
        }

        command.CommandText = text.ToString();
        await command.PrepareAsync(cancellation);
        return command;
    }

    public void Fill(NpgsqlCommand insert)
    {
        var rows = insert.Parameters.Count / columns.Length;
        var first = Interlocked.Add(ref sequence, rows) - rows;
        var stream = Guid.CreateVersion7();
        for (var i = 0; i < rows; i++)
        {
            var row = sample[(first + i) % sample.Length];
            for (var c = 0; c < columns.Length; c++)
            {
                insert.Parameters[(i * columns.Length) + c].Value = Value(columns[c], row[c], first + i + 1, stream, i + 1) ?? DBNull.Value;
            }
        }
    }

    /// <summary>The same as one statement for pgbench, the rows' content written into it, so that nothing is left to send or parse.</summary>
    public string InsertScript(int rows)
    {
        var uuid = HasOrderedUuids ? "uuidv7()" : "gen_random_uuid()";
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"with run as materialized (select {uuid} as id) insert into {Name} ({string.Join(", ", columns.Select(c => c.Name))}) ");
        for (var i = 0; i < rows; i++)
        {
            var row = sample[i % sample.Length];
            var values = columns.Select((column, c) => column.Name switch
            {
                "seq_id" => "nextval('bench.positions')",
                "id" => uuid,
                "stream_id" => "run.id",
                "version" => (i + 1).ToString(CultureInfo.InvariantCulture),
                "timestamp" => "now()",
                _ => Literal(row[c]) + "::" + column.Udt,
            });
            text.Append(i == 0 ? "select " : " union all select ").AppendJoin(", ", values).Append(" from run");
        }

        return text.Append(';').AppendLine().ToString();
    }

    /// <summary>A statement over ten million rows takes minutes where others are busy too.</summary>
    private const int LongestSeconds = 1_800;

    public static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = LongestSeconds;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = LongestSeconds;
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<object?[][]> SampleAsync(
        NpgsqlDataSource source, string schema, List<Column> columns, int rows, CancellationToken cancellation)
    {
        List<object?[]> sample = [];
        await using var command = source.CreateCommand(
            $"select {string.Join(", ", columns.Select(c => c.Name))} from {schema}.mt_events order by seq_id desc limit {rows}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var values = new object?[columns.Count];
            for (var c = 0; c < values.Length; c++)
            {
                values[c] = await reader.IsDBNullAsync(c, cancellation) ? null : reader.GetValue(c);
            }

            sample.Add(values);
        }

        return sample.Count > 0 ? [.. sample] : throw new InvalidOperationException("The event store holds no event to copy the shape of.");
    }

    private static object? Value(Column column, object? sampled, long position, Guid stream, int version) => column.Name switch
    {
        "seq_id" => position,
        "id" => Guid.CreateVersion7(),
        "stream_id" => stream,
        "version" => column.Udt == "int4" ? version : (long)version,
        "timestamp" => DateTime.UtcNow,
        _ => sampled,
    };

    private static string Literal(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        // pgbench takes a colon in front of a letter for a variable of its own, so colons are written as escapes.
        string s => "U&'" + s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal).Replace(":", "\\003a", StringComparison.Ordinal) + "'",
        Guid g => "'" + g + "'",
        DateTime t => "'" + t.ToString("O", CultureInfo.InvariantCulture) + "'",
        byte[] bytes => "'\\x" + Convert.ToHexString(bytes) + "'",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"A column holds a {value.GetType().Name}."),
    };

    private sealed record Column(string Name, string Udt)
    {
        public NpgsqlDbType Type { get; } = Udt switch
        {
            "int8" => NpgsqlDbType.Bigint,
            "int4" => NpgsqlDbType.Integer,
            "uuid" => NpgsqlDbType.Uuid,
            "jsonb" => NpgsqlDbType.Jsonb,
            "json" => NpgsqlDbType.Json,
            "varchar" => NpgsqlDbType.Varchar,
            "text" => NpgsqlDbType.Text,
            "timestamptz" => NpgsqlDbType.TimestampTz,
            "bool" => NpgsqlDbType.Boolean,
            "bytea" => NpgsqlDbType.Bytea,
            _ => throw new NotSupportedException($"The event table has a column of type {Udt}."),
        };
    }
}
