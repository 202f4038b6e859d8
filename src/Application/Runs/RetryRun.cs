using FluentValidation;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>A new run of what an ended one ran, linked to it; the parent is never changed.</summary>
/// <param name="From">From the start, or from the task that failed, on the device that has the finished ones.</param>
/// <param name="DoneOutput">Marks the failed task done with this output instead of running it again.</param>
/// <param name="Input">Corrected: the run's from the start, else the failed task's; the same as before for null.</param>
/// <param name="Revision">The newest one from a failed task only where what was recorded goes the same way on it.</param>
/// <param name="DeviceId">From the start: another device than was asked for then; as then for null.</param>
public sealed record RetryRun(
    Guid RunId, RetryStart From, Json? DoneOutput = null, Guid? DeviceId = null, Json? Input = null, RetryRevision Revision = RetryRevision.Original) : Instruction
{
    public sealed class Validator : AbstractValidator<RetryRun>
    {
        public Validator()
        {
            RuleFor(command => command.DoneOutput).Must((command, done) => done is null || command.From == RetryStart.FailedTask)
                .WithMessage("Only a failed task can be marked done.");
            RuleFor(command => command.DoneOutput).Must(done => done is null || done.ToUtf8Bytes().Length <= RunLimits.MaxInputBytes)
                .WithMessage($"An output has at most {RunLimits.MaxInputBytes} bytes.");
            RuleFor(command => command.Input).Must((command, input) => input is null || command.DoneOutput is null)
                .WithMessage("A task that is marked done takes no input.");
            RuleFor(command => command.Input).Must(input => input is null || input.ToUtf8Bytes().Length <= RunLimits.MaxInputBytes)
                .WithMessage($"An input has at most {RunLimits.MaxInputBytes} bytes.");
        }
    }
}

public static class RetryRunHandler
{
    public static async Task<KeptAnswer> Handle(
        RetryRun command, IDocumentSession session, IMessageContext bus, Vault vault, ValidationContext known, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var parent = await session.Events.AggregateStreamAsync<Run>(command.RunId, token: cancellation);
        if (parent is null || parent.OwnerId != envelope.Owner)
        {
            return await session.Refuse(command, RunRefusals.NotFound, cancellation);
        }

        var (instance, refusal) = parent.RetryPoint(command.From, command.DeviceId);
        var root = command.RunId;
        if (refusal is null && command.From == RetryStart.FailedTask)
        {
            root = await Root(session, command.RunId, parent, cancellation);
            refusal = await WhoGoesOn(session, root, cancellation);
        }

        refusal ??= await DeviceProblem(session, command, parent, cancellation);
        if (refusal is not null)
        {
            return await session.Refuse(command, refusal, cancellation);
        }

        var requested = parent.Requested;
        WorkflowRevision? revision = null;
        if (requested.WorkflowId is { } workflowId && (command.Revision == RetryRevision.Newest || command.Input is not null)
            && await session.Events.AggregateStreamAsync<Workflow>(workflowId, token: cancellation) is { } workflow)
        {
            revision = workflow.Revision(command.Revision == RetryRevision.Newest ? null : requested.Revision);
        }

        if (command.Revision == RetryRevision.Newest && revision is null)
        {
            return await session.Refuse(command, RunRefusals.NeverPublished, cancellation);
        }

        var (no, details) = await RevisionProblem(session, vault, known, command, parent, instance, revision, cancellation);
        if (no is not null)
        {
            return await session.Refuse(command, no, cancellation, details is null ? null : await vault.Seal(parent.OwnerId, details, cancellation));
        }

        var now = clock.GetUtcNow();
        var owner = parent.OwnerId;
        var runId = Guid.CreateVersion7();
        var deadline = now + RunLimits.DispatchTime;
        var device = command.From == RetryStart.FailedTask ? parent.DeviceId : command.DeviceId ?? requested.AskedDeviceId;
        var correction = command.Input is { } input ? await vault.Seal(owner, input, cancellation) : null;
        var continuation = new RunContinuation(
            command.RunId, command.From, instance,
            command.DoneOutput is { } output ? await vault.Seal(owner, output, cancellation) : null,
            command.DoneOutput is null ? null : envelope.Actor,
            command.From == RetryStart.FailedTask ? correction : null);
        // From the failed task it goes on where it was, whatever that device lacks: what is left may need none of it.
        var needs = command.From == RetryStart.FailedTask ? null
            : revision is null ? requested.Needs
            : InputCheck.Needs(await InputCheck.Read(vault, known, revision, cancellation));
        session.Events.StartStream<Run>(runId, requested with
        {
            Needs = needs,
            Priority = parent.Priority,
            Revision = revision?.Number ?? requested.Revision,
            DefinitionHash = revision?.DefinitionHash ?? requested.DefinitionHash,
            Trigger = RunTrigger.Retry,
            AskedDeviceId = device,
            RequestedBy = envelope.Actor,
            RequestedAt = now,
            Input = command.From == RetryStart.Start ? correction ?? requested.Input : requested.Input,
            Continues = continuation,
            DispatchDeadline = deadline,
            Reason = await vault.SealText(owner, envelope.Reason, cancellation),
        });
        if (command.From == RetryStart.FailedTask)
        {
            session.Store(new RunContinued(root, runId));
        }

        await bus.PublishAsync(new DispatchRun(owner, runId, device, now, deadline, requested.WorkflowId, parent.Priority, needs));
        return session.Answer(command, runId, version: 1);
    }

    /// <summary>The run that the failed one and all that went on before it began with: what is left of one is left of all of them.</summary>
    private static async Task<Guid> Root(IQuerySession session, Guid runId, Run run, CancellationToken cancellation)
    {
        var (root, at) = (runId, run);
        while (at.Requested.Continues is { From: RetryStart.FailedTask, ParentRunId: var before }
            && await session.Events.AggregateStreamAsync<Run>(before, token: cancellation) is { } parent)
        {
            (root, at) = (before, parent);
        }

        return root;
    }

    /// <summary>What is left of a run is done once: refused while another run does it, and once one did. Those that ask at once take turns.</summary>
    private static async Task<Refusal?> WhoGoesOn(IDocumentSession session, Guid root, CancellationToken cancellation)
    {
        // The lock of the stream alone is wanted: the failed run is never changed.
        await session.Events.FetchForExclusiveWriting<Run>(root, cancellation);
        // Earlier versions noted each retry at the run that was named: those are followed to the last one.
        var at = root;
        while (await session.LoadAsync<RunContinued>(at, cancellation) is { } continued
            && await session.Events.AggregateStreamAsync<Run>(continued.ByRunId, token: cancellation) is { } by)
        {
            if (!by.HasEnded)
            {
                return RunRefusals.RetryUnderWay(continued.ByRunId);
            }

            if (by.Status == RunStatus.Completed)
            {
                return RunRefusals.RetryCompleted(continued.ByRunId);
            }

            at = continued.ByRunId;
        }

        return null;
    }

    /// <summary>A device that was named must be one of the owner's that is not revoked; so must the one that has the finished tasks.</summary>
    private static async Task<Refusal?> DeviceProblem(IDocumentSession session, RetryRun command, Run parent, CancellationToken cancellation)
    {
        var device = command.DeviceId ?? (command.From == RetryStart.FailedTask ? parent.DeviceId : parent.Requested.AskedDeviceId);
        return device is not { } id || (await session.LoadAsync<DevicePresence>(id, cancellation) is { IsRevoked: false } presence && presence.OwnerId == parent.OwnerId) ? null
            : command.DeviceId is null ? RunRefusals.DeviceGone
            : DeviceRefusals.NotFound with { Field = "deviceId" };
    }

    /// <summary>From the start the input must fit; from the failed task another revision must go the way that was gone.</summary>
    private static async Task<(Refusal? No, Json? Details)> RevisionProblem(
        IDocumentSession session, Vault vault, ValidationContext known, RetryRun command, Run parent, string? instance, WorkflowRevision? revision, CancellationToken cancellation)
    {
        if (revision is null)
        {
            return default;
        }

        if (command.From == RetryStart.Start)
        {
            var input = command.Input ?? (parent.Requested.Input is { } kept ? (await vault.Unseal([kept], cancellation))[0].Reveal() : null) ?? JsonObject.Empty;
            return InputCheck.Problems(await InputCheck.Read(vault, known, revision, cancellation), input) is { } problems ? (RunRefusals.InputInvalid, problems) : default;
        }

        if (revision.DefinitionHash == parent.Requested.DefinitionHash)
        {
            return default;
        }

        if (await RunDefinitions.Text(vault, revision.Source, cancellation) is not { } source || DefinitionParser.Parse(source, known).Definition is not { } definition)
        {
            return (RunRefusals.NoDefinition, null);
        }

        if (await RunRecord.StepThrough(session, vault, command.RunId, parent, instance!, definition, cancellation) is not var (outcome, at))
        {
            return (RunRefusals.PrefixTooLong, null);
        }

        return outcome.First is { } difference
            ? ((Refusal?)(outcome.HasOutlined ? RunRefusals.PrefixUnknown(difference) : RunRefusals.PrefixDiffers(difference)), (Json?)Told(difference))
            : (command.Input ?? command.DoneOutput) is not null && !outcome.Reached.Contains(at) ? (RunRefusals.TaskGone, null)
            : default;
    }

    private static Json Told(Domain.Workflows.Interpreter.ReplayDifference difference) => Json.Of([Json.Of(
        ("pointer", Json.Of(difference.Instance)), ("code", Json.Of(difference.Code)), ("message", Json.Of(difference.Reason)),
        ("recorded", difference.Recorded ?? Json.Null), ("now", difference.Now ?? Json.Null))]);
}
