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

    /// <summary>What its owner said of it last; null where that is up to the document.</summary>
    public WorkflowClassified? Classified { get; init; }

    /// <summary>The people who want it at hand.</summary>
    public ImmutableHashSet<Guid> FavouriteOf { get; init; } = [];

    public WorkflowRevision Latest => Revisions[^1];

    /// <summary>The revision of that number; the latest for null; null where there is none.</summary>
    public WorkflowRevision? Revision(int? number) =>
        number is not { } n ? Latest : n >= 1 && n <= Revisions.Count ? Revisions[n - 1] : null;

    /// <summary>The next revision; nothing where the text is the latest one's.</summary>
    public static Decision Publish(
        Workflow? workflow, Guid ownerId, string @namespace, string name, string documentVersion, string definitionHash, Content source, Guid by, Content? reason, DateTimeOffset now,
        WorkflowCard? card = null, Content? about = null) =>
        workflow?.Latest.DefinitionHash == definitionHash
            ? Decision.Of()
            : Decision.Of(new WorkflowPublished(
                ownerId, (workflow?.Revisions.Count ?? 0) + 1, @namespace, name, documentVersion, definitionHash, source, by, now, reason,
                card?.Category, card?.Tags, about));

    public Decision Disable(Guid by, Content? reason, DateTimeOffset now) =>
        IsDisabled ? WorkflowRefusals.Disabled : Decision.Of(new WorkflowDisabled(by, now, reason));

    public Decision Enable(Guid by, Content? reason, DateTimeOffset now) =>
        IsDisabled ? Decision.Of(new WorkflowEnabled(by, now, reason)) : WorkflowRefusals.NotDisabled;

    public Decision Limit(int? atOnce, Guid by, Content? reason, DateTimeOffset now) =>
        AtOnce == atOnce ? Decision.Of() : Decision.Of(new WorkflowLimitChanged(atOnce, by, now, reason));

    /// <summary>Says where it belongs; nothing where that was said already.</summary>
    /// <param name="category">Null for what the document says; empty for none.</param>
    public Decision Classify(string? category, IReadOnlyList<string>? tags, Guid by, Content? reason, DateTimeOffset now)
    {
        if ((category is not null && !WorkflowCard.IsWord(category.Trim())) || tags?.Any(tag => tag.Trim().Length == 0 || !WorkflowCard.IsWord(tag.Trim())) == true || tags?.Count > WorkflowCard.MaxTags)
        {
            return WorkflowRefusals.ClassInvalid;
        }

        var named = category?.Trim();
        IReadOnlyList<string>? tagged = tags is null ? null : WorkflowCard.Of(null, tags).Tags;
        return Classified?.Category == named && (Classified?.Tags is { } was ? tagged is not null && was.SequenceEqual(tagged) : tagged is null)
            ? Decision.Of()
            : Decision.Of(new WorkflowClassified(named, tagged, by, now, reason));
    }

    public Decision Favour(Guid by, DateTimeOffset now) => FavouriteOf.Contains(by) ? Decision.Of() : Decision.Of(new WorkflowFavoured(by, now));

    public Decision Unfavour(Guid by, DateTimeOffset now) => FavouriteOf.Contains(by) ? Decision.Of(new WorkflowUnfavoured(by, now)) : Decision.Of();

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
        WorkflowClassified e => workflow with { Classified = e },
        WorkflowFavoured e => workflow with { FavouriteOf = workflow.FavouriteOf.Add(e.By) },
        WorkflowUnfavoured e => workflow with { FavouriteOf = workflow.FavouriteOf.Remove(e.By) },
        _ => workflow,
    };
}
