using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using JasperFx.Events;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>What is to be appended to one <c>Execution</c> stream, whose row is locked where it exists.</summary>
/// <param name="Version">Its version now; 0 for a new stream.</param>
/// <param name="Events">In order; contents sealed.</param>
public sealed record ExecutionAppend(Guid RunId, Guid OwnerId, Guid DeviceId, long Version, IReadOnlyList<RunnerEvent> Events)
{
    public Guid StreamId => StreamIds.Execution(RunId);
}

/// <summary>
/// Puts accepted events into the session's transaction. The one seam of the hot path: whatever stands behind it, rows,
/// metadata, daemon, rebuild and archiving are the same.
/// </summary>
public interface IExecutionWriter
{
    /// <returns>Events that the session does not know of: whoever commits it tells them then.</returns>
    ValueTask<IReadOnlyList<IEvent>> Append(IDocumentSession session, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation);
}

/// <summary>Metadata of <c>Execution</c> events: ids and hashes only.</summary>
public static class ExecutionHeaders
{
    public const string Hash = "hash";
    public const string Epoch = "epoch";
    public const string Device = "device";

    /// <summary>Whose stream it is, from its first event on.</summary>
    public const string Owner = "owner";

    /// <summary>An accepted event with all its metadata but its place.</summary>
    internal static IEvent Wrap(IDocumentSession session, ExecutionAppend append, RunnerEvent accepted)
    {
        var @event = session.Events.BuildEvent(accepted.Data);
        @event.Id = Guid.CreateVersion7();
        @event.UserName = append.OwnerId.ToString();
        @event.CausationId = append.DeviceId.ToString();
        @event.CorrelationId = append.RunId.ToString();
        @event.SetHeader(Hash, accepted.Hash);
        @event.SetHeader(Epoch, accepted.Epoch);
        @event.SetHeader(Device, append.DeviceId.ToString());
        @event.SetHeader(Owner, append.OwnerId.ToString());
        return @event;
    }
}

/// <summary>The store's own append.</summary>
public sealed class MartenExecutionWriter : IExecutionWriter
{
    public ValueTask<IReadOnlyList<IEvent>> Append(IDocumentSession session, IReadOnlyList<ExecutionAppend> appends, CancellationToken cancellation)
    {
        foreach (var append in appends)
        {
            var events = append.Events.Select(@event => (object)ExecutionHeaders.Wrap(session, append, @event)).ToArray();
            if (append.Version == 0)
            {
                session.Events.StartStream<Execution>(append.StreamId, events);
            }
            else
            {
                session.Events.Append(append.StreamId, append.Version + events.Length, events);
            }
        }

        return ValueTask.FromResult<IReadOnlyList<IEvent>>([]);
    }
}
