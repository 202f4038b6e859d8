using Jarvis.Domain.Platform;
using Marten;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;

namespace Jarvis.Application.Platform.Operations;

/// <summary>
/// Does with dead letters what was decided. The bus does it in a transaction of its own, so this message commits with the decision: a crash between
/// the two neither records what did not happen nor does what is not recorded. Doing it twice changes nothing.
/// </summary>
/// <param name="Ids">The messages; those that are no dead letters any more are left as they are.</param>
/// <param name="Again">Whether they are put back to be handled again; else they are thrown away.</param>
public sealed record SettleDeadLetters(IReadOnlyList<Guid> Ids, bool Again);

public static class SettleDeadLettersHandler
{
    public static Task Handle(SettleDeadLetters order, IMessageStore messages, CancellationToken cancellation)
    {
        var letters = new DeadLetterEnvelopeQuery([.. order.Ids]);
        return order.Again ? messages.DeadLetters.ReplayAsync(letters, cancellation) : messages.DeadLetters.DiscardAsync(letters, cancellation);
    }
}

/// <summary>What throwing away and putting back share: the decision is an event in a stream of its own, what is done to the letters a message beside it.</summary>
internal sealed class DeadLetterSettling(IDocumentSession session, IMessageContext bus, IMessageStore messages, Vault vault)
{
    /// <param name="again">Whether they are put back to be handled again; else they are thrown away.</param>
    /// <param name="decided">The event, of who decides, which letters and the sealed reason.</param>
    public async Task<KeptAnswer> Decide(
        Instruction command, IReadOnlyList<Guid> named, bool again, Func<Guid, Guid[], Content?, object> decided, CancellationToken cancellation)
    {
        Guid[] ids = [.. named.Distinct()];
        if (!await DeadLetterLimits.AreThere(messages, ids, cancellation))
        {
            return await session.Refuse(command, OperationRefusals.DeadLetterNotFound, cancellation);
        }

        var actor = command.Envelope.Actor;
        var operation = Guid.CreateVersion7();
        session.Events.StartStream<Operation>(operation, decided(actor, ids, await vault.SealText(actor, command.Envelope.Reason, cancellation)));
        await bus.PublishAsync(new SettleDeadLetters(ids, again));
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
