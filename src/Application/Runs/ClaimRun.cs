using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>
/// A runner asks whether it may start the run it was sent. Asked again it is told the same, until it has told of the run: from then on it asks only
/// where it lost its journal, and the run, which goes on nowhere, fails as interrupted.
/// </summary>
public sealed record ClaimRun(Guid RunId, Guid DeviceId, long Epoch);

/// <param name="Refusal">Null: granted.</param>
public sealed record ClaimAnswer(Refusal? Refusal);

public static class ClaimRunHandler
{
    public static async Task<ClaimAnswer> Handle(ClaimRun claim, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var presence = await session.LoadAsync<DevicePresence>(claim.DeviceId, cancellation);
        if (presence is null or { IsRevoked: true } || presence.Epoch != claim.Epoch)
        {
            return new ClaimAnswer(DeviceRefusals.EpochFenced);
        }

        var stream = await session.Events.FetchForWriting<Run>(claim.RunId, cancellation);
        if (stream.Aggregate is not { } run || run.OwnerId != presence.OwnerId)
        {
            return new ClaimAnswer(RunRefusals.NotFound);
        }

        if (!run.IsGranted && await WhyNot(session, claim.DeviceId, cancellation) is { } no
            && run.Withdraw(claim.DeviceId, no.Code, clock.GetUtcNow()) is { Events.Count: > 0 } withdrawn)
        {
            stream.AppendMany(withdrawn.Events);
            await bus.PublishAsync(new RunWasWithdrawn(run.OwnerId, claim.RunId));
            return new ClaimAnswer(no);
        }

        var decision = run.Claim(claim.DeviceId, claim.Epoch, clock.GetUtcNow());
        if (run is { IsGranted: true, HasEnded: false } && run.DeviceId == claim.DeviceId && (decision.IsRefused || await IsToldOf(session, claim.RunId, cancellation)))
        {
            // Where it has said hello again meanwhile, this is a late question of its former connection, and what was told may be of a grant that followed.
            if ((await session.LoadAsync<DevicePresence>(claim.DeviceId, cancellation))?.Epoch != claim.Epoch)
            {
                return new ClaimAnswer(DeviceRefusals.EpochFenced);
            }

            await bus.PublishAsync(new RunWasForgotten(run.OwnerId, claim.RunId, claim.DeviceId));
            return new ClaimAnswer(RunRefusals.Gone);
        }

        if (decision.Refusal is { } refusal)
        {
            return new ClaimAnswer(refusal);
        }

        if (decision.Events.Count > 0)
        {
            stream.AppendMany(decision.Events);
            session.Store(new RunGrant(claim.RunId, run.OwnerId, claim.DeviceId));
            await bus.PublishAsync(new RunWasClaimed(run.OwnerId, claim.RunId, claim.DeviceId));
        }

        return new ClaimAnswer(null);
    }

    /// <summary>Its events may be stored before the run has taken note of them.</summary>
    private static async Task<bool> IsToldOf(IDocumentSession session, Guid run, CancellationToken cancellation) =>
        await session.Events.FetchStreamStateAsync(StreamIds.Execution(run), cancellation) is not null;

    /// <summary>What its owner settled since the run was sent to it.</summary>
    private static async Task<Refusal?> WhyNot(IDocumentSession session, Guid device, CancellationToken cancellation) =>
        await session.LoadAsync<DeviceRule>(device, cancellation) is not { } rule ? null
        : !rule.May(DeviceScope.TakeRuns) ? DeviceRefusals.NotAllowed
        : rule.IsPaused ? DeviceRefusals.Paused
        : null;
}
