using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>The journal's tables, and how a connection to it is set up.</summary>
internal static class JournalSchema
{
    private const long Version = 2;

    /// <summary>How long another program's change of the mode is waited for.</summary>
    private static readonly TimeSpan ModeTime = TimeSpan.FromSeconds(10);

    /// <summary>What brings the tables of each earlier format, from 1 on, to the next.</summary>
    private static readonly string[] Steps = ["ALTER TABLE runs ADD COLUMN continues_input BLOB"];

    private static readonly Lock Making = new();

    private const string Tables = """
        CREATE TABLE runs(
            number INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE,
            workflow_namespace TEXT NOT NULL,
            workflow_name TEXT NOT NULL,
            workflow_version TEXT NOT NULL,
            definition TEXT NOT NULL,
            definition_hash TEXT NOT NULL,
            input BLOB NOT NULL,
            origin INTEGER NOT NULL,
            submits INTEGER NOT NULL,
            requested_at INTEGER NOT NULL,
            base_folder TEXT,
            workflow_id TEXT,
            revision INTEGER,
            continues_run TEXT,
            continues_from TEXT,
            done_output BLOB,
            done_by TEXT,
            parent_run TEXT,
            depth INTEGER NOT NULL DEFAULT 0,
            status INTEGER NOT NULL DEFAULT 0,
            ended_at INTEGER,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            parked_code TEXT,
            parked_detail TEXT,
            owner TEXT,
            continues_input BLOB);
        CREATE INDEX runs_unended ON runs(number) WHERE ended_at IS NULL;
        CREATE TABLE events(
            run INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            type TEXT NOT NULL,
            occurred_at INTEGER NOT NULL,
            data BLOB NOT NULL,
            private BLOB,
            whole BLOB,
            PRIMARY KEY(run, sequence)) WITHOUT ROWID;
        CREATE TABLE unsent(run INTEGER PRIMARY KEY);
        CREATE TABLE commands(
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            type TEXT NOT NULL,
            run_id TEXT,
            deadline INTEGER,
            body BLOB NOT NULL,
            received_at INTEGER NOT NULL,
            handled INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE controls(
            control_id TEXT PRIMARY KEY,
            run_id TEXT NOT NULL,
            kind INTEGER NOT NULL,
            grace_seconds INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            effective INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE INDEX controls_open ON controls(run_id) WHERE effective = 0;
        CREATE TABLE processes(
            process_id INTEGER NOT NULL,
            started TEXT NOT NULL,
            run_id TEXT NOT NULL,
            PRIMARY KEY(process_id, started)) WITHOUT ROWID;
        CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Added to the journals that were made before blobs were brought to the server, and before a PC could be paired with another account.</summary>
    private const string Uploads = """
        CREATE TABLE IF NOT EXISTS uploads(
            number INTEGER PRIMARY KEY,
            hash TEXT NOT NULL UNIQUE,
            size INTEGER NOT NULL,
            type TEXT NOT NULL,
            kept_at INTEGER NOT NULL,
            next_at INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            trouble TEXT);
        CREATE TABLE IF NOT EXISTS uploads_of_others(
            done_for TEXT NOT NULL,
            hash TEXT NOT NULL,
            size INTEGER NOT NULL,
            type TEXT NOT NULL,
            kept_at INTEGER NOT NULL,
            PRIMARY KEY(done_for, hash)) WITHOUT ROWID;
        """;

    /// <summary>Opens the file for writing, making or checking its tables.</summary>
    /// <param name="durable">Whether a commit waits for the disk.</param>
    /// <exception cref="JournalException">The file is damaged, of a newer program, or cannot be written.</exception>
    public static SqliteDatabase Open(string file, bool durable)
    {
        try
        {
            MakePrivate(file);
            var database = new SqliteDatabase(file);
            try
            {
                UseWriteAheadLog(database);
                database.Execute($"PRAGMA synchronous={(durable ? "FULL" : "OFF")}; PRAGMA wal_autocheckpoint=4000;");
                var version = UserVersion(database);
                if (version > Version)
                {
                    throw new JournalException($"The journal {file} was written by a newer version of Jarvis (its format {version}, this program's {Version}). Update Jarvis.");
                }

                if (version < Version)
                {
                    database.Execute("BEGIN IMMEDIATE");
                    // Another process may have been first.
                    Bring(database, UserVersion(database));
                    database.Execute("COMMIT");
                }

                database.Execute(Uploads);
                return database;
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (SqliteException refusal) when (refusal.IsCorruption)
        {
            throw Corrupt(file, refusal);
        }
        catch (SqliteException refusal)
        {
            throw new JournalException($"The journal {file} cannot be opened: {refusal.Message}", refusal);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"The journal {file} cannot be made: {denied.Message}", denied);
        }
    }

    /// <summary>
    /// A new journal belongs to its owner alone, whoever may enter the folder: it holds what runs need to go on, secrets too. It is made at its place, by one
    /// process (a file that is moved there may take the place of the one that another process uses already), and by one thread, because SQLite's locks of
    /// this process end when any other handle of the file is closed.
    /// </summary>
    private static void MakePrivate(string file)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        lock (Making)
        {
            if (File.Exists(file))
            {
                return;
            }

            try
            {
                new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
            }
            catch (IOException) when (File.Exists(file))
            {
                // Another process was first.
            }
        }
    }

    private static void Bring(SqliteDatabase database, long version)
    {
        if (version == 0)
        {
            database.Execute(Tables);
        }
        else
        {
            for (var step = version; step < Version; step++)
            {
                database.Execute(Steps[step - 1]);
            }
        }

        if (version < Version)
        {
            database.Execute($"PRAGMA user_version={Version}");
        }
    }

    /// <summary>
    /// Two programs that open a new file at once both change its mode, and SQLite refuses one of them as busy without waiting: here it waits.
    /// </summary>
    private static void UseWriteAheadLog(SqliteDatabase database)
    {
        var spin = new SpinWait();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                database.Execute("PRAGMA journal_mode=WAL");
                return;
            }
            catch (SqliteException refusal) when (refusal.IsBusy && System.Diagnostics.Stopwatch.GetElapsedTime(began) < ModeTime)
            {
                spin.SpinOnce();
            }
        }
    }

    public static JournalException Corrupt(string file, SqliteException refusal) => new(
        $"The journal {file} is damaged ({refusal.Message}). Nothing was changed. Move the file and its -wal and -shm neighbours aside to start with an empty journal; " +
        "what the server already has is not lost and not done again, and a run that was under way fails there as interrupted.", refusal);

    private static long UserVersion(SqliteDatabase database)
    {
        var statement = database.Prepare("PRAGMA user_version");
        statement.Step();
        var version = statement.Long(0);
        statement.Reset();
        return version;
    }
}
