using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>Which of the waiting runs goes first, changed for one that waits. One that a device has is refused.</summary>
public sealed record ChangeRunPriority(Guid RunId, RunPriority Priority) : Instruction
{
    public sealed class Validator : AbstractValidator<ChangeRunPriority>
    {
        public Validator() => RuleFor(command => command.Priority).IsInEnum();
    }
}

public static class ChangeRunPriorityHandler
{
    public static async Task<KeptAnswer> Handle(
        ChangeRunPriority command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Run>(command.RunId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } run || run.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, RunRefusals.NotFound, cancellation);
        }

        var decision = run.ChangePriority(command.Priority, envelope.Actor, await vault.SealText(run.OwnerId, envelope.Reason, cancellation), clock.GetUtcNow());
        if (decision.Events.Count > 0)
        {
            // The run itself first, so that its conversation knows of it; then whoever else it let before it.
            await bus.PublishAsync(new RetryDispatch(run.OwnerId, command.RunId));
            await bus.PublishAsync(new CapacityChanged(run.OwnerId));
        }

        return await session.Settle(command, stream, decision, cancellation);
    }
}
