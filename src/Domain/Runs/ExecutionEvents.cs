using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Runs;

/// <summary>
/// What the PC did: the events of a run's <c>Execution</c> stream. The runner numbers them from 1 without a gap;
/// that number is the stream's version on the server. Times are the PC's own clock (occurred).
/// On the wire each is a CloudEvent whose type is the <see cref="EventNameAttribute"/> and whose data is the record itself
/// in camelCase, plus the DSL's <c>workflow</c> (qualified name); in the store its <see cref="Content"/> is sealed.
/// </summary>
public interface IExecutionEvent;

/// <summary>An event about one task instance.</summary>
public interface ITaskEvent : IExecutionEvent
{
    /// <summary>JSON Pointer of the task in the definition, such as <c>/do/1/initialize</c>.</summary>
    string Task { get; }

    /// <summary>
    /// Which execution of that task, unique in the run: the pointer with an <c>@n</c> behind every segment that repeats
    /// (iterations of <c>for</c>, attempts of <c>try</c>, revisits by a flow directive; the first visit has none).
    /// </summary>
    string Instance { get; }
}

/// <summary>What the DSL calls a workflow definition reference.</summary>
public sealed record DefinitionReference(string Namespace, string Name, string Version);

/// <summary>An error of the DSL (RFC 9457). Type, status and instance are clear; title and detail may be personal.</summary>
/// <param name="Instance">JSON Pointer of the task that raised it; null outside any task.</param>
/// <param name="Text">An object with <c>title</c> and <c>detail</c>.</param>
public sealed record FaultError(string Type, int Status, string? Instance, Content? Text);

/// <summary>Where a run that began on the PC got its definition from.</summary>
/// <param name="DefinitionHash">SHA-256 of the source text, lower-case hex.</param>
/// <param name="Definition">The source text (YAML or JSON) as a JSON string.</param>
public sealed record LocalDefinition(string DefinitionHash, Content Definition);

/// <summary>The engine took the run up for the first time. As all of <c>io.serverlessworkflow</c> it is an event of the DSL (dsl.md, Lifecycle Events).</summary>
[EventName("io.serverlessworkflow.workflow.started.v1")]
public sealed record ExecutionStarted(
    string Name, DefinitionReference Definition, DateTimeOffset StartedAt, Content? Input, LocalDefinition? Local, Guid? ContinuesRunId) : IExecutionEvent;

/// <summary>No further task begins until it is resumed.</summary>
[EventName("io.serverlessworkflow.workflow.suspended.v1")]
public sealed record ExecutionSuspended(string Name, DateTimeOffset SuspendedAt) : IExecutionEvent;

/// <summary>It goes on after a pause.</summary>
[EventName("io.serverlessworkflow.workflow.resumed.v1")]
public sealed record ExecutionResumed(string Name, DateTimeOffset ResumedAt) : IExecutionEvent;

/// <summary>It was ended because somebody asked for it.</summary>
[EventName("io.serverlessworkflow.workflow.cancelled.v1")]
public sealed record ExecutionCancelled(string Name, DateTimeOffset CancelledAt) : IExecutionEvent;

/// <summary>It ended by an error that nothing in the definition caught.</summary>
[EventName("io.serverlessworkflow.workflow.faulted.v1")]
public sealed record ExecutionFaulted(string Name, DateTimeOffset FaultedAt, FaultError Error) : IExecutionEvent;

/// <summary>It came to its end.</summary>
[EventName("io.serverlessworkflow.workflow.completed.v1")]
public sealed record ExecutionCompleted(string Name, DateTimeOffset CompletedAt, Content? Output) : IExecutionEvent;

/// <summary>The walk came to a task: one instance of it, an iteration or a revisit.</summary>
/// <param name="Name">The task's name in its list.</param>
/// <param name="Kind">The DSL's task kind: call, do, emit, for, fork, listen, raise, run, set, switch, try, wait.</param>
[EventName("io.serverlessworkflow.task.created.v1")]
public sealed record ExecutionTaskCreated(string Task, string Instance, string Name, string Kind, DateTimeOffset CreatedAt) : ITaskEvent;

/// <summary>From here on it may have an effect; on disk before it has.</summary>
/// <param name="Arguments">Of a call or a process: what it was called with, evaluated, secrets masked.</param>
[EventName("io.serverlessworkflow.task.started.v1")]
public sealed record ExecutionTaskStarted(string Task, string Instance, DateTimeOffset StartedAt, Content? Arguments) : ITaskEvent;

/// <summary>It waits for an instant, or for events.</summary>
/// <param name="Until">When a wait ends, where it is known.</param>
[EventName("io.serverlessworkflow.task.suspended.v1")]
public sealed record ExecutionTaskSuspended(string Task, string Instance, DateTimeOffset SuspendedAt, DateTimeOffset? Until) : ITaskEvent;

/// <summary>It waits no longer.</summary>
[EventName("io.serverlessworkflow.task.resumed.v1")]
public sealed record ExecutionTaskResumed(string Task, string Instance, DateTimeOffset ResumedAt) : ITaskEvent;

/// <summary>Its <c>try</c> begins again after an error.</summary>
/// <param name="Attempt">Number of the attempt that now begins; the first retry is 2.</param>
[EventName("io.serverlessworkflow.task.retried.v1")]
public sealed record ExecutionTaskRetried(string Task, string Instance, DateTimeOffset RetriedAt, int Attempt) : ITaskEvent;

/// <summary>It was ended by what is around it: the run, a time-out, a branch that was faster.</summary>
[EventName("io.serverlessworkflow.task.cancelled.v1")]
public sealed record ExecutionTaskCancelled(string Task, string Instance, DateTimeOffset CancelledAt) : ITaskEvent;

/// <summary>It failed; what is around it may catch that.</summary>
[EventName("io.serverlessworkflow.task.faulted.v1")]
public sealed record ExecutionTaskFaulted(string Task, string Instance, DateTimeOffset FaultedAt, FaultError Error) : ITaskEvent;

/// <summary>It is finished and never performed again.</summary>
/// <param name="Output">The transformed output.</param>
/// <param name="Context">The exported context, where the task's <c>export</c> changed it.</param>
/// <param name="Then">The flow directive that applies (also the case a switch chose), where it is not <c>continue</c>.</param>
/// <param name="By">Who marked it done by hand, where a person did so instead of the engine.</param>
[EventName("io.serverlessworkflow.task.completed.v1")]
public sealed record ExecutionTaskCompleted(
    string Task, string Instance, DateTimeOffset CompletedAt, Content? Output, Content? Context, string? Then, Guid? By) : ITaskEvent;

/// <summary>How far the run is, told at most once a second.</summary>
/// <param name="Percent">0 to 99 while running.</param>
/// <param name="Current">Pointers of the tasks that are executing.</param>
[EventName("ai.jarvis.run.progress.v1")]
public sealed record ExecutionProgressed(int Percent, IReadOnlyList<string> Current, DateTimeOffset At) : IExecutionEvent;

/// <summary>Levels of a log line, least first.</summary>
public enum LogSeverity { Debug, Info, Warning, Error }

/// <summary>What is known of a line of the log beside its text.</summary>
public sealed record LogLine(DateTimeOffset At, LogSeverity Severity, string? Instance);

/// <summary>Lines that the run wrote, gathered for a moment.</summary>
/// <param name="Lines">When, how grave and by which task instance; in order.</param>
/// <param name="Texts">A JSON array of strings, one for each line.</param>
[EventName("ai.jarvis.run.log.v1")]
public sealed record ExecutionLogged(IReadOnlyList<LogLine> Lines, Content Texts) : IExecutionEvent;

/// <summary>
/// The variables that one task changed: <c>output</c> is what it handed on, <c>context</c> what it exported. A value over
/// the blob limit stands as <c>{"$blob":{"hash","size","type"}}</c>; a secret one as <c>"***"</c>.
/// </summary>
/// <param name="Changed">An object: changed name to its new value.</param>
/// <param name="Removed">A JSON array of names that are gone; null for none.</param>
[EventName("ai.jarvis.run.variables.v1")]
public sealed record ExecutionVariablesChanged(string Task, string Instance, DateTimeOffset At, Content Changed, Content? Removed) : ITaskEvent;

/// <summary>What an attached blob is to its task.</summary>
public enum BlobPurpose { Screenshot, File }

/// <summary>Content that belongs to a task and is no value of it: a picture of the screen, a file.</summary>
/// <param name="Task">Null where it belongs to the run as a whole.</param>
/// <param name="At">When it was taken.</param>
[EventName("ai.jarvis.run.blob.v1")]
public sealed record ExecutionBlobAttached(string? Task, string? Instance, DateTimeOffset At, BlobReference Blob, BlobPurpose Purpose) : IExecutionEvent;

/// <summary>What a person can ask of a run that a PC has.</summary>
public enum ControlKind { Pause, Resume, Cancel }

/// <summary>The PC has the control and is about to act on it.</summary>
[EventName("ai.jarvis.run.control.acknowledged.v1")]
public sealed record ExecutionControlAcknowledged(Guid ControlId, ControlKind Kind, DateTimeOffset At) : IExecutionEvent;

/// <summary>The PC did what was asked, or says why it could not.</summary>
/// <param name="Outcome">Null when it took effect; else why it could not (such as <c>run.ended</c>).</param>
[EventName("ai.jarvis.run.control.effective.v1")]
public sealed record ExecutionControlTookEffect(Guid ControlId, ControlKind Kind, DateTimeOffset At, string? Outcome) : IExecutionEvent;
