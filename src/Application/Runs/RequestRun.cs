using FluentValidation;
using Jarvis.Application.Devices;
using Jarvis.Application.Platform;
using Jarvis.Application.Workflows;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Marten;
using Wolverine;

namespace Jarvis.Application.Runs;

/// <summary>Asks for a run of a published workflow.</summary>
/// <param name="WorkflowId">Or <paramref name="WorkflowName"/>; one of the two.</param>
/// <param name="WorkflowName"><c>name</c>, or <c>namespace/name</c> where the name is not enough.</param>
/// <param name="Revision">The latest for null; pinned in the run either way.</param>
/// <param name="DeviceId">Any of the owner's for null.</param>
/// <param name="Trigger">Whether a person or a program asks.</param>
/// <param name="Priority">Which of the waiting runs goes first.</param>
public sealed record RequestRun(Guid? WorkflowId, string? WorkflowName, int? Revision, Json? Input, Guid? DeviceId, RunTrigger Trigger,
    RunPriority Priority = RunPriority.Normal) : Instruction
{
    public sealed class Validator : AbstractValidator<RequestRun>
    {
        public Validator()
        {
            RuleFor(command => command.WorkflowId).Must((command, id) => id is null != command.WorkflowName is null)
                .WithMessage("Name a workflow by id or by name, not both.");
            RuleFor(command => command.Revision).GreaterThan(0);
            RuleFor(command => command.Input).Must(input => input is null || input.ToUtf8Bytes().Length <= RunLimits.MaxInputBytes)
                .WithMessage($"An input has at most {RunLimits.MaxInputBytes} bytes; hand larger things over as files.");
        }
    }
}

public static class RequestRunHandler
{
    public static async Task<KeptAnswer> Handle(
        RequestRun command, IDocumentSession session, IMessageContext bus, Vault vault, ValidationContext known, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var owner = envelope.Owner;
        var workflowId = command.WorkflowId ?? await WorkflowNames.Find(session, owner, command.WorkflowName!, cancellation);
        var workflow = workflowId is { } id ? await session.Events.AggregateStreamAsync<Workflow>(id, token: cancellation) : null;
        if (workflow is null || workflow.OwnerId != owner)
        {
            return await session.Refuse(command, WorkflowRefusals.NotFound, cancellation);
        }

        if (workflow.IsDisabled)
        {
            return await session.Refuse(command, WorkflowRefusals.Disabled, cancellation);
        }

        if (workflow.Revision(command.Revision) is not { } revision)
        {
            return await session.Refuse(command, WorkflowRefusals.RevisionNotFound, cancellation);
        }

        if (command.DeviceId is { } asked
            && (await session.LoadAsync<DevicePresence>(asked, cancellation) is not { IsRevoked: false } device || device.OwnerId != owner))
        {
            return await session.Refuse(command, DeviceRefusals.NotFound with { Field = "deviceId" }, cancellation);
        }

        var input = command.Input ?? JsonObject.Empty;
        var definition = await InputCheck.Read(vault, known, revision, cancellation);
        if (InputCheck.Problems(definition, input) is { } problem)
        {
            return await session.Refuse(command, RunRefusals.InputInvalid, cancellation, await vault.Seal(owner, problem, cancellation));
        }

        var now = clock.GetUtcNow();
        var runId = Guid.CreateVersion7();
        var deadline = now + RunLimits.DispatchTime;
        var needs = InputCheck.Needs(definition);
        session.Events.StartStream<Run>(runId, new RunRequested(
            owner, workflowId, revision.Number, revision.DefinitionHash, workflow.Namespace, workflow.Name, command.Trigger, command.DeviceId,
            envelope.Actor, now, await vault.Seal(owner, input, cancellation), null, deadline,
            await vault.SealText(owner, envelope.Reason, cancellation), command.Priority, needs));
        await bus.PublishAsync(new DispatchRun(owner, runId, command.DeviceId, now, deadline, workflowId, command.Priority, needs));
        return session.Answer(command, runId, version: 1);
    }
}
