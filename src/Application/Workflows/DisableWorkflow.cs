using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows;
using Marten;

namespace Jarvis.Application.Workflows;

/// <summary>No new run of it may be requested.</summary>
public sealed record DisableWorkflow(Guid WorkflowId) : Instruction;

/// <summary>It may run again.</summary>
public sealed record EnableWorkflow(Guid WorkflowId) : Instruction;

public static class DisableWorkflowHandler
{
    public static async Task<KeptAnswer> Handle(
        DisableWorkflow command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var reason = await vault.SealText(command.Envelope.Owner, command.Envelope.Reason, cancellation);
        return await WorkflowSwitch.Turn(
            command, command.WorkflowId, session, workflow => workflow.Disable(command.Envelope.Actor, reason, clock.GetUtcNow()), cancellation);
    }
}

public static class EnableWorkflowHandler
{
    public static async Task<KeptAnswer> Handle(
        EnableWorkflow command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var reason = await vault.SealText(command.Envelope.Owner, command.Envelope.Reason, cancellation);
        return await WorkflowSwitch.Turn(
            command, command.WorkflowId, session, workflow => workflow.Enable(command.Envelope.Actor, reason, clock.GetUtcNow()), cancellation);
    }
}

internal static class WorkflowSwitch
{
    public static async Task<KeptAnswer> Turn(
        Instruction command, Guid workflowId, IDocumentSession session, Func<Workflow, Decision> decide, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Workflow>(workflowId, cancellation);
        return stream.Aggregate is { } workflow && workflow.OwnerId == command.Envelope.Owner
            ? await session.Settle(command, stream, decide(workflow), cancellation)
            : await session.Refuse(command, WorkflowRefusals.NotFound, cancellation);
    }
}
