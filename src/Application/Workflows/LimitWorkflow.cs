using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Workflows;
using Marten;
using Wolverine;

namespace Jarvis.Application.Workflows;

/// <summary>How many runs of a workflow may be under way at once, on all devices together; those above it wait and say so.</summary>
/// <param name="AtOnce">Null for no limit.</param>
public sealed record LimitWorkflow(Guid WorkflowId, int? AtOnce) : Instruction
{
    public sealed class Validator : AbstractValidator<LimitWorkflow>
    {
        public Validator() => RuleFor(command => command.AtOnce).InclusiveBetween(1, RunLimits.MaxAtOnce);
    }
}

public static class LimitWorkflowHandler
{
    public static async Task<KeptAnswer> Handle(
        LimitWorkflow command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Workflow>(command.WorkflowId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } workflow || workflow.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, WorkflowRefusals.NotFound, cancellation);
        }

        var decision = workflow.Limit(command.AtOnce, envelope.Actor, await vault.SealText(workflow.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        if (decision.Events.Count > 0)
        {
            session.Store(new WorkflowRule(command.WorkflowId, workflow.OwnerId, command.AtOnce));
            await bus.PublishAsync(new CapacityChanged(workflow.OwnerId));
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
