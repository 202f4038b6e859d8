using Jarvis.Domain.Platform;

namespace Jarvis.Domain.Workflows;

/// <summary>A published workflow of an owner: the events of its <c>Workflow</c> stream.</summary>
public interface IWorkflowEvent;

/// <summary>A revision was published. It is never changed; the next text is the next revision.</summary>
/// <param name="Revision">From 1, without a gap.</param>
/// <param name="Namespace">The document's namespace; with the name unique within the owner.</param>
/// <param name="DocumentVersion">The version the document gives itself; Jarvis does not interpret it.</param>
/// <param name="DefinitionHash">SHA-256 of the source text in UTF-8, lower-case hex.</param>
/// <param name="Source">A JSON string: the source text (YAML or JSON) as it was sent.</param>
/// <param name="Category">What the document says it is one of.</param>
/// <param name="Tags">What the document is tagged with; null for none.</param>
/// <param name="About">A JSON object: <c>title</c> and <c>description</c>, each a text or null.</param>
[EventName("ai.jarvis.workflow.published.v1")]
public sealed record WorkflowPublished(
    Guid OwnerId, int Revision, string Namespace, string Name, string DocumentVersion, string DefinitionHash, Content Source,
    Guid PublishedBy, DateTimeOffset PublishedAt, Content? Reason, string? Category = null, IReadOnlyList<string>? Tags = null, Content? About = null)
    : IWorkflowEvent;

/// <summary>Its owner said where it belongs, whatever its document says; null for what the document says.</summary>
[EventName("ai.jarvis.workflow.classified.v1")]
public sealed record WorkflowClassified(string? Category, IReadOnlyList<string>? Tags, Guid By, DateTimeOffset ClassifiedAt, Content? Reason) : IWorkflowEvent;

/// <summary>A person wants it at hand.</summary>
[EventName("ai.jarvis.workflow.favoured.v1")]
public sealed record WorkflowFavoured(Guid By, DateTimeOffset FavouredAt) : IWorkflowEvent;

/// <summary>The person wants it at hand no longer.</summary>
[EventName("ai.jarvis.workflow.unfavoured.v1")]
public sealed record WorkflowUnfavoured(Guid By, DateTimeOffset UnfavouredAt) : IWorkflowEvent;

/// <summary>No new run of it may be requested; runs that were go on.</summary>
[EventName("ai.jarvis.workflow.disabled.v1")]
public sealed record WorkflowDisabled(Guid By, DateTimeOffset DisabledAt, Content? Reason) : IWorkflowEvent;

/// <summary>Runs of it may be requested again.</summary>
[EventName("ai.jarvis.workflow.enabled.v1")]
public sealed record WorkflowEnabled(Guid By, DateTimeOffset EnabledAt, Content? Reason) : IWorkflowEvent;

/// <summary>It was settled how many of its runs go on at once.</summary>
/// <param name="AtOnce">How many runs of it may be under way at once, on all devices together; null for no limit.</param>
[EventName("ai.jarvis.workflow.limit-changed.v1")]
public sealed record WorkflowLimitChanged(int? AtOnce, Guid By, DateTimeOffset ChangedAt, Content? Reason) : IWorkflowEvent;
