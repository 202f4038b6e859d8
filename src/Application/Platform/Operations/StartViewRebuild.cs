using Jarvis.Domain.Platform;
using Marten;
using Wolverine;

namespace Jarvis.Application.Platform.Operations;

/// <summary>Makes a view anew beside the one that is read. Whoever asks has been checked to be an administrator.</summary>
public sealed record StartViewRebuild(string View) : Instruction;

/// <summary>The start was recorded: fold.</summary>
public sealed record BeginViewRebuild(string View, Guid OperationId);

public static class StartViewRebuildHandler
{
    public static async Task<KeptAnswer> Handle(
        StartViewRebuild command, IDocumentSession session, IMessageContext bus, IViewRebuilds rebuilds, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        if (rebuilds.WhyNotBegin(command.View) is { } refusal)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        var actor = command.Envelope.Actor;
        var operation = Guid.CreateVersion7();
        session.Events.StartStream<Operation>(operation, new ViewRebuildStarted(
            actor, command.View, actor, clock.GetUtcNow(), await vault.SealText(actor, command.Envelope.Reason, cancellation)));
        await bus.PublishAsync(new BeginViewRebuild(command.View, operation));
        return session.Answer(command, operation, version: 1);
    }
}

public static class BeginViewRebuildHandler
{
    public static void Handle(BeginViewRebuild message, IViewRebuilds rebuilds) => rebuilds.Begin(message.View, message.OperationId);
}
