using System.Collections.Immutable;
using System.Globalization;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>
/// Steps a definition through what a run recorded: expressions are evaluated anew, activities answer what they answered then, nothing is
/// done. It compares every task instance with the record and stops at the first difference. Branches and time-outs end as they
/// ended. What an activity gave before its output was transformed is not recorded, so its recorded output stands.
/// </summary>
public sealed class Rehearsal : IExecutionHost
{
    private readonly ImmutableDictionary<string, TaskState> told;
    private readonly Execution state;
    private readonly string? upTo;
    private readonly HashSet<string> holders = new(StringComparer.Ordinal);
    private readonly HashSet<string> visited = new(StringComparer.Ordinal);
    private readonly HashSet<string> begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> attempts = new(StringComparer.Ordinal);
    private readonly List<string> reached = [];
    private readonly List<(string Instance, TaskCompletionSource Rings)> alarms = [];
    private ReplayDifference? first;
    private string current = "";
    private int same;

    private Rehearsal(RecordedExecution recorded, string? upTo)
    {
        told = recorded.Told;
        state = recorded.State;
        this.upTo = upTo;
        Now = state.StartedAt ?? DateTimeOffset.UnixEpoch;
        foreach (var instance in told.Keys)
        {
            for (var cut = instance.LastIndexOf('/'); cut > 0 && holders.Add(instance[..cut]); cut = instance.LastIndexOf('/', cut - 1))
            {
            }
        }
    }

    public DateTimeOffset Now { get; private set; }

    /// <param name="recorded">What happened; with secrets masked, as it left the PC.</param>
    /// <param name="upTo">For a run that is to be continued: the instance at which it goes on. Null to step through to the end.</param>
    public static ReplayOutcome Of(Definition definition, RunFacts facts, RecordedExecution recorded, string? upTo = null)
    {
        // Secrets stand masked in the record, so they are that here.
        var masked = facts with { Secrets = definition.Use.Secrets.ToDictionary(name => name, _ => Json.Of(SecretMask.Mask), StringComparer.Ordinal) };
        var rehearsal = new Rehearsal(recorded, upTo);
        using var stop = new CancellationTokenSource();
        // Everything answers at once or not at all, so the walk has come as far as it can when it returns. A screen's context would defer what
        // follows an alarm.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var walk = new Walk(definition, masked, recorded.OnlyCorrections(), rehearsal, CancellationToken.None, stop.Token).Run();
            while (!walk.IsCompleted && rehearsal.first is null && rehearsal.RingInnermost())
            {
            }

            rehearsal.Conclude();
            stop.Cancel();
            if (walk.IsFaulted)
            {
                walk.GetAwaiter().GetResult();
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }

        return new ReplayOutcome(rehearsal.same, rehearsal.first, rehearsal.reached, recorded.Told.Values.Any(task => IsOutlined(task.Output) || IsOutlined(task.Context)));
    }

    public string NewId() => ReplayValues.IdOf(told.GetValueOrDefault(current)?.Arguments?.Reveal()) ?? "replayed";

    public async ValueTask Gate(string task, string instance, CancellationToken cancellation)
    {
        visited.Add(instance);
        current = instance;
        var then = told.GetValueOrDefault(instance);
        if (then is null && !holders.Contains(instance) && !(upTo is not null && upTo != instance && RecordedExecution.IsAtOrAround(instance, upTo)))
        {
            reached.Add(instance);
            await Rest(cancellation);
        }

        Now = then?.StartedAt ?? then?.CreatedAt ?? Now;
        if (then?.Task is { } pointer && pointer != task)
        {
            await Differ(new ReplayDifference("kind", task, instance, $"The run executed {pointer} here.", Json.Of(pointer), Json.Of(task)), cancellation);
        }

        if (then?.Phase == TaskPhase.Cancelled && !holders.Contains(instance))
        {
            await Rest(cancellation);
        }
    }

    public async ValueTask Record(IReadOnlyList<JournalEntry> entries, bool durable, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var (item, _) in entries)
        {
            if (item is not ITaskEvent about)
            {
                if (ReplayComparison.OfEnding(item, state) is { } end)
                {
                    await Differ(end, cancellation);
                }

                continue;
            }

            if (told.GetValueOrDefault(about.Instance) is not { } then)
            {
                continue;
            }

            if (item is ExecutionTaskCompleted or ExecutionTaskFaulted && then.Phase == TaskPhase.Cancelled)
            {
                await Rest(cancellation);
            }

            if (item is ExecutionTaskStarted)
            {
                begun.Add(about.Instance);
            }

            if (ReplayComparison.Of(about, then, begun.Contains(about.Instance)) is { } difference)
            {
                await Differ(difference, cancellation);
            }

            same += item is ExecutionTaskCompleted or ExecutionTaskFaulted ? 1 : 0;
        }
    }

    public Task<Json> Perform(Activity activity, CancellationToken cancellation) => Answer(activity.Task, activity.Instance, cancellation);

    public Task<Json> RunWorkflow(WorkflowReference reference, Json input, string task, string instance, CancellationToken cancellation) =>
        Answer(task, instance, cancellation);

    public async ValueTask Publish(Json cloudEvent, string task, string instance, CancellationToken cancellation) => await Answer(task, instance, cancellation);

    public IEventFeed Listen(string task, string instance) => throw new InvalidOperationException("A listening task answers as a whole.");

    public Task Until(DateTimeOffset due, string task, string instance, CancellationToken cancellation)
    {
        var then = told.GetValueOrDefault(instance);
        if (then?.Kind == "try")
        {
            var attempt = attempts[instance] = attempts.GetValueOrDefault(instance, 1) + 1;
            return attempt <= then.Attempt ? Task.CompletedTask : Rest(cancellation);
        }

        return then?.Phase == TaskPhase.Completed ? Task.CompletedTask : Rest(cancellation);
    }

    public void Log(LogSeverity severity, string text, string? instance)
    {
    }

    /// <summary>A limit of time that passes only where it passed.</summary>
    internal async Task Alarm(string instance, CancellationToken over)
    {
        var rings = new TaskCompletionSource();
        alarms.Add((instance, rings));
        await using var registration = over.Register(() => rings.TrySetCanceled(over));
        await rings.Task;
    }

    /// <summary>The output of a task whose result came from outside; null for one that computes its own.</summary>
    internal Json? OutputOf(TaskDefinition task, string instance) =>
        task is TaskDefinition.CallHttp or TaskDefinition.CallOpenApi or TaskDefinition.Listen or TaskDefinition.CallFunction or TaskDefinition.RunShell
            or TaskDefinition.RunWorkflow
            && told.GetValueOrDefault(instance) is { Phase: TaskPhase.Completed, Output: { } output }
            ? output.Reveal()
            : null;

    /// <summary>
    /// The branches of a fork, last the one that ended the others: here each answers at once, and it would do so before they gave what they had given
    /// by then.
    /// </summary>
    internal IEnumerable<int> OrderOf(string[] branches, bool compete)
    {
        var ending = compete ? TaskPhase.Completed : TaskPhase.Faulted;
        return Enumerable.Range(0, branches.Length).OrderBy(i => told.GetValueOrDefault(branches[i])?.Phase == ending);
    }

    /// <summary>What a person settled by hand.</summary>
    internal MarkedDone? DoneByHand(string instance) =>
        told.GetValueOrDefault(instance) is { By: { } by, Output: { } output } ? new MarkedDone(instance, output.Reveal() ?? Json.Null, by) : null;

    /// <summary>
    /// Tasks that talk with others more than once (events, tokens and documents that a call needs first) answer as a whole, unevaluated;
    /// null for any other.
    /// </summary>
    internal Task<Step>? Whole(TaskDefinition task, string instance, CancellationToken cancellation)
    {
        if (task is not (TaskDefinition.Listen or TaskDefinition.CallOpenApi or TaskDefinition.CallHttp { Call.Authentication: Authentication.OAuth2 or Authentication.FromSecret }))
        {
            return null;
        }

        begun.Add(instance);
        visited.UnionWith(told.Keys.Where(other => other.StartsWith(instance + "/", StringComparison.Ordinal)));
        return Take();

        async Task<Step> Take() => new(await Answer(task.Pointer, instance, cancellation), null);
    }

    private async Task<Json> Answer(string task, string instance, CancellationToken cancellation)
    {
        var then = told.GetValueOrDefault(instance);
        if (then is { Starts: 0 } or { Phase: TaskPhase.Skipped })
        {
            var how = then.Phase == TaskPhase.Skipped ? "skipped this task" : "failed before this task did anything";
            await Differ(new ReplayDifference("done", task, instance, $"The run {how}; it would now be done.", null, null), cancellation);
        }

        if (then is { Phase: TaskPhase.Faulted, Error: { } error })
        {
            throw new WorkflowFaultException(RecordedTask.Read(error, null));
        }

        if (then is not { Phase: TaskPhase.Completed })
        {
            await Rest(cancellation);
        }

        return then!.Output?.Reveal() ?? Json.Null;
    }

    private async Task Differ(ReplayDifference difference, CancellationToken cancellation)
    {
        first ??= difference;
        await Rest(cancellation);
    }

    /// <summary>Comes to nothing: what follows was not recorded, or was over before it came.</summary>
    private static async Task Rest(CancellationToken cancellation)
    {
        var never = new TaskCompletionSource();
        await using var registration = cancellation.Register(() => never.TrySetCanceled(cancellation));
        await never.Task;
    }

    /// <summary>Lets the innermost limit pass whose task is recorded as over though nothing goes on within it.</summary>
    private bool RingInnermost()
    {
        var index = alarms.FindLastIndex(alarm => !alarm.Rings.Task.IsCompleted
            && told.GetValueOrDefault(alarm.Instance) is null or { Phase: TaskPhase.Completed or TaskPhase.Faulted }
            && (alarm.Instance.Length > 0 || state.Phase == ExecutionPhase.Faulted));
        if (index < 0)
        {
            return false;
        }

        var (_, rings) = alarms[index];
        alarms.RemoveAt(index);
        rings.TrySetResult();
        return true;
    }

    private void Conclude()
    {
        if (first is not null)
        {
            return;
        }

        var left = told.Values.Where(task => !visited.Contains(task.Instance) && !IsWithinCancelled(task.Instance)).OrderBy(task => task.LastSequence).FirstOrDefault();
        var ended = upTo is null && state.Phase is ExecutionPhase.Completed or ExecutionPhase.Faulted;
        if (reached.Find(instance => (left is not null || ended) && !IsUnbegunBranch(instance) && !IsWithinCancelled(instance)) is { } added)
        {
            first = new ReplayDifference("added", PointerOf(added), added, "It would be done here; the run did not do it.", null, null);
        }
        else if (left is not null)
        {
            first = new ReplayDifference("missing", left.Task, left.Instance, "The run did this; it would not be reached any more.", null, null);
        }
    }

    /// <summary>A branch of a fork that had been decided before the branch began.</summary>
    private static bool IsUnbegunBranch(string instance)
    {
        var parts = instance.Split('/');
        return parts.Length > 4 && parts[^3] == "branches" && parts[^4] == "fork";
    }

    private bool IsWithinCancelled(string instance)
    {
        for (var cut = instance.LastIndexOf('/'); cut > 0; cut = instance.LastIndexOf('/', cut - 1))
        {
            if (told.GetValueOrDefault(instance[..cut])?.Phase == TaskPhase.Cancelled)
            {
                return true;
            }
        }

        return told.GetValueOrDefault(instance)?.Phase == TaskPhase.Cancelled;
    }

    /// <summary>The pointer of an instance: without the marks of its repetitions.</summary>
    private static string PointerOf(string instance) => string.Join('/', instance.Split('/').Select(part =>
        part.LastIndexOf('@') is var at and > 0 && int.TryParse(part.AsSpan(at + 1), CultureInfo.InvariantCulture, out _) ? part[..at] : part));

    private static bool IsOutlined(Platform.Content? content) => content?.Reveal() is { } value && ReplayValues.HasBlob(value);
}
