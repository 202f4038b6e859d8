using System.IO.Compression;
using System.Text.Json;
using Npgsql;

namespace Jarvis.Build.Keeping;

/// <summary>One table in an archive.</summary>
/// <param name="Name">Quoted, with its schema.</param>
/// <param name="Columns">Quoted, in the order of the rows.</param>
public sealed record ArchivedTable(string Name, IReadOnlyList<string> Columns, string Entry);

public sealed record ArchivedSequence(string Name, long LastValue, bool IsCalled);

/// <summary>What an archive says of itself.</summary>
/// <param name="Format">1.</param>
/// <param name="Head">The highest position in it.</param>
/// <param name="KeyCheck">Tells whether a key file is the one that belongs to it, and nothing of the key; null where the key was not in a file.</param>
public sealed record ArchiveManifest(
    int Format, DateTimeOffset MadeAt, long Head, string? KeyCheck, IReadOnlyList<ArchivedTable> Tables, IReadOnlyList<ArchivedSequence> Sequences);

/// <summary>
/// All data of a Jarvis database as of one instant, read in one snapshot while the server goes on writing. It needs no client programs of
/// PostgreSQL (the embedded one comes without), and can be read into another major version: the tables themselves are made by the server.
/// </summary>
public static class DatabaseArchive
{
    public const string ManifestEntry = "manifest.json";

    private const int Format = 1;

    /// <summary>Who is running where: of no use to another process, and in the way of its start.</summary>
    private const string OwnTables =
        """
        n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%' and n.nspname not like 'views\_next\_%'
        and c.relname not like 'wolverine\_node%' and c.relname <> 'wolverine_control_queue'
        """;

    private const string TablesSql = $"""
        select format('%I.%I', n.nspname, c.relname), array_agg(quote_ident(a.attname) order by a.attnum)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where c.relkind = 'r' and {OwnTables}
        group by 1 order by 1
        """;

    private const string SequencesSql = """
        select format('%I.%I', schemaname, sequencename), last_value, last_value is not null
        from pg_sequences where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'views\_next\_%' order by 1
        """;

    /// <summary>Referenced tables first.</summary>
    private const string ReferencesSql = """
        select format('%I.%I', n.nspname, c.relname), format('%I.%I', fn.nspname, f.relname)
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
        where k.contype = 'f' and k.conrelid <> k.confrelid
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes the database into the archive.</summary>
    public static async Task<ArchiveManifest> WriteAsync(string connectionString, ZipArchive archive, string? keyCheck, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        if (await ScalarAsync<bool>(connection, "select to_regclass('jarvis.mt_events') is null", cancellation))
        {
            throw new ProblemException("There is no Jarvis in this database: it has no events.") { ExitCode = 2 };
        }

        var tables = new List<ArchivedTable>();
        foreach (var (name, columns) in await ReadAsync(connection, TablesSql, r => (r.GetString(0), r.GetFieldValue<string[]>(1)), cancellation))
        {
            var table = new ArchivedTable(name, columns, $"tables/{tables.Count:D3}");
            tables.Add(table);
            await using var entry = archive.CreateEntry(table.Entry, CompressionLevel.Fastest).Open();
            await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {name} ({string.Join(", ", columns)}) to stdout (format binary)", cancellation);
            await rows.CopyToAsync(entry, cancellation);
        }

        var sequences = await ReadAsync(
            connection, SequencesSql, r => new ArchivedSequence(r.GetString(0), r.IsDBNull(1) ? 1 : r.GetInt64(1), r.GetBoolean(2)), cancellation);
        var head = await ScalarAsync<long>(connection, "select coalesce(max(seq_id), 0)::bigint from jarvis.mt_events", cancellation);
        var manifest = new ArchiveManifest(Format, DateTimeOffset.UtcNow, head, keyCheck, tables, sequences);
        await using var text = archive.CreateEntry(ManifestEntry).Open();
        await JsonSerializer.SerializeAsync(text, manifest, Json, cancellation);
        return manifest;
    }

    /// <exception cref="ProblemException">It is no archive of Jarvis, or of a newer one.</exception>
    public static async Task<ArchiveManifest> ManifestAsync(ZipArchive archive, CancellationToken cancellation)
    {
        if (archive.GetEntry(ManifestEntry) is not { } entry)
        {
            throw new ProblemException("This is no backup of Jarvis: it has no manifest.") { ExitCode = 2 };
        }

        await using var text = entry.Open();
        return await JsonSerializer.DeserializeAsync<ArchiveManifest>(text, Json, cancellation) is { Format: Format } manifest
            ? manifest
            : throw new ProblemException("This backup was made by another version of Jarvis, in a format that is not known here.") { ExitCode = 2 };
    }

    /// <summary>Whether there is a Jarvis in this database already.</summary>
    public static async Task<bool> IsInUseAsync(string connectionString, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync(cancellation);
        return await ScalarAsync<bool>(connection, "select to_regnamespace('jarvis') is not null", cancellation);
    }

    /// <summary>Keeps the restored server from acting outward until it is released; with null, it is not held, even if the backed up one was.</summary>
    public static async Task HoldAsync(string connectionString, string? why, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            why is null
                ? "delete from operations.hold"
                : "insert into operations.hold (since, why) values (now(), $1) on conflict (single_row) do update set since = excluded.since, why = excluded.why", connection);
        if (why is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = why });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Replaces what is in the tables, all or nothing. The tables are there already, and nobody else writes.
    /// </summary>
    /// <exception cref="ProblemException">A table or column of the archive does not exist here: this Jarvis is older than the backup.</exception>
    public static async Task ReadAsync(string connectionString, ZipArchive archive, ArchiveManifest manifest, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(connectionString));
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var here = (await ReadAsync(connection, TablesSql, r => (Name: r.GetString(0), Columns: r.GetFieldValue<string[]>(1)), cancellation))
            .ToDictionary(table => table.Name, table => table.Columns);
        foreach (var table in manifest.Tables)
        {
            if (!here.TryGetValue(table.Name, out var columns) || table.Columns.Except(columns).FirstOrDefault() is { } missing && missing.Length > 0)
            {
                throw new ProblemException($"This Jarvis does not have all of {table.Name} that is in the backup: restore with the version that made it, or a newer one.");
            }
        }

        await RunAsync(connection, "truncate " + string.Join(", ", here.Keys) + " cascade", cancellation);
        foreach (var table in await InOrderAsync(connection, manifest.Tables, cancellation))
        {
            var entry = archive.GetEntry(table.Entry) ?? throw new ProblemException($"The backup is damaged: {table.Entry} is missing.");
            await using var rows = entry.Open();
            await using var into = await connection.BeginRawBinaryCopyAsync($"copy {table.Name} ({string.Join(", ", table.Columns)}) from stdin (format binary)", cancellation);
            await rows.CopyToAsync(into, cancellation);
        }

        foreach (var sequence in manifest.Sequences)
        {
            await RunAsync(
                connection,
                $"select setval(to_regclass('{sequence.Name.Replace("'", "''", StringComparison.Ordinal)}'), {sequence.LastValue}, {(sequence.IsCalled ? "true" : "false")}) where to_regclass('{sequence.Name.Replace("'", "''", StringComparison.Ordinal)}') is not null",
                cancellation);
        }

        // Messages that a process had in hand belong to nobody now, and are taken up by the next.
        await RunAsync(
            connection,
            "update jarvis_messages.wolverine_incoming_envelopes set owner_id = 0; update jarvis_messages.wolverine_outgoing_envelopes set owner_id = 0", cancellation);
        await transaction.CommitAsync(cancellation);
        await RunAsync(connection, "analyze", cancellation);
    }

    private static async Task<IReadOnlyList<ArchivedTable>> InOrderAsync(NpgsqlConnection connection, IReadOnlyList<ArchivedTable> tables, CancellationToken cancellation)
    {
        var references = (await ReadAsync(connection, ReferencesSql, r => (From: r.GetString(0), To: r.GetString(1)), cancellation)).ToLookup(pair => pair.From, pair => pair.To);
        var left = tables.ToList();
        var ordered = new List<ArchivedTable>();
        while (left.Count > 0)
        {
            var free = left.Where(table => !references[table.Name].Any(to => left.Any(other => other.Name == to))).ToList();
            if (free.Count == 0)
            {
                throw new ProblemException("The tables of this database refer to one another in a circle: " + string.Join(", ", left.Select(table => table.Name)));
            }

            ordered.AddRange(free);
            left.RemoveAll(free.Contains);
        }

        return ordered;
    }

    private static string Unpooled(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 }.ConnectionString;

    private static async Task<List<T>> ReadAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
