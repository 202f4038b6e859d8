using Jarvis.Domain.Runs;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>The statements on runs and their events.</summary>
internal static class JournalRuns
{
    private const string Columns = """
        SELECT number, run_id, workflow_namespace, workflow_name, workflow_version, definition, definition_hash, input, origin, submits, requested_at,
               base_folder, workflow_id, revision, continues_run, continues_from, done_output, done_by, parent_run, depth, status, ended_at, acknowledged, parked_code,
               parked_detail, owner, (SELECT coalesce(max(sequence), 0) FROM events WHERE run = number), continues_input FROM runs
        """;

    public static bool Insert(SqliteDatabase database, NewRun run, string? owner)
    {
        var inserted = database.Prepare("""
            INSERT INTO runs(run_id, workflow_namespace, workflow_name, workflow_version, definition, definition_hash, input, origin, submits, requested_at,
                base_folder, workflow_id, revision, continues_run, continues_from, done_output, done_by, parent_run, depth, owner, continues_input)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(run_id) DO NOTHING
            """)
            .Bind(run.RunId).Bind(run.Workflow.Namespace).Bind(run.Workflow.Name).Bind(run.Workflow.Version).Bind(run.Definition).Bind(run.DefinitionHash)
            .Bind(run.Input.AsSpan()).Bind((long)run.Origin).Bind(run.Submits ? 1 : 0).Bind(run.RequestedAt).Bind(run.BaseFolder)
            .Bind(run.WorkflowId).Bind((long?)run.Revision).Bind(run.Continues?.RunId).Bind(run.Continues?.From)
            .Bind(run.Continues?.Done?.Output).Bind(run.Continues?.Done?.By).Bind(run.ParentRunId).Bind(run.Depth).Bind(owner)
            .Bind(run.Continues?.Input).Run() == 1;
        if (inserted && run.Submits)
        {
            database.Prepare("INSERT INTO unsent(run) SELECT number FROM runs WHERE run_id = ?").Bind(run.RunId).Run();
        }

        if (inserted && run.ParentRunId is { } parent)
        {
            // Begun for another account's run, it is that account's too.
            database.Prepare($"""
                UPDATE runs SET (parked_code, parked_detail) = (SELECT parked_code, parked_detail FROM runs WHERE run_id = ?1)
                WHERE run_id = ?2 AND EXISTS (SELECT 1 FROM runs WHERE run_id = ?1 AND parked_code = '{Submission.OtherAccount}')
                """).Bind(parent).Bind(run.RunId).Run();
        }

        return inserted;
    }

    /// <remarks>Also those of which all was handed in: an answer to a control may come behind.</remarks>
    public static bool ChangeAccount(SqliteDatabase database, Guid former, Guid account)
    {
        database.Prepare($"UPDATE runs SET parked_code = ?, parked_detail = ? WHERE submits = 1 AND parked_code IS NOT '{Submission.OtherAccount}'")
            .Bind(Submission.OtherAccount).Bind(DoneFor(former)).Run();
        database.Prepare($"UPDATE runs SET parked_code = NULL, parked_detail = NULL WHERE parked_code = '{Submission.OtherAccount}' AND parked_detail = ?").Bind(DoneFor(account)).Run();
        JournalUploads.ChangeAccount(database, DoneFor(former), DoneFor(account));
        return true;
    }

    private static string DoneFor(Guid account) => account == Guid.Empty
        ? "It was done for an account of another server, with which this PC was paired then."
        : $"It was done for the account {account}, with which this PC was paired then.";

    public static JournalPlace? Claim(SqliteDatabase database, Guid runId, string owner, string? expectedOwner)
    {
        database.Prepare("UPDATE runs SET owner = ?1 WHERE run_id = ?2 AND (owner IS NULL OR owner = ?1 OR owner = ?3 OR ended_at IS NOT NULL)")
            .Bind(owner).Bind(runId).Bind(expectedOwner).Run();
        return database.Changes == 0 ? null : Find(database, runId) is { } run ? new JournalPlace(runId, run.Number, run.LastSequence) : null;
    }

    /// <summary>The place of a run that was inserted just now.</summary>
    public static JournalPlace NewPlace(SqliteDatabase database, Guid runId)
    {
        var row = database.Prepare("SELECT number FROM runs WHERE run_id = ?").Bind(runId);
        row.Step();
        var place = new JournalPlace(runId, row.Long(0), 0);
        row.Reset();
        return place;
    }

    public static JournaledRun? Find(SqliteDatabase database, Guid runId) =>
        Read(database.Prepare(Columns + " WHERE run_id = ?").Bind(runId)).FirstOrDefault();

    public static IReadOnlyList<JournaledRun> Unended(SqliteDatabase database) =>
        Read(database.Prepare(Columns + " WHERE ended_at IS NULL ORDER BY number"));

    public static IReadOnlyList<JournaledRun> Latest(SqliteDatabase database, int count) =>
        Read(database.Prepare(Columns + " ORDER BY number DESC LIMIT ?").Bind(count));

    public static IReadOnlyList<JournaledEvent> Events(SqliteDatabase database, Guid runId, long after, int max, long maxBytes)
    {
        var statement = database.Prepare("""
            SELECT sequence, type, occurred_at, data, private, whole FROM events
            WHERE run = (SELECT number FROM runs WHERE run_id = ?) AND sequence > ? ORDER BY sequence LIMIT ?
            """).Bind(runId).Bind(after).Bind(max);
        var events = new List<JournaledEvent>();
        var bytes = 0L;
        try
        {
            while (statement.Step())
            {
                var data = statement.Blob(3);
                bytes += data.Length;
                if (bytes > maxBytes && events.Count > 0)
                {
                    break;
                }

                events.Add(new JournaledEvent(
                    runId, statement.Long(0), statement.Text(1), statement.Instant(2), data, statement.BlobOrNull(4), statement.BlobOrNull(5)));
            }
        }
        finally
        {
            statement.Reset();
        }

        return events;
    }

    public static IReadOnlyList<Submission> Unsent(SqliteDatabase database)
    {
        var statement = database.Prepare("""
            SELECT r.run_id, (SELECT coalesce(max(sequence), 0) FROM events WHERE run = r.number), r.acknowledged, r.ended_at IS NOT NULL,
                   r.parked_code, r.parked_detail
            FROM unsent u JOIN runs r ON r.number = u.run ORDER BY u.run
            """);
        var unsent = new List<Submission>();
        try
        {
            while (statement.Step())
            {
                unsent.Add(new Submission(
                    statement.Id(0), statement.Long(1), statement.Long(2), statement.Long(3) == 1, statement.TextOrNull(4), statement.TextOrNull(5)));
            }
        }
        finally
        {
            statement.Reset();
        }

        return unsent;
    }

    public static bool Acknowledge(SqliteDatabase database, IReadOnlyCollection<KeyValuePair<Guid, long>> cursors)
    {
        foreach (var (runId, sequence) in cursors)
        {
            database.Prepare("UPDATE runs SET acknowledged = max(acknowledged, ?) WHERE run_id = ?").Bind(sequence).Bind(runId).Run();
            database.Prepare("""
                DELETE FROM unsent WHERE run IN (SELECT number FROM runs WHERE run_id = ? AND ended_at IS NOT NULL
                    AND acknowledged >= (SELECT coalesce(max(sequence), 0) FROM events WHERE run = number))
                """).Bind(runId).Run();
        }

        return true;
    }

    public static bool Park(SqliteDatabase database, Guid runId, string? code, string? detail) =>
        database.Prepare("UPDATE runs SET parked_code = ?, parked_detail = ? WHERE run_id = ?").Bind(code).Bind(detail).Bind(runId).Run() == 1;

    private static List<JournaledRun> Read(SqliteStatement row)
    {
        var runs = new List<JournaledRun>();
        try
        {
            while (row.Step())
            {
                var done = row.BlobOrNull(16) is { } output ? new MarkedDone(output, row.Id(17)) : null;
                var request = new NewRun(
                    row.Id(1),
                    new DefinitionReference(row.Text(2), row.Text(3), row.Text(4)),
                    row.Text(5),
                    row.Text(6),
                    row.Blob(7),
                    (RunOrigin)row.Long(8),
                    row.Long(9) == 1,
                    row.Instant(10),
                    row.TextOrNull(11),
                    row.IdOrNull(12),
                    (int?)row.LongOrNull(13),
                    row.IdOrNull(14) is { } parent ? new Continuation(parent, row.TextOrNull(15), done, row.BlobOrNull(27)) : null,
                    row.IdOrNull(18),
                    (int)row.Long(19));
                runs.Add(new JournaledRun(
                    request, row.Long(0), (JournaledStatus)row.Long(20), row.InstantOrNull(21), row.Long(26), row.Long(22),
                    row.TextOrNull(23), row.TextOrNull(24), row.TextOrNull(25)));
            }
        }
        finally
        {
            row.Reset();
        }

        return runs;
    }
}
