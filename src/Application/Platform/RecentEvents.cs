using System.Buffers;
using JasperFx.Events;
using Marten;
using Marten.Services;

namespace Jarvis.Application.Platform;

/// <summary>
/// The events that this process committed last, by position, as the store would give them back: views that follow closely take them from here
/// and ask the database only for what is not among them. Bounded in number and in size; a newer event takes the place of an old one.
/// </summary>
public sealed class RecentEvents : DocumentSessionListenerBase
{
    /// <summary>Events that are kept at most; a power of two.</summary>
    private const int MaxEvents = 8 * 1024;

    /// <summary>Bytes of stored JSON from which on an event is not kept: what is larger is rare, and read back instead.</summary>
    private const int MaxEventBytes = 4 * 1024;

    /// <summary>Positions behind which there is nothing to look for here.</summary>
    public const int Span = MaxEvents;

    private readonly IEvent?[] kept = new IEvent?[MaxEvents];
    private long given;

    /// <summary>Events that views took from here so far.</summary>
    public long Given => Volatile.Read(ref given);

    /// <summary>Takes in what was committed, and never before.</summary>
    public void Add(IEnumerable<IEvent> committed)
    {
        foreach (var @event in committed)
        {
            // The store does not tell the position of every event that it appended.
            if (@event.Sequence > 0)
            {
                // As precise as its column.
                var ticks = @event.Timestamp.UtcTicks;
                @event.Timestamp = new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
                Volatile.Write(ref kept[@event.Sequence & (MaxEvents - 1)], @event);
            }
        }
    }

    /// <summary>The event at a position, where this process committed it lately.</summary>
    public IEvent? At(long position) => Volatile.Read(ref kept[position & (MaxEvents - 1)]) is { } @event && @event.Sequence == position ? @event : null;

    /// <summary>Whether an event of so many bytes of stored JSON is kept.</summary>
    public static bool Keeps(int bytes) => bytes <= MaxEventBytes;

    internal void Give(int events) => Interlocked.Add(ref given, events);

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        var serializer = session.DocumentStore.Options.Serializer();
        var buffer = new ArrayBufferWriter<byte>(1024);
        Add(commit.GetEvents().Where(@event =>
        {
            buffer.ResetWrittenCount();
            serializer.WriteTo(buffer, @event.Data);
            return Keeps(buffer.WrittenCount);
        }));
        return Task.CompletedTask;
    }
}
