using JasperFx.Events;
using Marten;
using Marten.Services;

namespace Jarvis.Application.Platform;

/// <summary>
/// Tells whoever waits that events were committed: within this process at once and with the events themselves, to every
/// process through PostgreSQL's NOTIFY on <see cref="Channel"/> (without a payload: what is new is read from the store).
/// </summary>
public sealed class EventFeed : DocumentSessionListenerBase
{
    public const string Channel = "jarvis_events";

    /// <summary>Raised after a commit of this process. Handlers must return at once and never throw.</summary>
    public event Action<IReadOnlyList<IEvent>>? Committed;

    /// <summary>Raised after a commit of this process's hot path, which tells the other processes in its own time. Handlers must return at once and never throw.</summary>
    public event Action? Ingested;

    public override Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        if (session.PendingChanges.Streams().Any())
        {
            session.QueueSqlCommand($"select pg_notify('{Channel}', '')");
        }

        return Task.CompletedTask;
    }

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        var events = commit.GetEvents().ToList();
        if (events.Count > 0)
        {
            Tell(events);
        }

        return Task.CompletedTask;
    }

    /// <summary>For the hot path, which does not go through a session.</summary>
    public void TellIngested() => Ingested?.Invoke();

    private void Tell(IReadOnlyList<IEvent> events) => Committed?.Invoke(events);
}
