using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>Which runs a list shows.</summary>
public sealed record RunFilter
{
    public IEnumerable<RunStatus>? Status { get; init; }

    public Guid? WorkflowId { get; init; }

    public Guid? DeviceId { get; init; }

    /// <summary>Who asked for it.</summary>
    public Guid? ActorId { get; init; }

    public DateTimeOffset? RequestedFrom { get; init; }

    public DateTimeOffset? RequestedTo { get; init; }

    /// <summary>By when it occurred (began by the PC's clock, corrected; until then when it was requested), as statistics count.</summary>
    public DateTimeOffset? OccurredFrom { get; init; }

    public DateTimeOffset? OccurredTo { get; init; }

    /// <summary>The node of the error: the task's pointer in the definition, whichever time it was done; empty for an error of no task.</summary>
    public string? ErrorNode { get; init; }

    public RunTrigger? Trigger { get; init; }

    /// <summary>The URI of the error that ended it, or the beginning of one.</summary>
    public string? ErrorType { get; init; }

    /// <summary>
    /// Part of the workflow's name or of the error's type, or the beginning of the run's id. What a run was given and gave is sealed and
    /// cannot be searched.
    /// </summary>
    public string? Text { get; init; }
}

/// <summary>The order of a list of runs, by when they were requested.</summary>
public enum RunOrder { Newest, Oldest }

/// <summary>Pages and counts of runs.</summary>
public sealed class RunList(ViewReader views)
{
    /// <summary>Counts of any mix of filters are exact up to here.</summary>
    public const int CountLimit = 10_000;

    public const int TextMaxCharacters = 200;

    /// <summary>Priorities in the order in which they are given places.</summary>
    private const string Order = "array['high', 'normal', 'low']";

    /// <summary>One row more than the page, in the page's direction.</summary>
    public Task<List<RunRow>> Page(Caller caller, RunFilter? filter, RunOrder order, PageRequest page, ReadPoint point, CancellationToken cancel)
    {
        var conditions = Of(caller, filter, point);
        var descending = order == RunOrder.Newest != page.Backward;
        if (page.PlaceAsNumber() is { } place)
        {
            conditions.Add(descending ? "requested_position < ?" : "requested_position > ?", place);
        }

        return views.Rows<RunRow>(caller,
            $"select {RowMapper<RunRow>.Columns} from {ViewTables.Schema}.runs where {conditions.Sql} "
            + $"order by requested_position {(descending ? "desc" : "asc")} limit {page.Size + 1}",
            conditions.Parameters, cancel);
    }

    /// <summary>Runs by id, in no order.</summary>
    public Task<List<RunRow>> ById(Caller caller, IReadOnlyList<Guid> ids, ReadPoint point, CancellationToken cancel)
    {
        var conditions = new Conditions().Add("run_id = any(?)", ids.ToArray());
        point.Pick(conditions);
        return views.Rows<RunRow>(
            caller, $"select {RowMapper<RunRow>.Columns} from {ViewTables.Schema}.runs where {conditions.Sql}", conditions.Parameters, cancel);
    }

    /// <summary>Runs that continue or repeat others, oldest first, a bounded number for each.</summary>
    public Task<List<RunRow>> RetriesOf(Caller caller, IReadOnlyList<Guid> parents, ReadPoint point, CancellationToken cancel)
    {
        var conditions = new Conditions().Add("r.parent_run_id = p.id");
        point.Pick(conditions, "r.");
        conditions.Parameters.Add(parents.ToArray());
        return views.Rows<RunRow>(caller,
            $"""
            select {RowMapper<RunRow>.ColumnsOf("c")} from unnest(${conditions.Parameters.Count}::uuid[]) p(id) cross join lateral (
                select r.* from {ViewTables.Schema}.runs r where {conditions.Sql} order by r.requested_position limit {GraphQLLimits.PageMax}) c
            """, conditions.Parameters, cancel);
    }

    /// <summary>
    /// How many runs a filter finds: exact for status, workflow and device (kept counts), else counted up to <see cref="CountLimit"/>.
    /// </summary>
    public async Task<Count> Count(Caller caller, RunFilter? filter, ReadPoint point, CancellationToken cancel)
    {
        if (point.Position is null && filter is null or { ActorId: null, RequestedFrom: null, RequestedTo: null, OccurredFrom: null, OccurredTo: null, ErrorNode: null, Trigger: null, ErrorType: null, Text: null })
        {
            var kept = new Conditions();
            kept.AddIf(!caller.IsAdministrator, "owner_id = ?", caller.AccountId);
            AddStatus(kept, filter);
            kept.AddIf(filter?.WorkflowId is not null, "workflow_id = ?", filter?.WorkflowId);
            kept.AddIf(filter?.DeviceId is not null, "device_id = ?", filter?.DeviceId);
            var sum = await views.Rows(caller,
                $"select coalesce(sum(n), 0)::bigint from {ViewTables.Schema}.run_counts where {kept.Sql}", kept.Parameters, static r => r.GetInt64(0), cancel);
            return new Count((int)Math.Min(int.MaxValue, sum[0]), sum[0] <= int.MaxValue);
        }

        var conditions = Of(caller, filter, point);
        var counted = await views.Rows(caller,
            $"select count(*) from (select 1 from {ViewTables.Schema}.runs where {conditions.Sql} limit {CountLimit + 1}) limited",
            conditions.Parameters, static r => r.GetInt64(0), cancel);
        return new Count((int)Math.Min(CountLimit, counted[0]), counted[0] <= CountLimit);
    }

    /// <summary>The place of pending runs among their owner's, from 1.</summary>
    public async Task<Dictionary<Guid, int>> PlacesInQueue(Caller caller, IReadOnlyList<Guid> runs, CancellationToken cancel)
    {
        var places = await views.Rows(caller,
            $"""
            select r.run_id, (select count(*) from (
                select 1 from {ViewTables.Schema}.runs q where q.to_position = {ViewTables.Open} and q.status = 'pending' and q.owner_id = r.owner_id
                and not q.granted and (array_position({Order}, q.priority), q.requested_position) < (array_position({Order}, r.priority), r.requested_position) limit {CountLimit}) ahead)
            from {ViewTables.Schema}.runs r where r.run_id = any($1) and r.to_position = {ViewTables.Open}
            """, [runs.ToArray()], static r => (r.GetGuid(0), (int)r.GetInt64(1)), cancel);
        return places.ToDictionary(pair => pair.Item1, pair => pair.Item2 + 1);
    }

    /// <summary>The conditions of a list. Row-level security would do for the owner; the condition lets the index be used.</summary>
    public static Conditions Of(Caller caller, RunFilter? filter, ReadPoint? point)
    {
        var conditions = new Conditions();
        conditions.AddIf(!caller.IsAdministrator, "owner_id = ?", caller.AccountId);
        point?.Pick(conditions);
        AddStatus(conditions, filter);
        return conditions
            .AddIf(filter?.WorkflowId is not null, "workflow_id = ?", filter?.WorkflowId)
            .AddIf(filter?.DeviceId is not null, "device_id = ?", filter?.DeviceId)
            .AddIf(filter?.ActorId is not null, "requested_by = ?", filter?.ActorId)
            .AddIf(filter?.RequestedFrom is not null, "requested_at >= ?", filter?.RequestedFrom)
            .AddIf(filter?.RequestedTo is not null, "requested_at < ?", filter?.RequestedTo)
            .AddIf(filter?.OccurredFrom is not null, "occurred_at >= ?", filter?.OccurredFrom)
            .AddIf(filter?.OccurredTo is not null, "occurred_at < ?", filter?.OccurredTo)
            .AddIf(filter?.ErrorNode is not null, $"error_type is not null and {RunFigureChanges.NodeSql("error_instance")} = ?", filter?.ErrorNode)
            .AddIf(filter?.Trigger is not null, "trigger = ?", filter?.Trigger is { } trigger ? Stored(trigger.ToString()) : null)
            .AddIf(!string.IsNullOrWhiteSpace(filter?.ErrorType), "starts_with(error_type, ?)", Cut(filter?.ErrorType))
            .AddIf(
                !string.IsNullOrWhiteSpace(filter?.Text),
                "(strpos(lower(workflow_name), lower(?)) > 0 or strpos(lower(error_type), lower(?)) > 0 or starts_with(run_id::text, lower(?)))",
                Cut(filter?.Text), Cut(filter?.Text), Cut(filter?.Text));
    }

    private static void AddStatus(Conditions conditions, RunFilter? filter)
    {
        if (filter?.Status?.Select(status => Stored(status.ToString())).Distinct().ToArray() is { Length: > 0 } statuses)
        {
            conditions.Add(statuses.Length == 1 ? "status = ?" : "status = any(?)", statuses.Length == 1 ? statuses[0] : statuses);
        }
    }

    // Enums stand in the views as in the events, in camelCase.
    private static string Stored(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string? Cut(string? text) => text?.Length > TextMaxCharacters ? text[..TextMaxCharacters] : text;
}
