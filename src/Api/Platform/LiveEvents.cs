using System.Collections.Concurrent;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// The one reader of new events in this process. Woken by a commit, it reads what is new once, whoever waits for it, and keeps the last few
/// thousand for each followed run. A subscriber pulls at its own pace and goes to the store when it has fallen out of what is kept, so
/// that nobody's slowness is anybody else's memory.
/// </summary>
public sealed class LiveEvents(ViewProgress progress, NpgsqlDataSource database, Vault vault, ILogger<LiveEvents> log) : BackgroundService
{
    private const int ReadAtOnce = 2_000;

    /// <summary>Bytes of followed runs' stored JSON that are read at once, about.</summary>
    private const long ReadBytes = 16 * 1024 * 1024;

    /// <summary>How long the place of a missing position is looked at again before the high-water mark decides.</summary>
    private static readonly TimeSpan GapLook = TimeSpan.FromMilliseconds(20);

    /// <summary>The pause before news that could not be read are read again.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Guid, FollowedRun> followed = new();
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly HashSet<long> aheadOfGap = [];
    private long contiguous = -1;

    /// <summary>What is kept of a run while somebody follows it. Dispose to stop following.</summary>
    public Following Follow(Guid runId)
    {
        while (true)
        {
            var run = followed.GetOrAdd(runId, _ => new FollowedRun());
            lock (run)
            {
                if (!run.IsGone)
                {
                    run.Followers++;
                    return new Following(this, runId, run);
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        progress.Appended += Wake;
        progress.Moved += OnMoved;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await wake.WaitAsync(aheadOfGap.Count > 0 ? GapLook : Timeout.InfiniteTimeSpan, stoppingToken);
                try
                {
                    await ReadNews(stoppingToken);
                }
                catch (Exception e) when (DatabaseTrouble.Is(e))
                {
                    log.LogWarning("New events cannot be read: {Reason}", e.Message);
                    await Task.Delay(Retry, stoppingToken);
                    Wake();
                }
            }
        }
        finally
        {
            progress.Appended -= Wake;
            progress.Moved -= OnMoved;
        }
    }

    private void OnMoved()
    {
        // The mark matters while a position is missing below something that was read, or where nobody told of what it passed.
        if (aheadOfGap.Count > 0 || progress.Settled > Volatile.Read(ref contiguous))
        {
            Wake();
        }
    }

    private void Wake()
    {
        try
        {
            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // It is awake already and will look again.
        }
    }

    private async Task ReadNews(CancellationToken cancel)
    {
        if (followed.IsEmpty)
        {
            // Nobody follows any run: there is nothing to read, and whoever comes begins with the store.
            contiguous = -1;
            aheadOfGap.Clear();
            return;
        }

        if (contiguous < 0)
        {
            // What was committed before this process listened is history: whoever follows already reads it from the store.
            contiguous = Math.Max(progress.Settled, 0);
            foreach (var run in followed.Values)
            {
                run.Lose();
            }
        }

        while (true)
        {
            // Taken before reading: what the daemon has settled by now is visible to the read, and a position still missing then is dead.
            var mark = progress.Settled;
            var (events, isFull) = await Read(cancel);
            foreach (var stream in events.GroupBy(read => read.Event.Stream))
            {
                Deliver(stream);
            }

            foreach (var (e, _) in events)
            {
                aheadOfGap.Add(e.Position);
            }

            var sure = isFull ? Math.Min(mark, events[^1].Event.Position) : mark;
            if (sure > contiguous)
            {
                contiguous = sure;
                aheadOfGap.RemoveWhere(position => position <= sure);
            }

            while (aheadOfGap.Remove(contiguous + 1))
            {
                contiguous++;
            }

            if (!isFull)
            {
                return;
            }
        }
    }

    // Only followed streams are read with their data, and of theirs no more than is to be held at once; of the others the position is enough.
    private async Task<(List<(RecordedEvent Event, int Bytes)> Events, bool IsFull)> Read(CancellationToken cancel)
    {
        var streams = followed.Keys.SelectMany(run => new[] { run, StreamIds.Execution(run) }).ToArray();
        await using var command = database.CreateCommand(
            $"""
            select seq_id, id, stream_id, version, type, followed, timestamp, user_name, correlation_id, causation_id, own, lying from (
                select seq_id, id, stream_id, version, type, followed, timestamp, user_name, correlation_id, causation_id,
                    coalesce(pg_column_size(followed), 0) as own, sum(coalesce(pg_column_size(followed), 0)) over (order by seq_id rows unbounded preceding) as lying
                from {RecordedEvent.Table} cross join lateral (select case when stream_id = any($3) then data end) said (followed)
                where seq_id > $1 and seq_id != all($2) order by seq_id limit {ReadAtOnce}) page
            where lying - own < {ReadBytes} order by seq_id
            """);
        command.Parameters.AddWithValue(contiguous);
        command.Parameters.AddWithValue(aheadOfGap.ToArray());
        command.Parameters.AddWithValue(streams);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var events = new List<(RecordedEvent, int)>();
        var isFull = false;
        while (await reader.ReadAsync(cancel))
        {
            var e = reader.IsDBNull(5)
                ? new RecordedEvent(reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4), Unread.Instance, default, null, null, null)
                : RecordedEvent.Read(reader);
            events.Add((e, reader.GetInt32(10)));
            isFull = events.Count == ReadAtOnce || reader.GetInt64(11) >= ReadBytes;
        }

        return (events, isFull);
    }

    private void Deliver(IGrouping<Guid, (RecordedEvent Event, int Bytes)> stream)
    {
        var runId = stream.Key.Version == 8 ? StreamIds.RunOf(stream.Key) : stream.Key;
        if (followed.TryGetValue(runId, out var run))
        {
            if (stream.Any(read => read.Event.Data is Unread))
            {
                // It began to be followed while its events were being read without their data: followers fetch them from the store.
                run.Lose();
            }
            else
            {
                run.Add([.. stream.Where(read => read.Event.Data is IRunEvent or IExecutionEvent).Select(read => new LiveEvent(read.Event, read.Bytes, Clear(read.Event)))]);
            }
        }
    }

    private Lazy<Task<RecordedEvent>> Clear(RecordedEvent e) => new(async () => e with { Data = (await vault.UnsealEvents([e.Data], CancellationToken.None))[0] });

    private void Leave(Guid runId, FollowedRun run)
    {
        lock (run)
        {
            if (--run.Followers == 0)
            {
                run.IsGone = true;
                followed.TryRemove(KeyValuePair.Create(runId, run));
            }
        }
    }

    private sealed record Unread
    {
        public static readonly Unread Instance = new();
    }

    /// <summary>One subscriber's hold on a followed run.</summary>
    public sealed class Following : IDisposable
    {
        private readonly LiveEvents owner;
        private readonly Guid runId;
        private readonly FollowedRun run;

        internal Following(LiveEvents owner, Guid runId, FollowedRun run) => (this.owner, this.runId, this.run) = (owner, runId, run);

        /// <summary>Completes when more was added from now on. Take it before looking at <see cref="Kept"/>.</summary>
        public Task Added => run.Added;

        public IReadOnlyList<LiveEvent> Kept => run.Kept;

        /// <summary>How often events passed by that are not kept; after each the store must be asked.</summary>
        public int Losses => run.Losses;

        public void Dispose() => owner.Leave(runId, run);
    }
}
