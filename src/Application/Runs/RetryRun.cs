using FluentValidation;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>A new run of what an ended one ran, linked to it; the parent is never changed.</summary>
/// <param name="From">From the start, or from the task that failed, on the device that has the finished ones.</param>
/// <param name="DoneOutput">Marks the failed task done with this output instead of running it again.</param>
/// <param name="DeviceId">From the start, on this one of the owner's; from the failed task it can only be the one that has the finished tasks.</param>
public sealed record RetryRun(Guid RunId, RetryStart From, Json? DoneOutput, Guid? DeviceId = null) : Instruction
{
    public sealed class Validator : AbstractValidator<RetryRun>
    {
        public Validator()
        {
            RuleFor(command => command.DoneOutput).Must((command, done) => done is null || command.From == RetryStart.FailedTask)
                .WithMessage("Only a failed task can be marked done.");
            RuleFor(command => command.DoneOutput).Must(done => done is null || done.ToUtf8Bytes().Length <= RunLimits.MaxInputBytes)
                .WithMessage($"An output has at most {RunLimits.MaxInputBytes} bytes.");
        }
    }
}

public static class RetryRunHandler
{
    public static async Task<KeptAnswer> Handle(
        RetryRun command, IDocumentSession session, IMessageContext bus, Vault vault, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var parent = await session.Events.AggregateStreamAsync<Run>(command.RunId, token: cancellation);
        if (parent is null || parent.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, RunRefusals.NotFound, cancellation);
        }

        var (instance, refusal) = parent.RetryPoint(command.From);
        if (refusal is not null)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        if (command.From == RetryStart.FailedTask && command.DeviceId is { } other && other != parent.DeviceId)
        {
            return await session.Refuse(command, RunRefusals.JournalElsewhere, cancellation);
        }

        var device = command.DeviceId ?? (command.From == RetryStart.FailedTask ? parent.DeviceId : parent.Requested.AskedDeviceId);
        if (device is { } asked && await session.LoadAsync<DevicePresence>(asked, cancellation) is var presence
            && (presence is null or { IsRevoked: true } || presence.OwnerId != envelope.Owner))
        {
            return await session.Refuse(
                command, command.DeviceId is null ? RunRefusals.DeviceGone : DeviceRefusals.NotFound with { Field = "deviceId" }, cancellation);
        }

        var now = clock.GetUtcNow();
        var owner = parent.OwnerId;
        var runId = Guid.CreateVersion7();
        var deadline = now + RunLimits.DispatchTime;
        var continuation = new RunContinuation(
            command.RunId, command.From, instance,
            command.DoneOutput is { } output ? await vault.Seal(owner, output, cancellation) : null,
            command.DoneOutput is null ? null : envelope.Actor);
        session.Events.StartStream<Run>(runId, parent.Requested with
        {
            Trigger = RunTrigger.Retry,
            AskedDeviceId = device,
            RequestedBy = envelope.Actor,
            RequestedAt = now,
            Continues = continuation,
            DispatchDeadline = deadline,
            Reason = await vault.SealText(owner, envelope.Reason, cancellation),
        });
        await bus.PublishAsync(new DispatchRun(owner, runId, device, now, deadline));
        return session.Answer(command, runId, version: 1);
    }
}
