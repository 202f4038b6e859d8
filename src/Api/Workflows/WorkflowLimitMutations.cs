using GraphQL;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Application.Workflows;

namespace Jarvis.Api.Workflows;

public sealed record LimitWorkflowInput : MutationInput
{
    public required Guid WorkflowId { get; init; }

    /// <summary>Runs that may be under way at once, on all devices together; null for no limit.</summary>
    public int? AtOnce { get; init; }
}

/// <summary>A workflow, by its id.</summary>
public sealed record WorkflowReference(Guid Id);

[Implements(typeof(IPayload))]
public sealed record WorkflowLimitPayload(Position Position, WorkflowReference Workflow) : IPayload;

/// <summary>How many runs of a workflow may be under way at once.</summary>
public sealed class WorkflowLimitMutations
{
    public static async Task<WorkflowLimitPayload> LimitWorkflow(IResolveFieldContext context, LimitWorkflowInput input) => new(
        new Position((await context.Give(input, new LimitWorkflow(input.WorkflowId, input.AtOnce))).Position), new WorkflowReference(input.WorkflowId));
}
