using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>A new run of what an ended one ran, linked to it; the parent is never changed.</summary>
/// <param name="From">From the start, or from the task that failed, on the device that has the finished ones.</param>
/// <param name="DoneOutput">Marks the failed task done with this output instead of running it again.</param>
public sealed record RetryRun(Guid RunId, RetryStart From, Json? DoneOutput) : Instruction
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

        var now = clock.GetUtcNow();
        var owner = parent.OwnerId;
        var runId = Guid.CreateVersion7();
        var deadline = now + RunLimits.DispatchTime;
        var device = command.From == RetryStart.FailedTask ? parent.DeviceId : parent.Requested.AskedDeviceId;
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
