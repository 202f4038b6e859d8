using Jarvis.Application.Platform;
using System.Collections.Concurrent;
using Npgsql;

namespace Jarvis.Api.Accounts;

/// <summary>
/// The sessions that ended while access tokens of theirs may still be about. Every process keeps the list of the last minutes and
/// asks the database for news each second, so that a token is refused, and a socket closed, within seconds wherever it was ended.
/// </summary>
public sealed class RevokedSessions(NpgsqlDataSource database, TimeProvider time, ILogger<RevokedSessions> log) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, byte> ended = new();
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<object, Action>> watchers = new();

    public bool Contains(Guid sessionId) => ended.ContainsKey(sessionId);

    /// <summary>Calls back, once, when the session ends; at once where it already did. Dispose to stop watching.</summary>
    public IDisposable Watch(Guid sessionId, Action onEnd)
    {
        var token = new object();
        var ofSession = watchers.GetOrAdd(sessionId, _ => new());
        ofSession[token] = onEnd;
        if (Contains(sessionId))
        {
            Tell(sessionId);
        }

        return new Watching(this, sessionId, token);
    }

    public void Add(Guid sessionId)
    {
        if (ended.TryAdd(sessionId, 0))
        {
            Tell(sessionId);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SignInLimits.RevocationPoll);
        var failing = false;
        do
        {
            try
            {
                await Look(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (DatabaseTrouble.Is(e))
            {
                // Without the database nothing can be signed out anywhere either; what is known stays known.
                if (!failing)
                {
                    log.LogWarning("The list of ended sessions cannot be read: {Reason}", e.Message);
                }

                failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Reads the news now instead of within the second.</summary>
    public async Task Look(CancellationToken cancel)
    {
        var known = ended.Keys.ToArray();
        await using var command = database.CreateCommand(
            "select session_id from sign_in.sessions where ended_at > $1");
        // By the clock that ended them and that tokens expire by, which need not be the database's.
        command.Parameters.AddWithValue(time.GetUtcNow() - SignInLimits.AccessTokenLifetime - SignInLimits.RevocationMargin);
        var current = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel))
            {
                current.Add(reader.GetGuid(0));
            }
        }

        foreach (var session in current)
        {
            Add(session);
        }

        // What was known before asking and is no longer listed has aged out; one added meanwhile is left alone.
        foreach (var old in known.Where(id => !current.Contains(id)))
        {
            ended.TryRemove(old, out _);
        }
    }

    private void Tell(Guid sessionId)
    {
        if (watchers.TryRemove(sessionId, out var ofSession))
        {
            foreach (var onEnd in ofSession.Values)
            {
                onEnd();
            }
        }
    }

    private sealed class Watching(RevokedSessions owner, Guid sessionId, object token) : IDisposable
    {
        public void Dispose()
        {
            if (owner.watchers.TryGetValue(sessionId, out var ofSession))
            {
                ofSession.TryRemove(token, out _);
                if (ofSession.IsEmpty)
                {
                    owner.watchers.TryRemove(KeyValuePair.Create(sessionId, ofSession));
                }
            }
        }
    }
}
