using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using Marten;

namespace Jarvis.Application.Workflows;

/// <summary>Whoever asks wants it at hand.</summary>
public sealed record FavouriteWorkflow(Guid WorkflowId) : Instruction;

/// <summary>Whoever asks does not want it at hand any more.</summary>
public sealed record UnfavouriteWorkflow(Guid WorkflowId) : Instruction;

public static class FavouriteWorkflowHandler
{
    public static Task<KeptAnswer> Handle(FavouriteWorkflow command, IDocumentSession session, TimeProvider clock, CancellationToken cancellation) =>
        WorkflowSwitch.Turn(command, command.WorkflowId, session, workflow => workflow.Favour(command.Envelope.Actor, clock.GetUtcNow()), cancellation);
}

public static class UnfavouriteWorkflowHandler
{
    public static Task<KeptAnswer> Handle(UnfavouriteWorkflow command, IDocumentSession session, TimeProvider clock, CancellationToken cancellation) =>
        WorkflowSwitch.Turn(command, command.WorkflowId, session, workflow => workflow.Unfavour(command.Envelope.Actor, clock.GetUtcNow()), cancellation);
}
