using FluentValidation;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>Asks the PC to pause before the next task.</summary>
public sealed record PauseRun(Guid RunId) : Instruction;

/// <summary>Asks the PC to go on.</summary>
public sealed record ResumeRun(Guid RunId) : Instruction;

/// <summary>Cancels a run: at once where no device has it, else by asking the PC.</summary>
/// <param name="GraceSeconds">How long its processes may take to end by themselves; 0 kills them at once.</param>
public sealed record CancelRun(Guid RunId, int GraceSeconds = RunLimits.DefaultGraceSeconds) : Instruction
{
    public sealed class Validator : AbstractValidator<CancelRun>
    {
        public Validator() => RuleFor(command => command.GraceSeconds).InclusiveBetween(0, RunLimits.MaxGraceSeconds);
    }
}

public static class PauseRunHandler
{
    public static Task<KeptAnswer> Handle(
        PauseRun command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new RunControlling(session, bus, vault, clock).Ask(command, command.RunId, ControlKind.Pause, null, cancellation);
}

public static class ResumeRunHandler
{
    public static Task<KeptAnswer> Handle(
        ResumeRun command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new RunControlling(session, bus, vault, clock).Ask(command, command.RunId, ControlKind.Resume, null, cancellation);
}

public static class CancelRunHandler
{
    public static Task<KeptAnswer> Handle(
        CancelRun command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new RunControlling(session, bus, vault, clock).Ask(command, command.RunId, ControlKind.Cancel, command.GraceSeconds, cancellation);
}

/// <summary>What the three controls share: the request is an event, a command in the device's stream and a deadline, in one transaction.</summary>
internal sealed class RunControlling(IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock)
{
    public async Task<KeptAnswer> Ask(Instruction command, Guid runId, ControlKind kind, int? graceSeconds, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Run>(runId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } run || run.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, RunRefusals.NotFound, cancellation);
        }

        var now = clock.GetUtcNow();
        var reason = await vault.SealText(run.OwnerId, envelope.Reason, cancellation);
        if (kind == ControlKind.Cancel && !run.IsGranted)
        {
            var cancelled = run.CancelPending(envelope.Actor, reason, now);
            if (!cancelled.IsRefused)
            {
                await bus.PublishAsync(new RunWasCancelled(run.OwnerId, runId));
            }

            return await session.Settle(command, stream, cancelled, cancellation);
        }

        if (run.WhyNot(kind) is { } refusal)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        var device = run.DeviceId!.Value;
        var isOnline = (await session.LoadAsync<DevicePresence>(device, cancellation))?.IsOnline == true;
        var deadline = now + (isOnline ? RunLimits.ControlTime : RunLimits.ControlTimeOffline) + TimeSpan.FromSeconds(graceSeconds ?? 0);
        var commands = await session.Events.FetchForWriting<DeviceCommands>(StreamIds.Commands(device), cancellation);
        var controlId = Guid.CreateVersion7();
        var decision = run.Ask(new RunControlRequested(
            controlId, kind, envelope.Actor, reason, graceSeconds, now, deadline, device, (commands.Aggregate?.Number ?? 0) + 1));
        session.Issue(commands, new DeviceCommandIssued(
            run.OwnerId, device, Guid.CreateVersion7(), Enum.Parse<DeviceCommandKind>(kind.ToString()), runId, controlId, graceSeconds, now, deadline));
        await bus.ScheduleAsync(new ControlDeadlineCame(run.OwnerId, runId, controlId), deadline);
        return await session.Settle(command, stream, decision, cancellation, controlId);
    }
}
