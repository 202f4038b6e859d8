using Jarvis.Application.Platform;
using Jarvis.Application.Runs;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using JasperFx.Events;
using Marten;
using Wolverine;

namespace Jarvis.Application.Devices;

/// <summary>Asks every run on a device to pause; nothing new starts on it until it is resumed. Asked again, it asks those that still run.</summary>
public sealed record PauseDevice(Guid DeviceId) : Instruction;

/// <summary>Asks every paused run on a device to go on, and lets it start runs again.</summary>
public sealed record ResumeDevice(Guid DeviceId) : Instruction;

/// <summary>What became of one run: asked, put back to wait, or refused with a code.</summary>
public enum DeviceRunOutcome { Accepted, Waits, Refused }

/// <param name="ControlId">Of an accepted one: its phases are events of the run.</param>
public sealed record DeviceRunResult(Guid RunId, DeviceRunOutcome Outcome, Guid? ControlId, string? Code, string? Message)
{
    public Json ToJson() => Json.Of(
        ("runId", Json.Of(RunId.ToString())), ("outcome", Json.Of(Outcome.ToString())), ("controlId", Json.Of(ControlId?.ToString())),
        ("code", Json.Of(Code)), ("message", Json.Of(Message)));

    public static DeviceRunResult From(Json json) => new(
        Guid.Parse(Text(json, "runId")!), Enum.Parse<DeviceRunOutcome>(Text(json, "outcome")!),
        Text(json, "controlId") is { } control ? Guid.Parse(control) : null, Text(json, "code"), Text(json, "message"));

    private static string? Text(Json json, string name) => ((json as JsonObject)?[name] as JsonString)?.Value;
}

public static class PauseDeviceHandler
{
    public static Task<KeptAnswer> Handle(
        PauseDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new DeviceControlling(session, bus, vault, clock).Ask(command, command.DeviceId, ControlKind.Pause, cancellation);
}

public static class ResumeDeviceHandler
{
    public static Task<KeptAnswer> Handle(
        ResumeDevice command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation) =>
        new DeviceControlling(session, bus, vault, clock).Ask(command, command.DeviceId, ControlKind.Resume, cancellation);
}

/// <summary>What both share: the device's event, a control for each of its runs and their commands, in one transaction; the answer tells of each run.</summary>
internal sealed class DeviceControlling(IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock)
{
    private readonly List<DeviceRunResult> results = [];
    private readonly List<object> commands = [];

    public async Task<KeptAnswer> Ask(Instruction command, Guid deviceId, ControlKind kind, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Device>(deviceId, cancellation);
        var envelope = command.Envelope;
        if (stream.Aggregate is not { } device || device.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, DeviceRefusals.NotFound, cancellation);
        }

        var now = clock.GetUtcNow();
        var reason = await vault.SealText(device.OwnerId, envelope.Reason, cancellation);
        var decision = kind == ControlKind.Pause ? device.Pause(envelope.Actor, reason, now) : device.Resume(envelope.Actor, reason, now);
        if (decision.Refusal is { } refusal)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        var open = (await session.Query<RunDispatch>().Where(run => run.OwnerId == device.OwnerId && run.DeviceId == deviceId).ToListAsync(cancellation))
            .Where(run => !run.IsWaiting).OrderBy(run => run.RequestedAt).Take(RunLimits.MaxControlledAtOnce);
        var isOnline = (await session.LoadAsync<DevicePresence>(deviceId, cancellation))?.IsOnline == true;
        var issued = await session.Events.FetchForWriting<DeviceCommands>(StreamIds.Commands(deviceId), cancellation);
        var asked = new Asked(deviceId, kind, envelope.Actor, reason, now, now + (isOnline ? RunLimits.ControlTime : RunLimits.ControlTimeOffline), issued.Aggregate?.Number ?? 0);
        foreach (var run in open)
        {
            await Ask(run.Id, asked, cancellation);
        }

        Issue(issued, deviceId);
        stream.AppendMany(decision.Events);
        session.Store(DeviceRule.After(deviceId, device, decision.Events));
        await bus.PublishAsync(new CapacityChanged(device.OwnerId));
        var details = await vault.Seal(device.OwnerId, Json.Of(results.Select(result => result.ToJson())), cancellation);
        return session.Answer(command, deviceId, (stream.StartingVersion ?? 0) + decision.Events.Count, details: details);
    }

    private async Task Ask(Guid runId, Asked asked, CancellationToken cancellation)
    {
        var stream = await session.Events.FetchForWriting<Run>(runId, cancellation);
        if (stream.Aggregate is not { HasEnded: false } run || run.DeviceId != asked.Device)
        {
            return;
        }

        if (!run.IsGranted)
        {
            if (asked.Kind == ControlKind.Pause)
            {
                stream.AppendMany(run.Withdraw(asked.Device, DeviceRefusals.Paused.Code, asked.Now).Events);
                await bus.PublishAsync(new RunWasWithdrawn(run.OwnerId, runId));
                results.Add(new DeviceRunResult(runId, DeviceRunOutcome.Waits, null, DeviceRefusals.Paused.Code, DeviceRefusals.Paused.Message));
            }

            return;
        }

        var controlId = Guid.CreateVersion7();
        var decision = run.Ask(new RunControlRequested(
            controlId, asked.Kind, asked.By, asked.Reason, null, asked.Now, asked.Deadline, asked.Device, asked.Number + commands.Count + 1));
        if (decision.Refusal is { } refusal)
        {
            results.Add(new DeviceRunResult(runId, DeviceRunOutcome.Refused, null, refusal.Code, refusal.Message));
            return;
        }

        stream.AppendMany(decision.Events);
        commands.Add(new DeviceCommandIssued(
            run.OwnerId, asked.Device, Guid.CreateVersion7(), asked.Kind == ControlKind.Pause ? DeviceCommandKind.Pause : DeviceCommandKind.Resume, runId, controlId, null,
            asked.Now, asked.Deadline));
        await bus.ScheduleAsync(new ControlDeadlineCame(run.OwnerId, runId, controlId), asked.Deadline);
        results.Add(new DeviceRunResult(runId, DeviceRunOutcome.Accepted, controlId, null, null));
    }

    private void Issue(IEventStream<DeviceCommands> issued, Guid deviceId)
    {
        if (commands.Count > 0 && issued.Aggregate is null)
        {
            session.Events.StartStream<DeviceCommands>(StreamIds.Commands(deviceId), commands);
        }
        else
        {
            issued.AppendMany(commands);
        }
    }

    private sealed record Asked(Guid Device, ControlKind Kind, Guid By, Content? Reason, DateTimeOffset Now, DateTimeOffset Deadline, long Number);
}
