using System.Collections.Immutable;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>A failed task instance that a person settled by giving its output.</summary>
/// <param name="By">Account of the person.</param>
public sealed record MarkedDone(string Instance, Json Output, Guid By);

/// <summary>
/// What already happened in a run: a fold of its journal, from which the interpreter answers instead of doing it again.
/// </summary>
public sealed class RecordedExecution
{
    /// <summary>Segments of an instance of the outermost list, such as <c>/do/0/name</c>.</summary>
    private const int OutermostSegments = 3;

    private readonly Dictionary<string, RecordedTask> tasks = new(StringComparer.Ordinal);
    private readonly List<(DateTimeOffset From, DateTimeOffset? To)> pauses = [];
    private ImmutableDictionary<string, TaskState> inheritedTold = Execution.None.Tasks;

    private RecordedExecution()
    {
    }

    /// <summary>Nothing happened yet.</summary>
    public static RecordedExecution Empty { get; } = new();

    /// <summary>The state by the run's own events.</summary>
    public Execution State { get; private set; } = Execution.None;

    /// <summary>What is told of every task instance, own and inherited: as it left the PC, secrets masked.</summary>
    public ImmutableDictionary<string, TaskState> Told => inheritedTold.SetItems(State.Tasks);

    /// <summary>What a person settled for this continuing run, not yet in its own events.</summary>
    internal MarkedDone? Done { get; private set; }

    /// <summary>Inputs that people corrected, by the instance that gets them instead of what the task before handed on.</summary>
    internal ImmutableDictionary<string, Json> Corrected { get; private init; } = ImmutableDictionary<string, Json>.Empty;

    /// <summary>
    /// Instance of the task at which the run failed: the innermost of those that carry its fault. Null where it did not fail
    /// in a task.
    /// </summary>
    public string? FailedInstance { get; private set; }

    /// <summary>The output of the completed run, unmasked; null where the event itself tells it.</summary>
    internal Json? FinalOutput { get; private set; }

    /// <summary>The fault that ended the run, unmasked.</summary>
    internal Fault? FinalFault { get; private set; }

    /// <summary>When the run stood paused; the last may have no end yet.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset? To)> Pauses => pauses;

    internal IEnumerable<RecordedTask> Tasks => tasks.Values;

    internal RecordedTask? this[string instance] => tasks.GetValueOrDefault(instance);

    /// <summary>Folds a run's own journal, on top of what it inherited from the run it continues.</summary>
    /// <param name="entries">As they were recorded, in order: events and private parts unchanged.</param>
    public static RecordedExecution From(IEnumerable<JournalEntry> entries, RecordedExecution? inherited = null)
    {
        var recorded = new RecordedExecution { Done = inherited?.Done, Corrected = inherited?.Corrected ?? ImmutableDictionary<string, Json>.Empty };
        foreach (var task in inherited?.tasks.Values ?? Enumerable.Empty<RecordedTask>())
        {
            recorded.tasks[task.Instance] = task.Copy();
        }

        recorded.inheritedTold = inherited?.inheritedTold ?? recorded.inheritedTold;
        foreach (var entry in entries)
        {
            recorded.Take(entry);
        }

        recorded.FailedInstance = recorded.FindFailed();
        return recorded;
    }

    /// <summary>
    /// What a continuing run inherits of this one: what completed stays completed, errors that were caught stay caught, retries stay
    /// counted; the failed task, the tasks around it and everything unfinished are to be done (again).
    /// </summary>
    /// <param name="from">Instance to go on from, or the pointer of the task that failed; null for <see cref="FailedInstance"/>.</param>
    /// <param name="done">Instead of doing it again, its output as a person gave it.</param>
    /// <param name="correctedInput">Its input as a person corrected it; null for what the task before handed on, or an earlier correction.</param>
    public RecordedExecution ForContinuation(string? from = null, MarkedDone? done = null, Json? correctedInput = null)
    {
        var failed = Meant(done?.Instance ?? from);
        var inherited = new RecordedExecution
        {
            Done = done is null || failed is null ? done : done with { Instance = failed },
            Corrected = correctedInput is null || failed is null ? Corrected : Corrected.SetItem(failed, correctedInput),
        };
        foreach (var task in tasks.Values)
        {
            // Whatever is asked for, what failed the run is to be done again: else it could only fail again at once.
            var around = (failed is not null && IsAtOrAround(task.Instance, failed))
                || (FailedInstance is not null && IsAtOrAround(task.Instance, FailedInstance));
            if (task.Ended == TaskPhase.Completed && !around)
            {
                inherited.tasks[task.Instance] = task.Copy();
            }
            else if (task.Ended == TaskPhase.Faulted && !around)
            {
                inherited.tasks[task.Instance] = task.Copy();
            }
            else if (task.Retries.Count > 0)
            {
                inherited.tasks[task.Instance] = task.CopyOfRetries();
            }
        }

        inherited.inheritedTold = Told.RemoveRange(Told.Keys.Where(instance => inherited[instance] is not { Ended: TaskPhase.Completed or TaskPhase.Faulted }));
        return inherited;
    }

    /// <summary>Nothing happened yet, but what people corrected stands.</summary>
    internal RecordedExecution OnlyCorrections() => new() { Corrected = Corrected };

    /// <summary>
    /// An error names its task by the pointer, which is also the instance of the first iteration: what is meant is the one that failed.
    /// </summary>
    private string? Meant(string? asked) =>
        asked is null || (FailedInstance is not null && tasks[FailedInstance].Task == asked) ? FailedInstance : asked;

    private void Take(JournalEntry entry)
    {
        State = Execution.Evolve(State, entry.Event);
        var own = entry.Private as JsonObject;
        if (entry.Event is not ITaskEvent about)
        {
            TakePause(entry.Event);
            FinalOutput = entry.Event is ExecutionCompleted ? own?["output"] : FinalOutput;
            FinalFault = entry.Event is ExecutionFaulted faulted ? RecordedTask.Read(faulted.Error, own) : FinalFault;
            return;
        }

        if (!tasks.TryGetValue(about.Instance, out var task))
        {
            tasks[about.Instance] = task = new RecordedTask(about.Task, about.Instance);
        }

        task.Take(about, own, State.LastSequence);
    }

    private void TakePause(IExecutionEvent item)
    {
        if (item is ExecutionSuspended suspended)
        {
            pauses.Add((suspended.SuspendedAt, null));
        }
        else if (item is ExecutionResumed resumed && pauses is [.., { To: null } last])
        {
            pauses[^1] = (last.From, resumed.ResumedAt);
        }
    }

    /// <summary>
    /// A fault travels outwards unchanged and is recorded at each task on its way. Nobody catches that of a task of the outermost list, so
    /// that the way back inwards along the same fault leads to the task that raised it.
    /// </summary>
    private string? FindFailed()
    {
        var faulted = tasks.Values.Where(t => t.Ended == TaskPhase.Faulted && t.LastSequence > 0).OrderByDescending(t => t.LastSequence).ToList();
        var failed = faulted.Find(t => t.Instance.Count(c => c == '/') == OutermostSegments);
        while (failed is not null
            && faulted.Find(t => t.LastSequence < failed.LastSequence && t.Fault == failed.Fault && IsAtOrAround(failed.Instance, t.Instance)) is { } inner)
        {
            failed = inner;
        }

        return failed?.Instance;
    }

    /// <summary>Whether the first instance is the second or encloses it.</summary>
    internal static bool IsAtOrAround(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] == '/');
}

/// <summary>What the journal says of one task instance.</summary>
internal sealed class RecordedTask(string task, string instance)
{
    public string Task => task;

    public string Instance => instance;

    public bool Created { get; private set; }

    public int Starts { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>Completed, Faulted or Cancelled; null while it is in flight.</summary>
    public TaskPhase? Ended { get; private set; }

    public Json Output { get; private set; } = Json.Null;

    /// <summary>The context after it, where it changed; null (the reference) else.</summary>
    public Json? Context { get; private set; }

    public string? Then { get; private set; }

    public Fault? Fault { get; private set; }

    /// <summary>Of an HTTP call: its idempotency key.</summary>
    public string? Key { get; private set; }

    /// <summary>Of a wait: when it ends.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>Of a listen: the events that it consumed.</summary>
    public ImmutableList<Json> Heard { get; private set; } = [];

    /// <summary>Of a try: the retries that were decided, by the attempt that failed.</summary>
    public Dictionary<int, RecordedRetry> Retries { get; private init; } = [];

    public long LastSequence { get; private set; }

    public bool IsInFlight => (Created || Starts > 0) && Ended is null;

    public RecordedTask Copy() => (RecordedTask)MemberwiseClone();

    public RecordedTask CopyOfRetries() => new(task, instance) { Retries = new Dictionary<int, RecordedRetry>(Retries) };

    public void Take(ITaskEvent about, JsonObject? own, long sequence)
    {
        LastSequence = sequence;
        switch (about)
        {
            case ExecutionTaskCreated:
                Created = true;
                Ended = null;
                break;
            case ExecutionTaskStarted e:
                Starts++;
                StartedAt ??= e.StartedAt;
                Key = (own?["key"] as JsonString)?.Value ?? Key;
                Ended = null;
                break;
            case ExecutionTaskSuspended e when own is not null && own["retry"] is JsonNumber attempt:
                Retries[(int)attempt.Value] = new RecordedRetry(e.Until ?? e.SuspendedAt, null, own["context"]);
                break;
            case ExecutionTaskSuspended e:
                Due = e.Until;
                break;
            case ExecutionTaskResumed when own is not null && own["event"] is { } heard:
                Heard = Heard.Add(heard);
                break;
            case ExecutionTaskRetried e when Retries.TryGetValue(e.Attempt - 1, out var retry):
                Retries[e.Attempt - 1] = retry with { BegunAt = e.RetriedAt };
                break;
            case ExecutionTaskCompleted e:
                Ended = TaskPhase.Completed;
                Output = own?["output"] ?? Reveal(e.Output) ?? Json.Null;
                Context = own?["context"] ?? Reveal(e.Context);
                Then = e.Then;
                break;
            case ExecutionTaskFaulted e:
                Ended = TaskPhase.Faulted;
                Fault = Read(e.Error, own);
                break;
            case ExecutionTaskCancelled:
                Ended = TaskPhase.Cancelled;
                break;
        }
    }

    /// <summary>The fault that an error event tells of, with what its private part knows unmasked.</summary>
    public static Fault Read(FaultError error, JsonObject? own)
    {
        var text = own ?? Reveal(error.Text) as JsonObject;
        return new Fault(error.Type, error.Status, (text?["title"] as JsonString)?.Value, (text?["detail"] as JsonString)?.Value, error.Instance);
    }

    private static Json? Reveal(Content? content) => content?.Reveal();
}

/// <param name="Due">When the next attempt may begin.</param>
/// <param name="BegunAt">When it began; null while it waits.</param>
/// <param name="Context">The context when the attempt had failed, where it changed.</param>
internal sealed record RecordedRetry(DateTimeOffset Due, DateTimeOffset? BegunAt, Json? Context);
