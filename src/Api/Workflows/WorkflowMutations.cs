using GraphQL;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Workflows;

namespace Jarvis.Api.Workflows;

public sealed record PublishWorkflowInput : MutationInput
{
    /// <summary>The definition, YAML or JSON.</summary>
    public required string Source { get; init; }
}

public sealed record DisableWorkflowInput : MutationInput
{
    public required Guid WorkflowId { get; init; }
}

public sealed record EnableWorkflowInput : MutationInput
{
    public required Guid WorkflowId { get; init; }
}

public sealed record ClassifyWorkflowInput : MutationInput
{
    public required Guid WorkflowId { get; init; }

    /// <summary>Null for what the document says, empty for none.</summary>
    public string? Category { get; init; }

    /// <summary>Null for what the document says, empty for none.</summary>
    public IEnumerable<string>? Tags { get; init; }
}

public sealed record FavouriteWorkflowInput : MutationInput
{
    public required Guid WorkflowId { get; init; }
}

public sealed record UnfavouriteWorkflowInput : MutationInput
{
    public required Guid WorkflowId { get; init; }
}

/// <summary>The workflow and the revision that was current once the instruction was carried out.</summary>
public sealed record PublishedWorkflow(Guid Id, string Namespace, string Name, int Revision, bool Disabled);

[Implements(typeof(IPayload))]
public sealed record WorkflowPayload(Position Position, PublishedWorkflow Workflow) : IPayload;

/// <summary>What people can do with workflows.</summary>
public sealed class WorkflowMutations
{
    /// <summary>The first text of a name makes the workflow, another the next revision, the same none. Problems come located, in <c>extensions.problems</c>.</summary>
    public static async Task<WorkflowPayload> PublishWorkflow(IResolveFieldContext context, PublishWorkflowInput input) =>
        await Payload(context, await context.Give(input, new PublishWorkflow(input.Source)));

    public static async Task<WorkflowPayload> DisableWorkflow(IResolveFieldContext context, DisableWorkflowInput input) =>
        await Payload(context, await context.Give(input, new DisableWorkflow(input.WorkflowId)));

    public static async Task<WorkflowPayload> EnableWorkflow(IResolveFieldContext context, EnableWorkflowInput input) =>
        await Payload(context, await context.Give(input, new EnableWorkflow(input.WorkflowId)));

    /// <summary>Says where a workflow belongs, over what its document says; null gives a part back to the document.</summary>
    public static async Task<WorkflowPayload> ClassifyWorkflow(IResolveFieldContext context, ClassifyWorkflowInput input) =>
        await Payload(context, await context.Give(input, new ClassifyWorkflow(input.WorkflowId, input.Category, input.Tags?.ToList())));

    /// <summary>The caller wants it at hand. Said twice, it is the same.</summary>
    public static async Task<WorkflowPayload> FavouriteWorkflow(IResolveFieldContext context, FavouriteWorkflowInput input) =>
        await Payload(context, await context.Give(input, new FavouriteWorkflow(input.WorkflowId)));

    public static async Task<WorkflowPayload> UnfavouriteWorkflow(IResolveFieldContext context, UnfavouriteWorkflowInput input) =>
        await Payload(context, await context.Give(input, new UnfavouriteWorkflow(input.WorkflowId)));

    // Told from the stream itself, which the instruction has just written; the view may be a moment behind.
    private static async Task<WorkflowPayload> Payload(IResolveFieldContext context, Application.Platform.Answer answer)
    {
        var events = await context.Service<RecordedEvents>().OfStreams([answer.Stream!.Value], answer.Position, context.CancellationToken);
        var workflow = events.Aggregate((Workflow?)null, (state, e) => Workflow.Evolve(state, e.Data))!;
        return new WorkflowPayload(
            new Position(answer.Position),
            new PublishedWorkflow(answer.Stream.Value, workflow.Namespace, workflow.Name, workflow.Latest.Number, workflow.IsDisabled));
    }
}
