using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using Marten;

namespace Jarvis.Application.Workflows;

/// <summary>Says where a workflow belongs, whatever its document says.</summary>
/// <param name="Category">Null for what the document says, empty for none.</param>
/// <param name="Tags">Null for what the document says, empty for none.</param>
public sealed record ClassifyWorkflow(Guid WorkflowId, string? Category, IReadOnlyList<string>? Tags) : Instruction;

public static class ClassifyWorkflowHandler
{
    public static async Task<KeptAnswer> Handle(
        ClassifyWorkflow command, IDocumentSession session, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var reason = await vault.SealText(envelope.Owner, envelope.Reason, cancellation);
        return await WorkflowSwitch.Turn(
            command, command.WorkflowId, session, workflow => workflow.Classify(command.Category, command.Tags, envelope.Actor, reason, clock.GetUtcNow()), cancellation);
    }
}
