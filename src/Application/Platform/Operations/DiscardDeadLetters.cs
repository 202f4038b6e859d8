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
    public static Task<KeptAnswer> Handle(
        DiscardDeadLetters command, IDocumentSession session, IMessageContext bus, IMessageStore messages, Vault vault, TimeProvider clock,
        CancellationToken cancellation) =>
        new DeadLetterSettling(session, bus, messages, vault).Decide(
            command, command.Ids, again: false, (actor, ids, reason) => new DeadLettersDiscarded(actor, ids, actor, clock.GetUtcNow(), reason), cancellation);
}
