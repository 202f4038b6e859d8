using Jarvis.Domain.Platform;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>The queue of blobs that the server is to have: a row each, written with the event that names it and gone once the server has it.</summary>
internal static class JournalUploads
{
    /// <summary>Blobs that wait at most; those of events beyond are not brought.</summary>
    public const int MaxWaiting = 20_000;

    /// <summary>Bytes that wait at most: a PC that is offline for weeks must not fill its disk with pictures.</summary>
    public const long MaxWaitingBytes = 10L * 1024 * 1024 * 1024;

    /// <summary>A blob that an event of this run names; nothing where the run is not submitted or too much waits. Another account's waits until that one is back.</summary>
    public static void Insert(SqliteDatabase database, long run, BlobReference blob, DateTimeOffset at)
    {
        // Each account's are counted apart: what waits for one that never comes back stands in nobody's way.
        var isOwn = IsRoom(database, "uploads", blob)
            && database.Prepare("INSERT INTO uploads(hash, size, type, kept_at) SELECT ?, ?, ?, ? FROM runs WHERE number = ? AND submits = 1 AND parked_code IS NOT ? ON CONFLICT(hash) DO NOTHING")
                .Bind(blob.Hash).Bind(blob.Size).Bind(blob.Type).Bind(at.ToUnixTimeMilliseconds()).Bind(run).Bind(Submission.OtherAccount).Run() > 0;
        if (!isOwn && IsRoom(database, "uploads_of_others", blob))
        {
            database.Prepare("""
                INSERT INTO uploads_of_others(done_for, hash, size, type, kept_at)
                SELECT parked_detail, ?, ?, ?, ? FROM runs WHERE number = ? AND submits = 1 AND parked_code = ? ON CONFLICT DO NOTHING
                """)
                .Bind(blob.Hash).Bind(blob.Size).Bind(blob.Type).Bind(at.ToUnixTimeMilliseconds()).Bind(run).Bind(Submission.OtherAccount).Run();
        }
    }

    /// <summary>Puts aside what waits for the account that the PC worked for, and takes up what waited for this one.</summary>
    /// <param name="former">What the runs that were done for it are parked with.</param>
    /// <param name="account">The same of this one.</param>
    public static void ChangeAccount(SqliteDatabase database, string former, string account)
    {
        const string Columns = "hash, size, type, kept_at";
        database.Prepare($"INSERT OR IGNORE INTO uploads_of_others(done_for, {Columns}) SELECT ?, {Columns} FROM uploads").Bind(former).Run();
        database.Prepare("DELETE FROM uploads").Run();
        database.Prepare($"INSERT INTO uploads({Columns}) SELECT {Columns} FROM uploads_of_others WHERE done_for = ?").Bind(account).Run();
        database.Prepare("DELETE FROM uploads_of_others WHERE done_for = ?").Bind(account).Run();
    }

    public static (long Count, long Bytes) Waiting(SqliteDatabase database) => Sum(database, "uploads");

    private static bool IsRoom(SqliteDatabase database, string table, BlobReference blob) =>
        Sum(database, table) is var (count, bytes) && count < MaxWaiting && bytes + blob.Size <= MaxWaitingBytes;

    private static (long Count, long Bytes) Sum(SqliteDatabase database, string table)
    {
        var statement = database.Prepare($"SELECT count(*), coalesce(sum(size), 0) FROM {table}");
        statement.Step();
        var waiting = (statement.Long(0), statement.Long(1));
        statement.Reset();
        return waiting;
    }

    /// <summary>The next one that is due, smallest first so that pictures do not wait behind a film; null for none.</summary>
    public static PendingUpload? Next(SqliteDatabase database, DateTimeOffset now)
    {
        var statement = database.Prepare("SELECT number, hash, size, type, attempts FROM uploads WHERE next_at <= ? ORDER BY attempts, size, number LIMIT 1").Bind(now.ToUnixTimeMilliseconds());
        var next = statement.Step()
            ? new PendingUpload(statement.Long(0), new BlobReference(statement.Text(1), statement.Long(2), statement.Text(3)), (int)statement.Long(4))
            : null;
        statement.Reset();
        return next;
    }

    /// <returns>Whether another account's runs still need the same bytes.</returns>
    public static bool Remove(SqliteDatabase database, PendingUpload upload)
    {
        database.Prepare("DELETE FROM uploads WHERE number = ?").Bind(upload.Number).Run();
        var others = database.Prepare("SELECT 1 FROM uploads_of_others WHERE hash = ?").Bind(upload.Blob.Hash);
        var isNeeded = others.Step();
        others.Reset();
        return isNeeded;
    }

    public static int PutOff(SqliteDatabase database, long number, DateTimeOffset until, string trouble) =>
        database.Prepare("UPDATE uploads SET next_at = ?, attempts = attempts + 1, trouble = ? WHERE number = ?")
            .Bind(until.ToUnixTimeMilliseconds()).Bind(trouble).Bind(number).Run();
}

/// <summary>Blobs that wait for the server.</summary>
public sealed partial class Journal
{
    /// <summary>The blob to bring next; null where none is due.</summary>
    public PendingUpload? NextUpload(DateTimeOffset now) => readers.Read(database => JournalUploads.Next(database, now));

    /// <summary>How many wait, and their bytes.</summary>
    public (long Count, long Bytes) Uploads() => readers.Read(JournalUploads.Waiting);

    /// <summary>The server has it, or never will.</summary>
    /// <returns>Whether the same bytes wait for another account, and are to stay.</returns>
    public Task<bool> EndUpload(PendingUpload upload, CancellationToken cancellation = default) =>
        writer.Do(database => JournalUploads.Remove(database, upload), cancellation);

    /// <summary>It is tried again at an instant.</summary>
    /// <param name="trouble">Why, for people.</param>
    public Task PutOffUpload(PendingUpload upload, DateTimeOffset until, string trouble, CancellationToken cancellation = default) =>
        writer.Do(database => JournalUploads.PutOff(database, upload.Number, until, trouble), cancellation);
}
