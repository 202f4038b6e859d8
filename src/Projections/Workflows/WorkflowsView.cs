using System.Text.Json.Serialization;
using JasperFx.Events;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows;
using Jarvis.Projections.Platform;
using Marten;

namespace Jarvis.Projections.Workflows;

/// <summary>A published workflow as lists show it; its source stays sealed in the event of its revision, its title and description in their column.</summary>
/// <param name="DocumentCategory">What the document says; <c>Category</c> is what counts.</param>
/// <param name="OwnCategory">What the owner said instead; null for nothing, empty for none.</param>
public sealed record WorkflowRow(
    Guid WorkflowId, long FromPosition, long ToPosition, Guid OwnerId, long PublishedPosition, string Namespace, string Name, int Revision,
    string DocumentVersion, string DefinitionHash, bool Disabled, DateTimeOffset PublishedAt, int? AtOnce, DateTimeOffset ChangedAt, long StreamVersion,
    string? Category, IReadOnlyList<string> Tags, string? DocumentCategory, IReadOnlyList<string> DocumentTags, string? OwnCategory, IReadOnlyList<string>? OwnTags,
    string? About, Guid? ChangedBy)
    : IVersioned<WorkflowRow>
{
    [JsonIgnore]
    public Guid Key => WorkflowId;

    public WorkflowRow Until(long position) => this with { ToPosition = position };

    public static WorkflowRow? Evolve(WorkflowRow? row, IEvent @event, Guid? actor)
    {
        var next = @event.Data switch
        {
            WorkflowPublished e => new WorkflowRow(
                @event.StreamId, 0, 0, e.OwnerId, row?.PublishedPosition ?? @event.Sequence, e.Namespace, e.Name, e.Revision, e.DocumentVersion,
                e.DefinitionHash, row?.Disabled ?? false, e.PublishedAt, row?.AtOnce, default, 0, null, [], e.Category, e.Tags ?? [], row?.OwnCategory, row?.OwnTags,
                ViewJson.Sealed(e.About), null),
            WorkflowLimitChanged e => row is null ? null : row with { AtOnce = e.AtOnce },
            WorkflowDisabled => row is null ? null : row with { Disabled = true },
            WorkflowEnabled => row is null ? null : row with { Disabled = false },
            WorkflowClassified e => row is null ? null : row with { OwnCategory = e.Category, OwnTags = e.Tags },
            // What one person wants at hand is no change of the workflow.
            _ => null,
        };
        return next is null ? null : next with
        {
            Category = next.OwnCategory is { } own ? own.Length > 0 ? own : null : next.DocumentCategory,
            Tags = next.OwnTags ?? next.DocumentTags,
            ChangedBy = actor,
            FromPosition = @event.Sequence, ToPosition = ViewTables.Open, ChangedAt = @event.Timestamp, StreamVersion = @event.Version,
        };
    }
}

/// <summary>That a person wants a workflow at hand, from one position to another. The row is the person's, whoever owns the workflow.</summary>
public sealed record FavouriteRow(Guid OwnerId, Guid WorkflowId, long FromPosition, long ToPosition);

/// <summary>The list of workflows.</summary>
public sealed class WorkflowsView : View
{
    public new const string Name = "Workflows";

    public WorkflowsView(string schema = ViewTables.Schema)
        : base(Name, schema, "workflows", "workflow_favourites")
    {
        foreach (var type in EventNames.All.Keys.Where(typeof(IWorkflowEvent).IsAssignableFrom))
        {
            IncludeType(type);
        }
    }

    public override View In(string schema) => new WorkflowsView(schema);

    public override async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        await FoldVersions<WorkflowRow>(operations, events, "workflows", "workflow_id", static (row, @event) => WorkflowRow.Evolve(row, @event, ActorOf(@event)), cancellation);
        var writer = new SessionRowWriter(operations, Schema);
        foreach (var @event in events)
        {
            switch (@event.Data)
            {
                case WorkflowFavoured e:
                    writer.Json<FavouriteRow>(
                        $"insert into {Schema}.workflow_favourites select * from json_populate_recordset(null::{Schema}.workflow_favourites, ?::json)",
                        [new FavouriteRow(e.By, @event.StreamId, @event.Sequence, ViewTables.Open)]);
                    break;
                case WorkflowUnfavoured e:
                    writer.Json<FavouriteRow>(
                        $"""
                        update {Schema}.workflow_favourites f set to_position = c.from_position
                        from json_populate_recordset(null::{Schema}.workflow_favourites, ?::json) c
                        where f.owner_id = c.owner_id and f.workflow_id = c.workflow_id and f.to_position = {ViewTables.Open}
                        """, [new FavouriteRow(e.By, @event.StreamId, @event.Sequence, ViewTables.Open)]);
                    break;
            }
        }
    }
}
