using System.Collections.Immutable;
using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Runs;

/// <summary>Where an execution, as the PC tells it, stands.</summary>
public enum ExecutionPhase { Pending, Running, Suspended, Completed, Faulted, Cancelled }

/// <summary>Where one task instance stands. <c>Skipped</c>: its <c>if</c> did not hold.</summary>
public enum TaskPhase { Created, Running, Waiting, Completed, Skipped, Faulted, Cancelled }

/// <summary>What a run's <c>Execution</c> stream says of one task instance. Contents pass through as they came, sealed or clear.</summary>
/// <param name="Starts">How often it was begun; more than 1 after a crash in flight.</param>
/// <param name="Attempt">Of a <c>try</c>: the attempt it is in, from 1.</param>
/// <param name="Until">When it goes on by itself, while it waits.</param>
/// <param name="By">Who marked it done by hand.</param>
/// <param name="LastSequence">Sequence of the last event about it.</param>
public sealed record TaskState(
    string Task,
    string Instance,
    string? Name,
    string? Kind,
    TaskPhase Phase,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    int Starts,
    int Attempt,
    DateTimeOffset? Until,
    Content? Arguments,
    Content? Output,
    Content? Context,
    string? Then,
    FaultError? Error,
    Guid? By,
    long LastSequence)
{
    public bool HasEnded => Phase is TaskPhase.Completed or TaskPhase.Skipped or TaskPhase.Faulted or TaskPhase.Cancelled;

    /// <summary>Whether it does something itself; <c>do</c>, <c>for</c>, <c>fork</c> and <c>try</c> only hold others.</summary>
    public bool IsLeaf => Kind is not ("do" or "for" or "fork" or "try");

    internal static TaskState Unknown(ITaskEvent e) =>
        new(e.Task, e.Instance, null, null, TaskPhase.Created, null, null, null, 0, 1, null, null, null, null, null, null, null, 0);
}

/// <summary>How a control went on the PC.</summary>
/// <param name="Outcome">Once it is effective: null when it took effect, else why it could not.</param>
public sealed record ControlAnswer(Guid ControlId, ControlKind Kind, DateTimeOffset? AcknowledgedAt, DateTimeOffset? EffectiveAt, string? Outcome);

/// <summary>
/// The state of a run's <c>Execution</c> stream: a fold of its events, the same on the PC and on the server. An event costs
/// logarithmic time in the number of task instances, whatever came before.
/// </summary>
/// <param name="Name">Qualified name of the execution, <c>workflow-runId.namespace</c>.</param>
/// <param name="Current">Instances of the leaf tasks that run or wait.</param>
/// <param name="Percent">Of the last progress event; 100 once completed. It never falls.</param>
/// <param name="LastSequence">How many events were folded, which is the sequence of the last.</param>
public sealed record Execution(
    string? Name,
    DefinitionReference? Definition,
    ExecutionPhase Phase,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    Content? Input,
    Content? Output,
    FaultError? Error,
    LocalDefinition? Local,
    Guid? ContinuesRunId,
    ImmutableDictionary<string, TaskState> Tasks,
    ImmutableSortedSet<string> Current,
    ImmutableDictionary<Guid, ControlAnswer> Controls,
    int Percent,
    long LastSequence)
{
    /// <summary>Before the first event.</summary>
    public static readonly Execution None = new(
        null, null, ExecutionPhase.Pending, null, null, null, null, null, null, null,
        ImmutableDictionary.Create<string, TaskState>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal),
        ImmutableDictionary<Guid, ControlAnswer>.Empty, 0, 0);

    public bool HasEnded => Phase is ExecutionPhase.Completed or ExecutionPhase.Faulted or ExecutionPhase.Cancelled;

    /// <summary>Folds the next event.</summary>
    public static Execution Evolve(Execution? state, IExecutionEvent @event)
    {
        var before = state ?? None;
        var next = before with { LastSequence = before.LastSequence + 1 };
        return @event switch
        {
            ITaskEvent e => next.Evolve(e),
            ExecutionStarted e => next with
            {
                Name = e.Name,
                Definition = e.Definition,
                Phase = ExecutionPhase.Running,
                StartedAt = e.StartedAt,
                Input = e.Input,
                Local = e.Local,
                ContinuesRunId = e.ContinuesRunId,
            },
            ExecutionSuspended => next.HasEnded ? next : next with { Phase = ExecutionPhase.Suspended },
            ExecutionResumed => next.HasEnded ? next : next with { Phase = ExecutionPhase.Running },
            ExecutionCompleted e => next.End(ExecutionPhase.Completed, e.CompletedAt) with { Output = e.Output, Percent = 100 },
            ExecutionFaulted e => next.End(ExecutionPhase.Faulted, e.FaultedAt) with { Error = e.Error },
            ExecutionCancelled e => next.End(ExecutionPhase.Cancelled, e.CancelledAt),
            ExecutionProgressed e => next with { Percent = Math.Max(next.Percent, Math.Clamp(e.Percent, 0, 99)) },
            ExecutionControlAcknowledged e => next.Answer(e.ControlId, e.Kind, answer => answer with { AcknowledgedAt = e.At }),
            ExecutionControlTookEffect e => next.Answer(e.ControlId, e.Kind, answer => answer with { EffectiveAt = e.At, Outcome = e.Outcome }),
            _ => next,
        };
    }

    /// <summary>
    /// Folds a batch that may repeat what was already folded: events at or below <see cref="LastSequence"/> change nothing.
    /// </summary>
    /// <param name="first">Sequence of the batch's first event, from 1.</param>
    /// <exception cref="ArgumentException">There is a gap between what was folded and the batch.</exception>
    public static Execution Fold(Execution? state, long first, IEnumerable<IExecutionEvent> events)
    {
        var folded = state ?? None;
        var sequence = first;
        foreach (var e in events)
        {
            if (sequence > folded.LastSequence + 1)
            {
                throw new ArgumentException($"Event {sequence} follows {folded.LastSequence}: there is a gap.", nameof(first));
            }

            if (sequence == folded.LastSequence + 1)
            {
                folded = Evolve(folded, e);
            }

            sequence++;
        }

        return folded;
    }

    private Execution Evolve(ITaskEvent @event)
    {
        var known = Tasks.GetValueOrDefault(@event.Instance) ?? TaskState.Unknown(@event);
        var task = @event switch
        {
            ExecutionTaskCreated e => known with { Name = e.Name, Kind = e.Kind, CreatedAt = e.CreatedAt },
            ExecutionTaskStarted e => known with
            {
                Phase = TaskPhase.Running,
                StartedAt = known.StartedAt ?? e.StartedAt,
                Starts = known.Starts + 1,
                Arguments = e.Arguments ?? known.Arguments,
                EndedAt = null,
            },
            ExecutionTaskSuspended e => known with { Phase = TaskPhase.Waiting, Until = e.Until },
            ExecutionTaskResumed => known with { Phase = TaskPhase.Running, Until = null },
            ExecutionTaskRetried e => known with { Phase = TaskPhase.Running, Until = null, Attempt = e.Attempt },
            ExecutionTaskCancelled e => known with { Phase = TaskPhase.Cancelled, EndedAt = e.CancelledAt, Until = null },
            ExecutionTaskFaulted e => known with { Phase = TaskPhase.Faulted, EndedAt = e.FaultedAt, Until = null, Error = e.Error },
            ExecutionTaskCompleted e => known with
            {
                Phase = known.Starts == 0 && e.By is null ? TaskPhase.Skipped : TaskPhase.Completed,
                EndedAt = e.CompletedAt,
                Until = null,
                Output = e.Output,
                Context = e.Context,
                Then = e.Then,
                By = e.By,
            },
            _ => known,
        };
        task = task with { LastSequence = LastSequence };
        var executing = task is { IsLeaf: true, Phase: TaskPhase.Running or TaskPhase.Waiting };
        return this with
        {
            Tasks = Tasks.SetItem(task.Instance, task),
            Current = executing ? Current.Add(task.Instance) : Current.Remove(task.Instance),
        };
    }

    private Execution End(ExecutionPhase phase, DateTimeOffset at) => this with { Phase = phase, EndedAt = at, Current = Current.Clear() };

    private Execution Answer(Guid control, ControlKind kind, Func<ControlAnswer, ControlAnswer> change) => this with
    {
        Controls = Controls.SetItem(control, change(Controls.GetValueOrDefault(control) ?? new ControlAnswer(control, kind, null, null, null))),
    };
}
