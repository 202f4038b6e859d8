using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;
using Wolverine;
using Wolverine.Persistence.Durability;

namespace Jarvis.Application.Platform.Operations;

/// <summary>Throws messages that could not be handled away for good. Whoever asks has been checked to be an administrator.</summary>
public sealed record DiscardDeadLetters(IReadOnlyList<Guid> Ids) : Instruction
{
    public sealed class Validator : AbstractValidator<DiscardDeadLetters>
    {
        public Validator() => RuleFor(command => command.Ids).Must(DeadLetterLimits.Allow).WithMessage(DeadLetterLimits.Message);
    }
}

public static class DiscardDeadLettersHandler
{
    public static async Task<KeptAnswer> Handle(
        DiscardDeadLetters command, IDocumentSession session, IMessageContext bus, IMessageStore messages, Vault vault, TimeProvider clock,
        CancellationToken cancellation)
    {
        Guid[] ids = [.. command.Ids.Distinct()];
        if (!await DeadLetterLimits.AreThere(messages, ids, cancellation))
        {
            return await session.Refuse(command, OperationRefusals.DeadLetterNotFound, cancellation);
        }

        var actor = command.Envelope.Actor;
        var operation = Guid.CreateVersion7();
        session.Events.StartStream<Operation>(operation, new DeadLettersDiscarded(
            actor, ids, actor, clock.GetUtcNow(), await vault.SealText(actor, command.Envelope.Reason, cancellation)));
        await bus.PublishAsync(new SettleDeadLetters(ids, Again: false));
        return session.Answer(command, operation, version: 1);
    }
}
