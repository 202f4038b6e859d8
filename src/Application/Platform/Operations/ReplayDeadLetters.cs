using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;
using Wolverine;
using Wolverine.Persistence.Durability;

namespace Jarvis.Application.Platform.Operations;

/// <summary>Puts messages that could not be handled back, to be handled again. Whoever asks has been checked to be an administrator.</summary>
public sealed record ReplayDeadLetters(IReadOnlyList<Guid> Ids) : Instruction
{
    public sealed class Validator : AbstractValidator<ReplayDeadLetters>
    {
        public Validator() => RuleFor(command => command.Ids).Must(DeadLetterLimits.Allow).WithMessage(DeadLetterLimits.Message);
    }
}

public static class ReplayDeadLettersHandler
{
    public static Task<KeptAnswer> Handle(
        ReplayDeadLetters command, IDocumentSession session, IMessageContext bus, IMessageStore messages, Vault vault, TimeProvider clock,
        CancellationToken cancellation) =>
        new DeadLetterSettling(session, bus, messages, vault).Decide(
            command, command.Ids, again: true, (actor, ids, reason) => new DeadLettersReplayed(actor, ids, actor, clock.GetUtcNow(), reason), cancellation);
}
