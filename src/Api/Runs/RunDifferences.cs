using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>What one of two runs did at a task instance.</summary>
public sealed record RunTaskSide(
    TaskPhase Phase, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, double? DurationSeconds, int Attempts, Json? Arguments, Json? Output, RunError? Error)
{
    internal static RunTaskSide? Of(TaskState? task) => task is null ? null : new RunTaskSide(
        task.Phase, task.StartedAt, task.EndedAt, task is { StartedAt: { } from, EndedAt: { } to } ? Math.Max(0, (to - from).TotalSeconds) : null, task.Attempt,
        Revealed.Value(task.Arguments), Revealed.Value(task.Output), RunError.Of(task.Error));
}

/// <param name="Differs">Which of presence, phase, arguments, output, context, next and error are not the same; empty for none.</param>
public sealed record RunTaskPair(string Instance, string Task, string? Name, RunTaskSide? Left, RunTaskSide? Right, IEnumerable<string> Differs);

public sealed record RunVariableDifference(string Name, Json? Left, Json? Right);

/// <summary>The first event at which the runs part; a sequence is null where that run has none there.</summary>
public sealed record RunFirstDifference(int? LeftSequence, int? RightSequence, string Type, string? Instance);

/// <summary>Two runs of one workflow side by side. Times, progress, log and controls are no difference.</summary>
/// <param name="First">Null where they did the same.</param>
/// <param name="TaskCount">Task instances of either run; <c>tasks</c> are the first of them, or of those that differ.</param>
public sealed record RunDifference(
    RunReference Left, RunReference Right, bool SameDefinition, RunFirstDifference? First, int TaskCount, int DifferingCount, IEnumerable<RunTaskPair> Tasks,
    IEnumerable<RunVariableDifference> Variables);

/// <summary>Holding runs against each other.</summary>
public sealed class RunDifferenceQueries
{
    /// <summary>Events of each run that are compared.</summary>
    private const int MaxEvents = 20_000;

    /// <summary>The most tasks that one answer shows.</summary>
    private const int MaxTasks = 1_000;

    private const int DefaultTasks = 200;

    private static readonly Refusal OtherWorkflow = new("run.other_workflow", "The runs are of two workflows; only runs of the same one are compared.", "right");
    private static readonly Refusal TooLong = new("run.too_long", $"A run with more than {MaxEvents} events is not compared here; export both and compare the files.");

    /// <param name="differing">Only tasks that differ.</param>
    public static async Task<RunDifference> RunDifference(IResolveFieldContext context, Guid left, Guid right, Position? atLeast, int? first, bool differing = true)
    {
        var point = await context.Service<ReadPoints>().Settle(RunsView.Name, null, atLeast, context.CancellationToken);
        var rows = (await context.Service<RunList>().ById(context.Caller(), [left, right], point, context.CancellationToken))
            .Where(row => row.OwnerId == context.Caller().AccountId).ToDictionary(row => row.RunId);
        if (!rows.TryGetValue(left, out var a) || !rows.TryGetValue(right, out var b))
        {
            throw new RefusalError(RunRefusals.NotFound);
        }

        if ((a.Namespace, a.WorkflowName) != (b.Namespace, b.WorkflowName))
        {
            throw new RefusalError(OtherWorkflow);
        }

        var difference = ExecutionDifference.Of(await Events(context, left), await Events(context, right));
        var pairs = difference.Tasks.Where(pair => !differing || pair.Differs.Count > 0).Take(Math.Clamp(first ?? DefaultTasks, 1, MaxTasks));
        return new RunDifference(
            new RunReference(left), new RunReference(right), a.DefinitionHash == b.DefinitionHash,
            difference.First is { } parts ? new RunFirstDifference((int?)parts.LeftSequence, (int?)parts.RightSequence, parts.Type, parts.Instance) : null,
            difference.Tasks.Count, difference.Tasks.Count(pair => pair.Differs.Count > 0),
            [.. pairs.Select(pair => new RunTaskPair(
                pair.Instance, (pair.Left ?? pair.Right)!.Task, (pair.Left ?? pair.Right)!.Name, RunTaskSide.Of(pair.Left), RunTaskSide.Of(pair.Right), pair.Differs))],
            [.. difference.Variables.Select(variable => new RunVariableDifference(variable.Name, variable.Left, variable.Right))]);
    }

    private static async Task<IReadOnlyList<IExecutionEvent>> Events(IResolveFieldContext context, Guid run)
    {
        var recorded = context.Service<RecordedEvents>();
        var events = await recorded.After(StreamIds.Execution(run), 0, null, MaxEvents + 1, context.CancellationToken);
        return events.Count > MaxEvents
            ? throw new RefusalError(TooLong)
            : [.. (await recorded.Unseal(events, context.CancellationToken)).Select(e => (IExecutionEvent)e.Data)];
    }
}
