using System.Collections.Immutable;
using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Workflows;

/// <summary>One revision, never changed once published.</summary>
public sealed record WorkflowRevision(int Number, string DefinitionHash, Content Source, string DocumentVersion);

/// <summary>A workflow of an owner, by namespace and name, with every revision it ever had.</summary>
public sealed record Workflow
{
    /// <summary>The stream; set by the store that folds it.</summary>
    public Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public ImmutableList<WorkflowRevision> Revisions { get; init; } = [];

    public bool IsDisabled { get; init; }

    /// <summary>Runs of it that may be under way at once; null for no limit.</summary>
    public int? AtOnce { get; init; }

    public WorkflowRevision Latest => Revisions[^1];

    /// <summary>The revision of that number; the latest for null; null where there is none.</summary>
    public WorkflowRevision? Revision(int? number) =>
        number is not { } n ? Latest : n >= 1 && n <= Revisions.Count ? Revisions[n - 1] : null;

    /// <summary>The next revision; nothing where the text is the latest one's.</summary>
    public static Decision Publish(
        Workflow? workflow, Guid ownerId, string @namespace, string name, string documentVersion, string definitionHash, Content source, Guid by, Content? reason, DateTimeOffset now) =>
        workflow?.Latest.DefinitionHash == definitionHash
            ? Decision.Of()
            : Decision.Of(new WorkflowPublished(
                ownerId, (workflow?.Revisions.Count ?? 0) + 1, @namespace, name, documentVersion, definitionHash, source, by, now, reason));

    public Decision Disable(Guid by, Content? reason, DateTimeOffset now) =>
        IsDisabled ? WorkflowRefusals.Disabled : Decision.Of(new WorkflowDisabled(by, now, reason));

    public Decision Enable(Guid by, Content? reason, DateTimeOffset now) =>
        IsDisabled ? Decision.Of(new WorkflowEnabled(by, now, reason)) : WorkflowRefusals.NotDisabled;

    public Decision Limit(int? atOnce, Guid by, Content? reason, DateTimeOffset now) =>
        AtOnce == atOnce ? Decision.Of() : Decision.Of(new WorkflowLimitChanged(atOnce, by, now, reason));

    public static Workflow? Evolve(Workflow? workflow, object @event) => @event switch
    {
        WorkflowPublished e => (workflow ?? new Workflow { OwnerId = e.OwnerId, Namespace = e.Namespace, Name = e.Name }) with
        {
            Revisions = (workflow?.Revisions ?? []).Add(new WorkflowRevision(e.Revision, e.DefinitionHash, e.Source, e.DocumentVersion)),
        },
        _ when workflow is null => null,
        WorkflowLimitChanged e => workflow with { AtOnce = e.AtOnce },
        WorkflowDisabled => workflow with { IsDisabled = true },
        WorkflowEnabled => workflow with { IsDisabled = false },
        _ => workflow,
    };
}
