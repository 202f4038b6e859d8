using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Workflows;

/// <summary>Each "no" about a workflow.</summary>
public static class WorkflowRefusals
{
    public static readonly Refusal NotFound = new("workflow.not_found", "There is no such workflow.");

    public static readonly Refusal RevisionNotFound = new("workflow.revision_not_found", "The workflow has no such revision.", "revision");

    public static readonly Refusal Invalid = new("workflow.invalid", "The definition has problems; each is listed with its place.", "source");

    public static readonly Refusal Disabled = new("workflow.disabled", "The workflow is disabled; enable it before it can run.");

    public static readonly Refusal ClassInvalid =
        new("workflow.class_invalid", $"A category and each of at most {WorkflowCard.MaxTags} tags has 1 to {WorkflowCard.MaxCharacters} characters.", "tags");

    public static readonly Refusal NotDisabled = new("workflow.not_disabled", "The workflow is not disabled.");
}
