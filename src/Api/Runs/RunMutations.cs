using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

public sealed record StartRunInput : MutationInput
{
    /// <summary>Or the workflow's name; one of the two.</summary>
    public Guid? WorkflowId { get; init; }

    public string? WorkflowName { get; init; }

    /// <summary>The latest by default.</summary>
    public int? Revision { get; init; }

    public Json? Input { get; init; }

    /// <summary>Any of the person's devices by default.</summary>
    public Guid? DeviceId { get; init; }

    /// <summary>Normal by default.</summary>
    public RunPriority? Priority { get; init; }
}

public sealed record PauseRunInput : MutationInput
{
    public required Guid RunId { get; init; }
}

public sealed record ResumeRunInput : MutationInput
{
    public required Guid RunId { get; init; }
}

public sealed record CancelRunInput : MutationInput
{
    public required Guid RunId { get; init; }

    /// <summary>How long its processes may take to end by themselves; 0 kills them at once.</summary>
    public int? GraceSeconds { get; init; }
}

public sealed record ChangeRunPriorityInput : MutationInput
{
    public required Guid RunId { get; init; }

    public required RunPriority Priority { get; init; }
}

/// <summary>Marks the failed task done by hand.</summary>
public sealed record MarkDoneInput
{
    public required Json Output { get; init; }
}

public sealed record RetryRunInput : MutationInput
{
    public required Guid RunId { get; init; }

    public required RetryStart From { get; init; }

    public MarkDoneInput? MarkDone { get; init; }

    /// <summary>Corrected: the run's input from the start, the failed task's from there; as it was by default.</summary>
    public Json? Input { get; init; }

    /// <summary>The one that ran by default. From a failed task the newest only where it goes the way that was gone.</summary>
    public RetryRevision? Revision { get; init; }

    /// <summary>From the start only; as asked for then by default.</summary>
    public Guid? DeviceId { get; init; }
}

public sealed record LookAtRunsInput : MutationInput
{
    /// <summary>One to a hundred of the person's own.</summary>
    public required IEnumerable<Guid> RunIds { get; init; }
}

[Implements(typeof(IPayload))]
public sealed record LookAtRunsPayload(Position Position) : IPayload;

/// <summary>The run that a mutation made or turned to; read it with atLeast, or follow it.</summary>
[Implements(typeof(IPayload))]
public sealed record RunPayload(Position Position, RunReference Run) : IPayload;

/// <summary>A control by its id; its phases are events of the run.</summary>
public sealed record ControlReference(Guid Id);

/// <param name="Control">Null where the run ended at once because no device had it.</param>
[Implements(typeof(IPayload))]
public sealed record RunControlPayload(Position Position, RunReference Run, ControlReference? Control) : IPayload;

/// <summary>What people can do with runs.</summary>
public sealed class RunMutations
{
    public static async Task<RunPayload> StartRun(IResolveFieldContext context, StartRunInput input)
    {
        var answer = await context.Give(input, new RequestRun(input.WorkflowId, input.WorkflowName, input.Revision, input.Input, input.DeviceId, RunTrigger.Manual, input.Priority ?? RunPriority.Normal));
        return new RunPayload(new Position(answer.Position), new RunReference(answer.Stream!.Value));
    }

    public static Task<RunControlPayload> PauseRun(IResolveFieldContext context, PauseRunInput input) =>
        Control(context, input, input.RunId, new PauseRun(input.RunId));

    public static Task<RunControlPayload> ResumeRun(IResolveFieldContext context, ResumeRunInput input) =>
        Control(context, input, input.RunId, new ResumeRun(input.RunId));

    public static Task<RunControlPayload> CancelRun(IResolveFieldContext context, CancelRunInput input) =>
        Control(context, input, input.RunId, new CancelRun(input.RunId, input.GraceSeconds ?? RunLimits.DefaultGraceSeconds));

    /// <summary>Which of the waiting runs goes first. Refused once a device has the run.</summary>
    public static async Task<RunPayload> ChangeRunPriority(IResolveFieldContext context, ChangeRunPriorityInput input)
    {
        var answer = await context.Give(input, new ChangeRunPriority(input.RunId, input.Priority));
        return new RunPayload(new Position(answer.Position), new RunReference(input.RunId));
    }

    public static async Task<RunPayload> RetryRun(IResolveFieldContext context, RetryRunInput input)
    {
        var answer = await context.Give(input, new RetryRun(
            input.RunId, input.From, input.MarkDone?.Output, input.DeviceId, input.Input, input.Revision ?? RetryRevision.Original));
        return new RunPayload(new Position(answer.Position), new RunReference(answer.Stream!.Value));
    }

    /// <summary>Takes runs off what needs the person: what was wrong with them was looked at. Those that need nobody are left as they are.</summary>
    public static async Task<LookAtRunsPayload> LookAtRuns(IResolveFieldContext context, LookAtRunsInput input) =>
        new(new Position((await context.Give(input, new LookAtRuns([.. input.RunIds]))).Position));

    private static async Task<RunControlPayload> Control<T>(IResolveFieldContext context, MutationInput input, Guid runId, T instruction)
        where T : Application.Platform.Instruction
    {
        var answer = await context.Give(input, instruction);
        return new RunControlPayload(
            new Position(answer.Position), new RunReference(runId), answer.Subject is { } control ? new ControlReference(control) : null);
    }
}
