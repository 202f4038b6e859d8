using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using Jarvis.Application.Platform;
using Jarvis.Domain.Workflows;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;
using Marten;

namespace Jarvis.Application.Workflows;

/// <summary>
/// Publishes a definition: the first of its namespace and name makes the workflow, another text its next revision, the same
/// text none.
/// </summary>
/// <param name="Source">YAML or JSON.</param>
public sealed record PublishWorkflow(string Source) : Instruction
{
    public const int MaxSourceCharacters = 512 * 1024;

    public sealed class Validator : AbstractValidator<PublishWorkflow>
    {
        public Validator() => RuleFor(command => command.Source).NotEmpty().MaximumLength(MaxSourceCharacters);
    }
}

public static class PublishWorkflowHandler
{
    public static async Task<KeptAnswer> Handle(
        PublishWorkflow command, IDocumentSession session, Vault vault, ValidationContext known, TimeProvider clock, CancellationToken cancellation)
    {
        var envelope = command.Envelope;
        var owner = envelope.Owner;
        var parsed = DefinitionParser.Parse(command.Source, known);
        if (parsed.Definition is not { } definition)
        {
            return await session.Refuse(command, WorkflowRefusals.Invalid, cancellation, await vault.Seal(owner, Located(parsed.Problems), cancellation));
        }

        var document = definition.Document;
        var nameId = WorkflowName.IdOf(owner, document.Namespace, document.Name);
        var name = await session.LoadAsync<WorkflowName>(nameId, cancellation);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(command.Source)));
        var source = await vault.Seal(owner, Json.Of(command.Source), cancellation);
        var reason = await vault.SealText(owner, envelope.Reason, cancellation);
        var about = await vault.Seal(owner, WorkflowCard.About(document), cancellation);
        var card = WorkflowCard.Of(document);
        var now = clock.GetUtcNow();
        if (name is null)
        {
            var workflowId = Guid.CreateVersion7();
            var first = Workflow.Publish(null, owner, document.Namespace, document.Name, document.Version, hash, source, envelope.Actor, reason, now, card, about);
            session.Insert(new WorkflowName(nameId, workflowId));
            session.Events.StartStream<Workflow>(workflowId, first.Events);
            return session.Answer(command, workflowId, first.Events.Count);
        }

        // Many may publish one name at once (a folder of files, a pipeline): they take turns here rather than lose a race each time another wins.
        var stream = await session.Events.FetchForExclusiveWriting<Workflow>(name.WorkflowId, cancellation);
        var next = Workflow.Publish(stream.Aggregate, owner, document.Namespace, document.Name, document.Version, hash, source, envelope.Actor, reason, now, card, about);
        return await session.Settle(command, stream, next, cancellation);
    }

    private static Json Located(IReadOnlyList<Problem> problems) => Json.Of(problems.Select(problem => Json.Of(
        ("line", Json.Of(problem.Line)), ("column", Json.Of(problem.Column)), ("code", Json.Of(problem.Code)), ("message", Json.Of(problem.Message)),
        ("pointer", Json.Of(problem.Pointer)))));
}
