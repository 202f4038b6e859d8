using System.Text.Json.Serialization;
using JasperFx.Events;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Workflows;
using Jarvis.Projections.Platform;
using Marten;

namespace Jarvis.Projections.Workflows;

/// <summary>A published workflow as lists show it; its source stays sealed in the event of its revision.</summary>
public sealed record WorkflowRow(
    Guid WorkflowId, long FromPosition, long ToPosition, Guid OwnerId, long PublishedPosition, string Namespace, string Name, int Revision,
    string DocumentVersion, string DefinitionHash, bool Disabled, DateTimeOffset PublishedAt, int? AtOnce, DateTimeOffset ChangedAt, long StreamVersion)
    : IVersioned<WorkflowRow>
{
    [JsonIgnore]
    public Guid Key => WorkflowId;

    public WorkflowRow Until(long position) => this with { ToPosition = position };

    public static WorkflowRow? Evolve(WorkflowRow? row, IEvent @event)
    {
        var next = @event.Data switch
        {
            WorkflowPublished e => new WorkflowRow(
                @event.StreamId, 0, 0, e.OwnerId, row?.PublishedPosition ?? @event.Sequence, e.Namespace, e.Name, e.Revision, e.DocumentVersion,
                e.DefinitionHash, row?.Disabled ?? false, e.PublishedAt, row?.AtOnce, default, 0),
            WorkflowLimitChanged e => row is null ? null : row with { AtOnce = e.AtOnce },
            WorkflowDisabled => row is null ? null : row with { Disabled = true },
            WorkflowEnabled => row is null ? null : row with { Disabled = false },
            _ => row,
        };
        return next is null ? null : next with
        {
            FromPosition = @event.Sequence, ToPosition = ViewTables.Open, ChangedAt = @event.Timestamp, StreamVersion = @event.Version,
        };
    }
}

/// <summary>The list of workflows.</summary>
public sealed class WorkflowsView : View
{
    public new const string Name = "Workflows";

    public WorkflowsView(string schema = ViewTables.Schema)
        : base(Name, schema, "workflows")
    {
        foreach (var type in EventNames.All.Keys.Where(typeof(IWorkflowEvent).IsAssignableFrom))
        {
            IncludeType(type);
        }
    }

    public override View In(string schema) => new WorkflowsView(schema);

    public override async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        var ids = events.Select(e => e.StreamId).Distinct().ToArray();
        var rows = new Versions<WorkflowRow>(await Read<WorkflowRow>(
            operations, $"select * from {Schema}.workflows where workflow_id = any($1) and to_position = {ViewTables.Open}", ids, cancellation));
        foreach (var @event in events)
        {
            if (WorkflowRow.Evolve(rows.Find(@event.StreamId), @event) is { } next)
            {
                rows.Put(next);
            }
        }

        WriteVersions(operations, "workflows", "workflow_id", rows);
    }
}
