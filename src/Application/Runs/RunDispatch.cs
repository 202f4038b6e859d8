using Jarvis.Application.Devices;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Marten;
using JasperFx.Events;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>
/// Gets one run to a device and follows it to its end: requested → device chosen → command stored → claimed → told by the PC,
/// with the deadlines between. It holds only what choosing needs; what happened is in the run's stream, and every step here
/// is an event there. Deleted when the run ends. Each handler may come twice, late or in another order.
/// </summary>
public sealed class RunDispatch : Saga
{
    /// <summary>The run.</summary>
    public Guid Id { get; set; }

    public Guid OwnerId { get; set; }

    public Guid? AskedDeviceId { get; set; }

    /// <summary>Where it was sent or is; null while it waits.</summary>
    public Guid? DeviceId { get; set; }

    public bool IsWaiting { get; set; }

    public DateTimeOffset RequestedAt { get; set; }

    /// <summary>Null for a run that began on a PC.</summary>
    public Guid? WorkflowId { get; set; }

    /// <summary>Null reads as normal.</summary>
    public RunPriority? Priority { get; set; }

    /// <summary>Functions that its workflow is sure to call; null for none.</summary>
    public IReadOnlyList<string>? Needs { get; set; }

    /// <summary>As dispatch's rule sees it.</summary>
    internal OpenRun Seen() => new(Id, AskedDeviceId, IsWaiting ? null : DeviceId, RequestedAt, WorkflowId, Priority ?? RunPriority.Normal, Needs ?? []);

    public async Task StartOrHandle(DispatchRun asked, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        if (Id == default || !IsKnown)
        {
            Id = asked.RunId;
            OwnerId = asked.OwnerId;
            AskedDeviceId = asked.AskedDeviceId;
            RequestedAt = asked.RequestedAt;
            WorkflowId = asked.WorkflowId;
            Priority = asked.Priority;
            Needs = asked.Needs;
            IsWaiting = true;
            await bus.ScheduleAsync(new DispatchDeadlineCame(OwnerId, Id), asked.Deadline);
        }

        await Dispatch(session, clock.GetUtcNow(), cancellation);
    }

    public Task Handle(RetryDispatch _, IDocumentSession session, TimeProvider clock, CancellationToken cancellation) =>
        Dispatch(session, clock.GetUtcNow(), cancellation);

    public static void NotFound(RetryDispatch _)
    {
    }

    public async Task Handle(RunWasClaimed claimed, IDocumentSession session, CancellationToken cancellation)
    {
        var run = await session.Events.AggregateStreamAsync<Run>(claimed.RunId, token: cancellation);
        DeviceId = claimed.DeviceId;
        IsWaiting = false;
        if (run is null or { HasEnded: true })
        {
            MarkCompleted();
        }
    }

    public static void NotFound(RunWasClaimed _)
    {
    }

    public async Task Handle(RunWasWithdrawn withdrawn, IDocumentSession session, IMessageContext bus, CancellationToken cancellation)
    {
        if (await session.Events.AggregateStreamAsync<Run>(withdrawn.RunId, token: cancellation) is { HasEnded: false, DeviceId: null })
        {
            DeviceId = null;
            IsWaiting = true;
            await bus.PublishAsync(new RetryDispatch(OwnerId, Id));
        }
    }

    public static void NotFound(RunWasWithdrawn _)
    {
    }

    public async Task StartOrHandle(ExecutionReported report, IDocumentSession session, IMessageContext bus, CancellationToken cancellation)
    {
        if (!IsKnown)
        {
            Id = report.RunId;
            OwnerId = report.OwnerId;
        }

        DeviceId = report.DeviceId;
        IsWaiting = false;
        var stream = await session.Events.FetchForWriting<Run>(report.RunId, cancellation);
        await Apply(stream, run => run.Report(report.Milestones), session, bus, cancellation);
    }

    public async Task Handle(RunWasCancelled cancelled, IMessageContext bus)
    {
        MarkCompleted();
        await bus.PublishAsync(new CapacityChanged(cancelled.OwnerId));
    }

    public static void NotFound(RunWasCancelled _)
    {
    }

    public async Task Handle(ControlDeadlineCame due, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var presence = DeviceId is { } device ? await session.LoadAsync<DevicePresence>(device, cancellation) : null;
        var stream = await session.Events.FetchForWriting<Run>(due.RunId, cancellation);
        await Apply(stream, run => run.ExpireControl(due.ControlId, presence?.IsOnline == true, clock.GetUtcNow()), session, bus, cancellation);
    }

    public static void NotFound(ControlDeadlineCame _)
    {
    }

    public async Task Handle(DispatchDeadlineCame due, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Run>(due.RunId, cancellation);
        await Apply(stream, run => run.ExpireDispatch(clock.GetUtcNow()), session, bus, cancellation);
    }

    public static void NotFound(DispatchDeadlineCame _)
    {
    }

    public async Task Handle(RunLostDevice lost, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Run>(lost.RunId, cancellation);
        if (await Apply(stream, run => run.LoseDevice(lost.DeviceId, clock.GetUtcNow()), session, bus, cancellation) is { HasEnded: false, DeviceId: null })
        {
            DeviceId = null;
            IsWaiting = true;
            await bus.PublishAsync(new RetryDispatch(OwnerId, Id));
        }
    }

    public static void NotFound(RunLostDevice _)
    {
    }

    /// <summary>Comes behind what the PC had told before, so that an end which was told stands.</summary>
    public async Task Handle(RunWasForgotten forgotten, IDocumentSession session, IMessageContext bus, TimeProvider clock, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Run>(forgotten.RunId, cancellation);
        await Apply(stream, run => run.Forget(forgotten.DeviceId, clock.GetUtcNow()), session, bus, cancellation);
    }

    public static void NotFound(RunWasForgotten _)
    {
    }

    private bool IsKnown => OwnerId != default;

    private async Task<Run?> Apply(
        IEventStream<Run> stream, Func<Run, Decision> decide, IDocumentSession session, IMessageContext bus, CancellationToken cancellation)
    {
        if (stream.Aggregate is not { } run)
        {
            MarkCompleted();
            return null;
        }

        var decision = decide(run);
        stream.AppendMany(decision.Events);
        var after = decision.Events.Aggregate(run, (state, @event) => Run.Evolve(state, @event)!);
        if (after.HasEnded)
        {
            MarkCompleted();
            // An owner's messages are handled one after the other: what asks for a place behind this one finds it free by itself.
            if (await session.Query<RunDispatch>().AnyAsync(run => run.OwnerId == OwnerId && run.IsWaiting, cancellation))
            {
                await bus.PublishAsync(new CapacityChanged(OwnerId));
            }
        }

        return after;
    }

    private async Task Dispatch(IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (!IsWaiting)
        {
            return;
        }

        // Runs also end without a message (RunEnds): none of the owner's between the look for a place and what is noted of it.
        await session.BeginTransactionAsync(cancellation);
        await using (var turn = RunEnds.TakeTurn(OwnerId, session.Connection!))
        {
            await turn.ExecuteNonQueryAsync(cancellation);
        }

        var stream = await session.Events.FetchForWriting<Run>(Id, cancellation);
        if (stream.Aggregate is not { HasEnded: false } run)
        {
            MarkCompleted();
            return;
        }

        // Changed while it waits; the message that told of it may have come before the conversation began.
        Priority = run.Priority;
        var place = await DeviceChoice.Choose(session, this, cancellation);
        if (place.Reason is { } why)
        {
            stream.AppendMany(run.Wait(why, place.DeviceId, now, place.Limit, place.Lacking).Events);
            return;
        }

        var chosen = place.DeviceId!.Value;
        var commands = await session.Events.FetchForWriting<DeviceCommands>(StreamIds.Commands(chosen), cancellation);
        var decision = run.Dispatch(chosen, (commands.Aggregate?.Number ?? 0) + 1, now);
        if (decision.Events.Count > 0)
        {
            stream.AppendMany(decision.Events);
            session.Issue(commands, new DeviceCommandIssued(
                OwnerId, chosen, Guid.CreateVersion7(), DeviceCommandKind.Start, Id, null, null, now, run.Requested.DispatchDeadline));
        }

        DeviceId = chosen;
        IsWaiting = false;
    }
}
