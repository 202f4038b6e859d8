using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Runs;
using Marten;

namespace Jarvis.Application.Runs;

/// <summary>A person looked at what was wrong with runs of theirs: they need nobody any more. Those that need nobody already stay as they are.</summary>
public sealed record LookAtRuns(IReadOnlyList<Guid> RunIds) : Instruction
{
    /// <summary>Runs that one instruction names.</summary>
    public const int MaxAtOnce = 100;

    public sealed class Validator : AbstractValidator<LookAtRuns>
    {
        public Validator() => RuleFor(command => command.RunIds).Must(ids => ids.Count is > 0 and <= MaxAtOnce).WithMessage($"Name 1 to {MaxAtOnce} runs.");
    }
}

public static class LookAtRunsHandler
{
    public static async Task<KeptAnswer> Handle(LookAtRuns command, IDocumentSession session, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        (Guid Stream, long Version)? last = null;
        // In the order of their ids, so that two who look at the same runs never wait for each other crosswise.
        foreach (var id in command.RunIds.Distinct().Order())
        {
            var stream = await session.Events.FetchForWriting<Run>(id, cancellation);
            if (stream.Aggregate is not { } run || run.OwnerId != command.Envelope.Owner)
            {
                session.EjectAllPendingChanges();
                return await session.Refuse(command, RunRefusals.NotFound, cancellation);
            }

            if (run.LookAt(command.Envelope.Actor, now).Events is { Count: > 0 } events)
            {
                stream.AppendMany(events);
                last = (id, (stream.StartingVersion ?? 0) + events.Count);
            }
        }

        return last is { } written
            ? session.Answer(command, written.Stream, written.Version)
            : await session.AnswerWithoutEvent(command, cancellation);
    }
}
