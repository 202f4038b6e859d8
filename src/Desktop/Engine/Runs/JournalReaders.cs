using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>The journal's reading connection. Reads are short and see the last flush; they never wait for the writer.</summary>
internal sealed class JournalReaders(string file) : IDisposable
{
    private readonly Lock gate = new();
    private SqliteDatabase? connection;
    private bool disposed;

    public T Read<T>(Func<SqliteDatabase, T> read)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            try
            {
                return read(connection ??= new SqliteDatabase(file));
            }
            catch (SqliteException refusal) when (refusal.IsCorruption)
            {
                throw JournalSchema.Corrupt(file, refusal);
            }
            catch (SqliteException refusal)
            {
                throw new JournalException($"The journal {file} cannot be read: {refusal.Message}", refusal);
            }
        }
    }

    /// <summary>
    /// Whatever <paramref name="reads"/> reads is of one instant, and pages that it needs twice are read once: with every flush in between SQLite would
    /// forget all of them.
    /// </summary>
    public T AtOneInstant<T>(Func<T> reads) => Read(database =>
    {
        if (database.InTransaction)
        {
            return reads();
        }

        database.Execute("BEGIN");
        try
        {
            return reads();
        }
        finally
        {
            // A read that failed may have ended it already.
            if (database.InTransaction)
            {
                database.Execute("COMMIT");
            }
        }
    });

    /// <summary>Changes whenever any connection other than this one commits.</summary>
    public static long DataVersion(SqliteDatabase database)
    {
        var statement = database.Prepare("PRAGMA data_version");
        statement.Step();
        var version = statement.Long(0);
        statement.Reset();
        return version;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            connection?.Dispose();
        }
    }
}
