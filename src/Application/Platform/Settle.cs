using Jarvis.Domain.Platform;
using Marten;
using JasperFx.Events;

namespace Jarvis.Application.Platform;

/// <summary>How a handler that decided on one stream ends.</summary>
public static class Settlement
{
    /// <summary>Appends the decision's events and keeps the answer, or keeps the refusal. A decision without events answers where the stream stands.</summary>
    public static async Task<KeptAnswer> Settle<T>(
        this IDocumentSession session, Instruction instruction, IEventStream<T> stream, Decision decision, CancellationToken cancellation, Guid? subject = null)
        where T : class
    {
        if (decision.Refusal is { } refusal)
        {
            return await session.Refuse(instruction, refusal, cancellation);
        }

        stream.AppendMany(decision.Events);
        return session.Answer(instruction, stream.Id, (stream.StartingVersion ?? 0) + decision.Events.Count, subject);
    }
}
