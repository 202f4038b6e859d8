using SQLitePCL;

namespace Jarvis.Engine.Platform;

/// <summary>What SQLite refused, with its result code (https://sqlite.org/rescode.html).</summary>
public sealed class SqliteException(int code, string message) : Exception(message)
{
    /// <summary>The primary result code, without the extended bits.</summary>
    public int Code => code & 0xff;

    /// <summary>No room, or the device failed: the same may succeed later, once a person has made room.</summary>
    public bool IsStorageTrouble => Code is raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY;

    /// <summary>Another process holds the lock; the same will succeed soon.</summary>
    public bool IsBusy => Code is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>The file is not a database any more.</summary>
    public bool IsCorruption => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;
}

/// <summary>
/// One connection to a SQLite file, used by one thread at a time. It speaks to the library directly: the journal's
/// appends are the engine's hottest path, and ADO.NET would cost it half of its speed and a tenth of a second at start.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>How long a statement waits for another process's lock before it is refused as busy, in milliseconds.</summary>
    private const int BusyTimeoutMilliseconds = 10_000;

    private readonly Dictionary<string, SqliteStatement> statements = new(StringComparer.Ordinal);

    static SqliteDatabase() => Batteries_V2.Init();

    public SqliteDatabase(string file)
    {
        var code = raw.sqlite3_open_v2(file, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        Handle = handle;
        Check(code);
        Check(raw.sqlite3_busy_timeout(handle, BusyTimeoutMilliseconds));
    }

    public sqlite3 Handle { get; }

    public bool InTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(Handle);

    /// <summary>Prepares a statement once for this connection; the caller uses and resets it before it asks for the same text again.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
            statement = new SqliteStatement(this, handle);
            statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs statements without parameters or rows of interest.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql, null, nint.Zero, out _));

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new SqliteException(code, $"SQLite: {raw.sqlite3_errmsg(Handle).utf8_to_string()} ({code}).");
        }
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        Handle.Dispose();
    }
}

/// <summary>A prepared statement: bind from 1, step, read columns from 0, reset.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt handle) : IDisposable
{
    private int next;

    public SqliteStatement Bind(long value)
    {
        database.Check(raw.sqlite3_bind_int64(handle, ++next, value));
        return this;
    }

    public SqliteStatement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public SqliteStatement Bind(string? text)
    {
        if (text is null)
        {
            return BindNull();
        }

        database.Check(raw.sqlite3_bind_text(handle, ++next, text));
        return this;
    }

    public SqliteStatement Bind(Guid? id) => Bind(id?.ToString());

    public SqliteStatement Bind(DateTimeOffset? instant) => Bind(instant?.ToUnixTimeMilliseconds());

    public SqliteStatement Bind(ReadOnlySpan<byte> blob)
    {
        database.Check(raw.sqlite3_bind_blob(handle, ++next, blob));
        return this;
    }

    public SqliteStatement Bind(byte[]? blob) => blob is null ? BindNull() : Bind(blob.AsSpan());

    public SqliteStatement BindNull()
    {
        database.Check(raw.sqlite3_bind_null(handle, ++next));
        return this;
    }

    /// <summary>True while there is a row.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            var refusal = new SqliteException(code, $"SQLite: {raw.sqlite3_errmsg(database.Handle).utf8_to_string()} ({code}).");
            Reset();
            throw refusal;
        }

        return false;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready again; the number of rows changed.</summary>
    public int Run()
    {
        Step();
        Reset();
        return database.Changes;
    }

    public void Reset()
    {
        raw.sqlite3_reset(handle);
        next = 0;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public Guid Id(int column) => Guid.Parse(Text(column));

    public Guid? IdOrNull(int column) => IsNull(column) ? null : Id(column);

    public byte[] Blob(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column);

    public DateTimeOffset Instant(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Long(column));

    public DateTimeOffset? InstantOrNull(int column) => IsNull(column) ? null : Instant(column);

    public void Dispose() => handle.Dispose();
}
