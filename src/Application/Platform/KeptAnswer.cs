using Jarvis.Domain.Platform;
using Marten;

namespace Jarvis.Application.Platform;

/// <summary>
/// The first answer to an instruction, kept for good in the transaction that wrote its events. Its key decides between
/// twins: the loser's transaction fails as a whole and it reads the winner's answer.
/// </summary>
public sealed record KeptAnswer
{
    /// <summary>Actor and command id.</summary>
    public required string Id { get; init; }

    public required string ContentHash { get; init; }

    /// <summary>Where the last event stands; its position is looked up, since only the save assigns it.</summary>
    public Guid? Stream { get; init; }

    public long? Version { get; init; }

    public Guid? Subject { get; init; }

    public Refusal? Refusal { get; init; }

    public Content? Details { get; init; }

    /// <summary>Of an answer without an event: the position it was judged at.</summary>
    public long JudgedAt { get; init; }

    public static string IdOf(Envelope envelope) => $"{envelope.Actor:N}/{envelope.CommandId:N}";
}

/// <summary>The only two ways a handler ends: it answers, or it refuses. Both keep the answer in the handler's transaction.</summary>
public static class KeepAnswer
{
    /// <param name="version">The version of the stream after what this transaction appends.</param>
    /// <param name="subject">What was made, where that is not the stream.</param>
    /// <param name="details">What the answer tells beyond that, sealed.</param>
    public static KeptAnswer Answer(
        this IDocumentSession session, Instruction instruction, Guid stream, long version, Guid? subject = null, Content? details = null) =>
        Keep(session, new KeptAnswer
        {
            Id = KeptAnswer.IdOf(instruction.Envelope),
            ContentHash = instruction.ContentHash,
            Stream = stream,
            Version = version,
            Subject = subject,
            Details = details,
        });

    /// <summary>Answers an instruction that wrote no event.</summary>
    public static async Task<KeptAnswer> AnswerWithoutEvent(this IDocumentSession session, Instruction instruction, CancellationToken cancellation, Guid? subject = null) =>
        Keep(session, new KeptAnswer
        {
            Id = KeptAnswer.IdOf(instruction.Envelope),
            ContentHash = instruction.ContentHash,
            Subject = subject,
            JudgedAt = await session.Head(cancellation),
        });

    /// <summary>Nothing else may have been put into the session.</summary>
    public static async Task<KeptAnswer> Refuse(
        this IDocumentSession session, Instruction instruction, Refusal refusal, CancellationToken cancellation, Content? details = null) =>
        Keep(session, new KeptAnswer
        {
            Id = KeptAnswer.IdOf(instruction.Envelope),
            ContentHash = instruction.ContentHash,
            Refusal = refusal,
            Details = details,
            JudgedAt = await session.Head(cancellation),
        });

    private static KeptAnswer Keep(IDocumentSession session, KeptAnswer answer)
    {
        session.Insert(answer);
        return answer;
    }
}
