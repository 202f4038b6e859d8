using FluentValidation;
using Jarvis.Domain.Platform;
using Marten;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;

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
    public static async Task<KeptAnswer> Handle(
        ReplayDeadLetters command, IDocumentSession session, IMessageStore messages, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        Guid[] ids = [.. command.Ids.Distinct()];
        if (!await DeadLetterLimits.AreThere(messages, ids, cancellation))
        {
            return await session.Refuse(command, OperationRefusals.DeadLetterNotFound, cancellation);
        }

        // The bus does it in its own transaction: were this one to fail afterwards, the same again changes nothing and records it.
        await messages.DeadLetters.ReplayAsync(new DeadLetterEnvelopeQuery(ids), cancellation);
        var actor = command.Envelope.Actor;
        var operation = Guid.CreateVersion7();
        session.Events.StartStream<Operation>(operation, new DeadLettersReplayed(
            actor, ids, actor, clock.GetUtcNow(), await vault.SealText(actor, command.Envelope.Reason, cancellation)));
        return session.Answer(command, operation, version: 1);
    }
}

/// <summary>Bounds of what is done to dead letters at once.</summary>
public static class DeadLetterLimits
{
    public const int MaxAtOnce = 100;

    public static readonly string Message = $"Name 1 to {MaxAtOnce} messages.";

    public static bool Allow(IReadOnlyList<Guid> ids) => ids.Count is > 0 and <= MaxAtOnce;

    /// <summary>Whether every one of them is a dead letter.</summary>
    public static async Task<bool> AreThere(IMessageStore messages, Guid[] ids, CancellationToken cancellation) =>
        (await messages.DeadLetters.QueryAsync(new DeadLetterEnvelopeQuery(ids) { PageSize = MaxAtOnce }, cancellation)).Envelopes.Count == ids.Length;
}
