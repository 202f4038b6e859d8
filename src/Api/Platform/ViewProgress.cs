using System.Globalization;
using Jarvis.Application.Platform;
using Npgsql;

namespace Jarvis.Api.Platform;

/// <summary>
/// What the database tells this process: that events were committed, and how far each view and the high-water mark are. One connection
/// listens; when it breaks, it is made anew and everything is read again, so that nothing waits for news that went by. A place goes back only where the stored one did
/// (<see cref="ToldPlaces"/>).
/// </summary>
public sealed class ViewProgress(NpgsqlDataSource database, EventFeed feed, ILogger<ViewProgress> log) : BackgroundService
{
    /// <summary>The daemon's own mark: every lower position is settled.</summary>
    public const string HighWater = "HighWaterMark";

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    /// <summary>Even without news the connection is proven alive this often.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly ToldPlaces places = new();
    private readonly Lock gate = new();
    private readonly List<Waiter> waiters = [];
    private volatile bool isTold;

    /// <summary>A notification told of a place behind the known one.</summary>
    private bool isInDoubt;

    /// <summary>Events were committed, here or elsewhere. Handlers return at once.</summary>
    public event Action? Appended;

    /// <summary>A view or the high-water mark moved. Handlers return at once.</summary>
    public event Action? Moved;

    private sealed record Waiter(string View, long Position, TaskCompletionSource Reached);

    public long Settled => Of(HighWater);

    /// <summary>How far a view is: every event up to there is in it.</summary>
    public long Of(string name) => places.Of(name == HighWater ? name : $"{name}:All");

    /// <summary>
    /// Waits until a view holds a position; false when the time is up. Woken by the view's own commit. What was told before the connection broke holds no
    /// longer: a database that died may have lost it.
    /// </summary>
    public async Task<bool> Reach(string view, long position, TimeSpan patience, CancellationToken cancel)
    {
        if (Holds(view, position))
        {
            return true;
        }

        var waiter = new Waiter(view, position, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            waiters.Add(waiter);
        }

        try
        {
            if (Holds(view, position))
            {
                return true;
            }

            await waiter.Reached.Task.WaitAsync(patience, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (gate)
            {
                waiters.Remove(waiter);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var down = false;
        using var unhook = stoppingToken.Register(() => feed.Ingested -= OnIngested);
        feed.Ingested += OnIngested;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                connection.Notification += OnNotification;
                await using (var listen = new NpgsqlCommand($"listen {EventFeed.Channel}; listen {ViewSchema.ProgressChannel}; {KeyRotation.HoldSql}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                down = false;
                while (!stoppingToken.IsCancellationRequested)
                {
                    await ReadAll(connection, stoppingToken);
                    Appended?.Invoke();
                    while (!isInDoubt && await connection.WaitAsync(Silence, stoppingToken))
                    {
                        // Each notification was handled as it came.
                    }
                }
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                if (!down)
                {
                    log.LogWarning("The database no longer tells of new events ({Reason}); listening again", e.Message);
                }

                down = true;
                isTold = false;
                await Task.Delay(Retry, stoppingToken);
            }
        }
    }

    private void OnIngested() => Appended?.Invoke();

    private void OnNotification(object sender, NpgsqlNotificationEventArgs e)
    {
        if (e.Channel == EventFeed.Channel)
        {
            Appended?.Invoke();
        }
        else if (e.Payload.LastIndexOf(' ') is var space and > 0)
        {
            if (places.Tell(e.Payload[..space], long.Parse(e.Payload.AsSpan(space + 1), CultureInfo.InvariantCulture)))
            {
                Tell();
            }
            else
            {
                isInDoubt = true;
            }
        }
    }

    private async Task ReadAll(NpgsqlConnection connection, CancellationToken cancel)
    {
        isInDoubt = false;
        var asked = places.Asking();
        await using var command = new NpgsqlCommand($"select name, last_seq_id from {EventStoreSetup.Schema}.mt_event_progression", connection);
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                rows[reader.GetString(0)] = reader.GetInt64(1);
            }
        }

        places.Answer(asked, rows);
        isTold = true;
        Tell();
    }

    private bool Holds(string view, long position) => isTold && Of(view) >= position;

    private void Tell()
    {
        List<Waiter> reached;
        lock (gate)
        {
            reached = waiters.FindAll(waiter => Holds(waiter.View, waiter.Position));
        }

        foreach (var waiter in reached)
        {
            waiter.Reached.TrySetResult();
        }

        Moved?.Invoke();
    }
}
