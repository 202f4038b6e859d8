using System.Threading.Channels;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <summary>
/// The journal's one writer: a thread of its own that puts everything that waits, of all runs, into one transaction
/// (group commit) and answers after the flush. A write that fails alone never fails its neighbours. While the disk
/// is full or failing, writes wait: nothing is answered, so nothing counts as done, and all go on once there is room.
/// Where no flush is waited for, a write is done at once by whoever asks for it; what fails then waits for the thread.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    /// <summary>Writes that may wait before writers are held back.</summary>
    private const int QueueCapacity = 4096;

    /// <summary>Writes that share one transaction at most, so that an answer never waits for an endless group.</summary>
    private const int GroupCapacity = 512;

    /// <summary>Pause between attempts while the disk gives trouble.</summary>
    private static readonly TimeSpan TroublePause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<JournalWrite> queue = Channel.CreateBounded<JournalWrite>(new BoundedChannelOptions(QueueCapacity) { SingleReader = true });
    private readonly SqliteDatabase database;
    private readonly Action committed;
    private readonly bool atOnce;
    private readonly Lock turn = new();
    private readonly ManualResetEventSlim stopping = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Writes in the queue or with the thread, where writes are done at once otherwise: none may overtake them.</summary>
    private int waiting;

    /// <param name="atOnce">Whether commits return without waiting for the disk.</param>
    public JournalWriter(SqliteDatabase database, Action committed, bool atOnce)
    {
        this.database = database;
        this.committed = committed;
        this.atOnce = atOnce;
        new Thread(Loop) { IsBackground = true, Name = "journal" }.Start();
    }

    /// <summary>Why nothing can be written at present, for people; null while all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Called with <see cref="Trouble"/> whenever it changes.</summary>
    public event Action<string?>? TroubleChanged;

    /// <summary>Does the work in a transaction with whatever else waits; done once that is flushed to disk.</summary>
    public async Task<T> Do<T>(Func<SqliteDatabase, T> work, CancellationToken cancellation = default)
    {
        var write = new JournalWrite<T>(work);
        await Enqueue(write, cancellation);
        return await write.Answer;
    }

    /// <summary>Puts a write in the queue; its own answer tells when it is flushed.</summary>
    public ValueTask Enqueue(JournalWrite write, CancellationToken cancellation) =>
        !atOnce ? queue.Writer.WriteAsync(write, cancellation)
        : TryAtOnce(write, cancellation) ? ValueTask.CompletedTask
        : PutInQueue(write, cancellation);

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        stopping.Set();
        await ended.Task;
        stopping.Dispose();
    }

    private void Loop()
    {
        var group = new List<JournalWrite>(GroupCapacity);

        // A thread of its own blocks on purpose: a flush is a blocking call, and on the pool it would hold up the runs.
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < GroupCapacity && queue.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            Commit(group);
            Interlocked.Add(ref waiting, -group.Count);
            group.Clear();
        }

        lock (turn)
        {
            database.Dispose();
        }

        ended.SetResult();
    }

    /// <summary>Commits the write on this thread, unless others wait before it or it fails.</summary>
    private bool TryAtOnce(JournalWrite write, CancellationToken cancellation)
    {
        lock (turn)
        {
            if (waiting > 0 || stopping.IsSet || cancellation.IsCancellationRequested || Attempt([write]) is not null)
            {
                return false;
            }

            write.Succeed();
        }

        committed();
        return true;
    }

    private async ValueTask PutInQueue(JournalWrite write, CancellationToken cancellation)
    {
        Interlocked.Increment(ref waiting);
        try
        {
            await queue.Writer.WriteAsync(write, cancellation);
        }
        catch
        {
            Interlocked.Decrement(ref waiting);
            throw;
        }
    }

    private void Commit(List<JournalWrite> group)
    {
        while (true)
        {
            var failed = Attempt(group);
            if (failed is null)
            {
                Report(null);
                foreach (var write in group)
                {
                    write.Succeed();
                }

                committed();
                return;
            }

            if (failed is SqliteException { IsStorageTrouble: true } or SqliteException { IsBusy: true })
            {
                Report($"The journal cannot be written, so no task starts or ends until it can: {failed.Message}");
                if (stopping.Wait(TroublePause))
                {
                    Fail(group, new JournalException("Jarvis was stopped while the journal could not be written.", failed));
                    return;
                }
            }
            else if (group.Count == 1)
            {
                Fail(group, failed);
                return;
            }
            else
            {
                foreach (var write in group)
                {
                    Commit([write]);
                }

                return;
            }
        }
    }

    private Exception? Attempt(List<JournalWrite> group)
    {
        using var mine = turn.EnterScope();
        try
        {
            database.Prepare("BEGIN IMMEDIATE").Run();
            foreach (var write in group)
            {
                write.Apply(database);
            }

            database.Prepare("COMMIT").Run();
            return null;
        }
        catch (Exception exception) when (exception is SqliteException or InvalidOperationException or ArgumentException or FormatException)
        {
            if (database.InTransaction)
            {
                database.Prepare("ROLLBACK").Run();
            }

            foreach (var write in group)
            {
                write.Undo();
            }

            return exception;
        }
    }

    private void Report(string? trouble)
    {
        if (Trouble != trouble)
        {
            Trouble = trouble;
            TroubleChanged?.Invoke(trouble);
        }
    }

    private static void Fail(List<JournalWrite> group, Exception exception)
    {
        foreach (var write in group)
        {
            write.Fail(exception);
        }
    }
}
