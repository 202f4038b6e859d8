using Jarvis.Domain.Runs;
using Jarvis.Engine.Platform;

namespace Jarvis.Engine.Runs;

/// <content>Log lines and progress: what waits for a moment, or for the next event that must be on disk.</content>
internal sealed partial class RunRecorder
{
    /// <summary>A line for the log, secrets masked already.</summary>
    public void Log(LogSeverity severity, string text, string? instance)
    {
        var line = new LogLine(clock.GetUtcNow(), severity, instance);
        if (log.Add(line, text))
        {
            onLine?.Invoke(line, text);
            SetTimer(RunLog.Interval);
        }
    }

    /// <summary>Returns once the log takes more lines: who writes faster than the journal is slowed here.</summary>
    public ValueTask LogRoom(CancellationToken cancellation) => log.Room(cancellation);

    /// <summary>Takes log lines and progress that are due.</summary>
    private void TakeDue()
    {
        if (lastLog is not { } last || clock.GetElapsedTime(last) >= RunLog.Interval)
        {
            TakeLog(all: false);
        }

        if (!ended && progress.Left is { } left)
        {
            if (left <= TimeSpan.Zero)
            {
                waiting.Add(Pending(progress.Tell(), null));
            }
            else
            {
                SetTimer(left);
            }
        }
    }

    private void TakeLog(bool all)
    {
        while (log.Take() is { } batch)
        {
            waiting.Add(Pending(batch, null));
            lastLog = clock.GetTimestamp();
            if (!all)
            {
                return;
            }
        }
    }

    private void SetTimer(TimeSpan due)
    {
        lock (timerGate)
        {
            if (!timerSet)
            {
                timerSet = true;
                timer.Change(due, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private async Task FlushLater()
    {
        try
        {
            Task flushed;
            await order.WaitAsync();
            try
            {
                if (closed)
                {
                    // The run ended while the timer was under way.
                    return;
                }

                lock (timerGate)
                {
                    timerSet = false;
                }

                TakeDue();
                if (!log.IsEmpty)
                {
                    SetTimer(RunLog.Interval);
                }

                flushed = await Send(null, [], CancellationToken.None);
            }
            finally
            {
                order.Release();
            }

            await flushed;
        }
        catch (Exception exception) when (exception is JournalException or SqliteException)
        {
            // Nobody waits here; the run's next record ends with it.
            failure = exception;
        }
    }
}
