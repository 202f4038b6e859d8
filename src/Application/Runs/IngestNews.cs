using Jarvis.Application.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jarvis.Application.Runs;

/// <summary>Tells of what the hot path committed.</summary>
public sealed class IngestNews([FromKeyedServices(ApplicationSetup.IngestConnections)] NpgsqlDataSource database, EventFeed feed, ILogger<IngestNews> log) : IDisposable
{
    private static readonly TimeSpan TellingApart = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim news = new(0, 1);

    public void Dispose() => news.Dispose();

    /// <summary>
    /// Tells the other processes of what was committed, behind it and once for all commits of <see cref="TellingApart"/>: told within it, one commit at a
    /// time could be flushed in the whole database, because PostgreSQL puts notifications in the order of commits. What is not told when this process
    /// ends is found by the daemon's own look. This process hears of each commit at once.
    /// </summary>
    public async Task Tell(CancellationToken cancellation)
    {
        while (true)
        {
            await news.WaitAsync(cancellation);
            try
            {
                await using var notify = database.CreateCommand($"notify {EventFeed.Channel}");
                await notify.ExecuteNonQueryAsync(cancellation);
                await Task.Delay(TellingApart, cancellation);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogWarning("What was committed cannot be told of at the moment: {Reason}", exception.Message);
                await Task.Delay(Patience, cancellation);
                Tellable();
            }
        }
    }

    /// <summary>Events were committed.</summary>
    public void Committed()
    {
        feed.TellIngested();
        Tellable();
    }

    private void Tellable()
    {
        try
        {
            if (news.CurrentCount == 0)
            {
                news.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // It is about to be told.
        }
    }
}
