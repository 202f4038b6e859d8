using Jarvis.Application.Platform;
using System.Collections.Concurrent;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// When each session last did something. Requests only take note in memory; it is written now and then, so that no request waits for it and a
/// process that dies loses some seconds of it.
/// </summary>
public sealed class SessionActivity(NpgsqlDataSource database, TimeProvider time, ILogger<SessionActivity> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> seen = new();

    public void Seen(Guid sessionId) => seen[sessionId] = time.GetUtcNow();

    /// <summary>Writes what was noted.</summary>
    public async Task Write(CancellationToken cancel)
    {
        var noted = seen.ToArray();
        if (noted.Length == 0)
        {
            return;
        }

        await using var command = database.CreateCommand(
            """
            update sign_in.sessions s set last_seen_at = greatest(s.last_seen_at, n.at)
            from unnest($1::uuid[], $2::timestamptz[]) as n(id, at) where s.session_id = n.id and s.ended_at is null
            """);
        command.Parameters.AddWithValue(noted.Select(pair => pair.Key).ToArray());
        command.Parameters.AddWithValue(noted.Select(pair => pair.Value).ToArray());
        await command.ExecuteNonQueryAsync(cancel);
        foreach (var pair in noted)
        {
            // One that was seen again meanwhile stays for the next time.
            seen.TryRemove(pair);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Write(stoppingToken);
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                log.LogWarning("When sessions were last active could not be written: {Reason}", e.Message);
            }
        }
    }
}
