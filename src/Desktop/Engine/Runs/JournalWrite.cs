using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>Something that waits to be written. It may be applied more than once: a shared transaction that failed is undone first.</summary>
internal abstract class JournalWrite
{
    public abstract void Apply(SqliteDatabase database);

    public abstract void Undo();

    public abstract void Succeed();

    public abstract void Fail(Exception exception);
}

/// <summary>A write that answers a value.</summary>
internal sealed class JournalWrite<T>(Func<SqliteDatabase, T> work) : JournalWrite
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? result;

    public Task<T> Answer => answer.Task;

    public override void Apply(SqliteDatabase database) => result = work(database);

    public override void Undo() => result = default;

    public override void Succeed() => answer.SetResult(result!);

    public override void Fail(Exception exception) => answer.SetException(exception);
}

/// <summary>Where the next event of a run goes. One process appends to a run; the writer's thread alone counts.</summary>
public sealed class JournalPlace
{
    private long lastSequence;

    internal JournalPlace(Guid runId, long number, long lastSequence)
    {
        RunId = runId;
        Number = number;
        this.lastSequence = lastSequence;
        Tentative = lastSequence;
    }

    public Guid RunId { get; }

    /// <summary>Sequence of the last event that is flushed.</summary>
    public long LastSequence => Interlocked.Read(ref lastSequence);

    internal long Number { get; }

    internal long Tentative { get; set; }

    internal void Settle() => Interlocked.Exchange(ref lastSequence, Tentative);
}

/// <summary>What changes in a run's row together with the events that say so.</summary>
/// <param name="EndedAt">Set with a status that is an end.</param>
public sealed record StatusChange(JournaledStatus Status, DateTimeOffset? EndedAt = null);

/// <summary>Events of one run, numbered where they are written.</summary>
internal sealed class JournalAppend(JournalPlace place, IReadOnlyList<PendingEvent> events, StatusChange? status, IReadOnlyList<ControlProgress> controls) : JournalWrite
{
    private const string InsertEvent = "INSERT INTO events(run, sequence, type, occurred_at, data, private, whole) VALUES(?, ?, ?, ?, ?, ?, ?)";

    private readonly TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Answer => answer.Task;

    public override void Apply(SqliteDatabase database)
    {
        var insert = database.Prepare(InsertEvent);
        foreach (var pending in events)
        {
            insert.Bind(place.Number).Bind(++place.Tentative).Bind(pending.Type).Bind(pending.OccurredAt.ToUnixTimeMilliseconds())
                .Bind(pending.Data.AsSpan()).Bind(pending.Private).Bind(pending.Whole);
            insert.Run();
            foreach (var blob in pending.Blobs ?? [])
            {
                JournalUploads.Insert(database, place.Number, blob, pending.OccurredAt);
            }
        }

        if (status is not null)
        {
            database.Prepare("UPDATE runs SET status = ?, ended_at = ? WHERE number = ?")
                .Bind((long)status.Status).Bind(status.EndedAt).Bind(place.Number).Run();
        }

        foreach (var control in controls)
        {
            database.Prepare("UPDATE controls SET acknowledged = 1, effective = max(effective, ?) WHERE control_id = ?")
                .Bind(control.Effective ? 1 : 0).Bind(control.ControlId.ToString()).Run();

            // The answer to a control may come after everything of an ended run was sent.
            database.Prepare("INSERT INTO unsent(run) SELECT number FROM runs WHERE number = ? AND submits = 1 ON CONFLICT DO NOTHING").Bind(place.Number).Run();
        }
    }

    public override void Undo() => place.Tentative = place.LastSequence;

    public override void Succeed()
    {
        place.Settle();
        answer.SetResult();
    }

    public override void Fail(Exception exception) => answer.SetException(exception);
}

/// <summary>What the appended events answer to a control: acknowledged, or effective as well.</summary>
public sealed record ControlProgress(Guid ControlId, bool Effective);
