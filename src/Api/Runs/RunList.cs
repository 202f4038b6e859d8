using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>Which runs a list shows.</summary>
public sealed record RunFilter
{
    /// <summary>These runs, at most 200: what stands on a screen.</summary>
    public IEnumerable<Guid>? Ids { get; init; }

    /// <summary>For administrators, who see everybody's.</summary>
    public Guid? OwnerId { get; init; }

    public IEnumerable<RunStatus>? Status { get; init; }

    /// <summary>Those that failed, or whose control expired, and that nobody has looked at or retried yet; or all the others.</summary>
    public bool? NeedsAttention { get; init; }

    /// <summary>Those that were retried, or those that nobody has retried yet.</summary>
    public bool? Retried { get; init; }

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

/// <summary>The order of a list of runs. Of equals the one requested later stands first in a falling order, last in a rising one.</summary>
public enum RunOrder
{
    /// <summary>By when they were requested.</summary>
    Newest,

    Oldest,

    /// <summary>By when they began; those that have not, by when they were requested.</summary>
    LatestStarted,

    EarliestStarted,

    /// <summary>By duration; those that have none stand last.</summary>
    Longest,

    Shortest,

    RecentlyChanged,

    /// <summary>By the workflow's name.</summary>
    Workflow,
}

/// <summary>A run with its place in the list's order.</summary>
public sealed record FoundRun(RunRow Row, string Place);

/// <summary>Pages and counts of runs.</summary>
public sealed class RunList(ViewReader views)
{
    /// <summary>Counts of any mix of filters are exact up to here.</summary>
    public const int CountLimit = 10_000;

    public const int TextMaxCharacters = 200;

    public const int MaxIds = 200;

    private const string Started = "(extract(epoch from occurred_at) * 1000000)::bigint";
    private const string Duration = "(extract(epoch from ended_at - started_at) * 1000)::bigint";

    /// <summary>Priorities in the order in which they are given places.</summary>
    private const string Order = "array['high', 'normal', 'low']";

    /// <summary>What its cursors are of.</summary>
    public static string NameOf(RunOrder order) => $"runs {order}";

    /// <summary>One row more than the page, in the page's direction.</summary>
    public Task<List<FoundRun>> Page(Caller caller, RunFilter? filter, RunOrder order, PageRequest page, ReadPoint point, CancellationToken cancel)
    {
        var conditions = Of(caller, filter, point);
        var (key, falling) = KeyOf(order);
        var descending = falling != page.Backward;
        if (page.Place is { } place)
        {
            var (at, text) = PlaceIn(place, page.Backward);
            if (key is null)
            {
                conditions.Add(descending ? "requested_position < ?" : "requested_position > ?", at);
            }
            else
            {
                conditions.Add($"({key}, requested_position) {(descending ? "<" : ">")} (?{(order == RunOrder.Workflow ? "" : "::bigint")}, ?)",
                    order == RunOrder.Workflow ? text : NumberIn(text, page.Backward), at);
            }
        }

        var direction = descending ? "desc" : "asc";
        return views.Rows(caller,
            $"select {RowMapper<RunRow>.Columns}, requested_position::text{(key is null ? "" : $" || '|' || ({key})::text")} as place from {ViewTables.Schema}.runs where {conditions.Sql} "
            + $"order by {(key is null ? "" : $"{key} {direction}, ")}requested_position {direction} limit {page.Size + 1}",
            conditions.Parameters, static reader => new FoundRun(RowMapper<RunRow>.Read(reader, 0), reader.GetString(reader.FieldCount - 1)), cancel);
    }

    /// <summary>Runs by id, in no order.</summary>
    public Task<List<RunRow>> ById(Caller caller, IReadOnlyList<Guid> ids, ReadPoint point, CancellationToken cancel) =>
        views.RowsAt<RunRow>(caller, "runs", point, "", conditions => conditions.Add("run_id = any(?)", ids.ToArray()), cancel);

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
        if (point.Position is null && filter is null or { ActorId: null, RequestedFrom: null, RequestedTo: null, OccurredFrom: null, OccurredTo: null, ErrorNode: null, Ids: null, NeedsAttention: null, Retried: null, Trigger: null, ErrorType: null, Text: null })
        {
            var kept = new Conditions();
            kept.AddIf(!caller.IsAdministrator, "owner_id = ?", caller.AccountId);
            AddStatus(kept, filter);
            kept.AddIf(filter?.OwnerId is not null, "owner_id = ?", filter?.OwnerId);
            kept.AddIf(filter?.WorkflowId is not null, "workflow_id = ?", filter?.WorkflowId);
            kept.AddIf(filter?.DeviceId is not null, "device_id = ?", filter?.DeviceId);
            var sum = await views.Rows(caller,
                $"select coalesce(sum(n), 0)::bigint from {ViewTables.Schema}.run_counts where {kept.Sql}", kept.Parameters, static r => r.GetInt64(0), cancel);
            return new Count((int)Math.Min(int.MaxValue, sum[0]), sum[0] <= int.MaxValue);
        }

        // Runs since a time are the newest ones: counted from there, the limit is reached before older ones are looked at.
        var conditions = Of(caller, filter, point);
        var order = filter is { RequestedFrom: not null } or { OccurredFrom: not null } ? "order by requested_position desc" : "";
        var counted = await views.Rows(caller,
            $"select count(*) from (select 1 from {ViewTables.Schema}.runs where {conditions.Sql} {order} limit {CountLimit + 1}) limited",
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
        AddAttention(conditions, filter?.NeedsAttention, point);
        AddRetried(conditions, filter?.Retried, point);
        return conditions
            .AddIf(filter?.Ids is not null, "run_id = any(?)", IdsOf(filter?.Ids))
            .AddIf(filter?.OwnerId is not null, "owner_id = ?", filter?.OwnerId)
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

    private static void AddRetried(Conditions conditions, bool? wanted, ReadPoint? point)
    {
        if (wanted is { } retried)
        {
            var (sql, until) = IsRetried(point);
            conditions.Add(retried ? sql : $"not {sql}", until);
        }
    }

    // A retry is another run, so that nothing in the failed run's own row says that it was retried.
    private static (string Sql, object[] Until) IsRetried(ReadPoint? point) => (
        $"exists (select 1 from {ViewTables.Schema}.runs c where c.parent_run_id = runs.run_id and c.to_position = {ViewTables.Open}{(point?.Position is null ? "" : " and c.requested_position <= ?")})",
        point?.Position is { } position ? [position] : []);

    private static void AddAttention(Conditions conditions, bool? needed, ReadPoint? point)
    {
        if (needed is not { } wanted)
        {
            return;
        }

        var (retried, until) = IsRetried(point);
        conditions.Add(wanted ? $"attention is not null and not {retried}" : $"(attention is null or {retried})", until);
    }

    /// <summary>What stands on a screen, by id.</summary>
    /// <exception cref="RefusalError"><c>input.invalid</c>: more than <see cref="MaxIds"/>.</exception>
    internal static Guid[]? IdsOf(IEnumerable<Guid>? asked)
    {
        var ids = asked?.Distinct().Take(MaxIds + 1).ToArray();
        return ids?.Length > MaxIds ? throw new RefusalError(new Refusal("input.invalid", $"Name at most {MaxIds}.", "ids")) : ids;
    }

    /// <summary>What a list is ordered by before the position, null for nothing, and whether it falls.</summary>
    private static (string? Key, bool Falling) KeyOf(RunOrder order) => order switch
    {
        RunOrder.Newest => (null, true),
        RunOrder.Oldest => (null, false),
        RunOrder.LatestStarted => (Started, true),
        RunOrder.EarliestStarted => (Started, false),
        RunOrder.Longest => ($"coalesce({Duration}, -1)", true),
        RunOrder.Shortest => ($"coalesce({Duration}, {ViewTables.Open})", false),
        RunOrder.RecentlyChanged => ("from_position", true),
        _ => ("lower(workflow_name) collate \"C\"", false),
    };

    private static (long At, string Key) PlaceIn(string place, bool backward)
    {
        var bar = place.IndexOf('|', StringComparison.Ordinal);
        return (NumberIn(bar < 0 ? place : place[..bar], backward), bar < 0 ? "" : place[(bar + 1)..]);
    }

    private static long NumberIn(string text, bool backward) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw PageRequest.InvalidCursor(backward ? "before" : "after");

    // Enums stand in the views as in the events, in camelCase.
    private static string Stored(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string? Cut(string? text) => text?.Cut(TextMaxCharacters);
}
