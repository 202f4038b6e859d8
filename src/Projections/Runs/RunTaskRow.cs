using JasperFx.Events;
using Jarvis.Domain.Runs;

namespace Jarvis.Projections.Runs;

/// <summary>
/// One task instance of a run. Each phase stands with the position at which it was recorded, so that the row tells what was known at any
/// position; arguments, output and error texts stay in the events of the named sequences.
/// </summary>
public sealed record RunTaskRow(
    Guid RunId, string Instance, Guid OwnerId, string Task, string? Name, string? Kind, long Sequence, long Position, int Attempts,
    DateTimeOffset? StartedAt, long? StartedSequence, long? StartedPosition, long? SuspendedPosition, DateTimeOffset? SuspendedUntil,
    long? ResumedPosition, DateTimeOffset? EndedAt, long? EndedSequence, long? EndedPosition, string? EndedAs, string? ErrorType, int? ErrorStatus)
{
    /// <summary>Adds what the batch says to what the row holds already; a later word of the same kind wins.</summary>
    public const string Conflict = """
        on conflict (run_id, instance) do update set
            name = coalesce(t.name, excluded.name), kind = coalesce(t.kind, excluded.kind),
            attempts = greatest(t.attempts, excluded.attempts),
            started_at = coalesce(t.started_at, excluded.started_at),
            started_sequence = coalesce(excluded.started_sequence, t.started_sequence),
            started_position = coalesce(t.started_position, excluded.started_position),
            suspended_position = coalesce(excluded.suspended_position, t.suspended_position),
            suspended_until = coalesce(excluded.suspended_until, t.suspended_until),
            resumed_position = coalesce(excluded.resumed_position, t.resumed_position),
            ended_at = coalesce(excluded.ended_at, t.ended_at), ended_sequence = coalesce(excluded.ended_sequence, t.ended_sequence),
            ended_position = coalesce(excluded.ended_position, t.ended_position), ended_as = coalesce(excluded.ended_as, t.ended_as),
            error_type = coalesce(excluded.error_type, t.error_type), error_status = coalesce(excluded.error_status, t.error_status)
        """;

    public static RunTaskRow Evolve(RunTaskRow? row, Guid runId, Guid owner, IEvent @event, ITaskEvent data)
    {
        var at = row ?? new RunTaskRow(
            runId, data.Instance, owner, data.Task, null, null, @event.Version, @event.Sequence, 1,
            null, null, null, null, null, null, null, null, null, null, null, null);
        return data switch
        {
            ExecutionTaskCreated e => at with { Name = e.Name, Kind = e.Kind },
            ExecutionTaskStarted e => at with
            {
                StartedAt = at.StartedAt ?? e.StartedAt, StartedSequence = @event.Version, StartedPosition = at.StartedPosition ?? @event.Sequence,
            },
            ExecutionTaskSuspended e => at with { SuspendedPosition = @event.Sequence, SuspendedUntil = e.Until },
            ExecutionTaskResumed => at with { ResumedPosition = @event.Sequence },
            ExecutionTaskRetried e => at with { Attempts = Math.Max(at.Attempts, e.Attempt) },
            ExecutionTaskCancelled e => at.End(@event, e.CancelledAt, "cancelled"),
            ExecutionTaskFaulted e => at.End(@event, e.FaultedAt, "faulted") with { ErrorType = e.Error.Type, ErrorStatus = e.Error.Status },
            ExecutionTaskCompleted e => at.End(@event, e.CompletedAt, "completed"),
            _ => at,
        };
    }

    private RunTaskRow End(IEvent @event, DateTimeOffset when, string how) =>
        this with { EndedAt = when, EndedSequence = @event.Version, EndedPosition = @event.Sequence, EndedAs = how };
}

/// <summary>One log line; its text stays sealed in the event of that sequence.</summary>
public sealed record RunLogRow(Guid RunId, long Sequence, int Line, Guid OwnerId, long Position, DateTimeOffset At, short Level, string? Instance);

/// <summary>That a task changed variables, and in which event.</summary>
public sealed record RunVariablesRow(Guid RunId, long Sequence, Guid OwnerId, long Position, DateTimeOffset At, string Task, string Instance);

/// <summary>How far a run is.</summary>
public sealed record RunProgressRow(Guid RunId, Guid OwnerId, long Position, int Percent, IReadOnlyList<string> Current, DateTimeOffset At);
