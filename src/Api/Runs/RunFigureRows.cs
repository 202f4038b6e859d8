using System.Globalization;
using System.Text.Json;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>How long a calendar step of statistics is.</summary>
public enum StatisticsStep { Day, Week, Month }

/// <summary>Which runs are counted.</summary>
/// <param name="Begin">Where the first day begins; the same instant bounds the list of the same runs.</param>
/// <param name="End">Where the last day ends, excluded.</param>
/// <param name="Zone">An IANA name.</param>
/// <param name="Owners">Whose runs, of those that the caller may see; null for all of them.</param>
public sealed record FigureScope(
    Caller Caller, DateTimeOffset Begin, DateTimeOffset End, string Zone, Guid? WorkflowId, Guid? DeviceId, IReadOnlyList<Guid>? Owners, ReadPoint Point);

/// <summary>The runs of one step by status, how many of them began and ended, and how long those took together.</summary>
/// <param name="Step">Its number, from 1.</param>
public sealed record FigureRow(int Step, long Pending, long Running, long Paused, long Completed, long Failed, long Cancelled, long Timed, long DurationMs)
{
    public long Runs => Pending + Running + Paused + Completed + Failed + Cancelled;
}

/// <summary>How many runs failed in one way.</summary>
public sealed record FailureRow(Guid WorkflowId, string ErrorType, string Node, long N);

/// <summary>Half of the runs took no longer than the median, 95 of 100 no longer than p95: durations that runs really had, in milliseconds.</summary>
public sealed record DurationShares(long MedianMs, long P95Ms);

/// <summary>
/// Reads figures of runs: now from what is kept per span of time, whose sums are exact in any time zone; for a past moment, or for one
/// workflow on one device, from the versions of the runs. Both give the same numbers.
/// </summary>
public sealed class RunFigureRows(ViewReader views)
{
    /// <summary>Ways of failing that one answer tells apart.</summary>
    public const int MaxFailures = 100;

    private const string Duration = "greatest(0, floor(extract(epoch from ended_at - started_at) * 1000))::bigint";
    private const string IsTimed = "started_at is not null and ended_at is not null";

    private static readonly string[] Statuses = [.. Enum.GetNames<RunStatus>().Select(JsonNamingPolicy.CamelCase.ConvertName)];
    private static readonly string Sums = string.Join(", ", Statuses.Select(status => $"sum({status})::bigint"));
    private static readonly string Counts = string.Join(", ", Statuses.Select(status => $"count(*) filter (where status = '{status}')"));

    /// <summary>Picks the kept figures of a caller: all owners' for an administrator.</summary>
    public static void Pick(Conditions conditions, Caller caller, Guid? workflowId, Guid? deviceId, IReadOnlyList<Guid>? owners = null)
    {
        // Figures of single workflows and devices stand under their owner only.
        if (owners is not null)
        {
            conditions.Add("owner_id = any(?)", owners.ToArray());
        }
        else if (caller.IsAdministrator && (workflowId ?? deviceId) is not null)
        {
            conditions.Add("owner_id <> ?", Guid.Empty);
        }
        else
        {
            conditions.Add("owner_id = ?", caller.IsAdministrator ? Guid.Empty : caller.AccountId);
        }

        conditions.Add("workflow_id = ?", workflowId ?? Guid.Empty).Add("device_id = ?", deviceId ?? Guid.Empty);
    }

    /// <summary>Figures by step; a step without a run has none.</summary>
    /// <param name="starts">Where each step begins, ascending.</param>
    public Task<List<FigureRow>> Figures(FigureScope scope, DateTimeOffset[] starts, CancellationToken cancel)
    {
        var conditions = new Conditions();
        string select;
        if (IsKept(scope))
        {
            Pick(conditions, scope.Caller, scope.WorkflowId, scope.DeviceId, scope.Owners);
            var pieces = FigurePieces.Of([.. starts, scope.End], FigureSpans.OfFigures).Sql(conditions);
            select = $"p.step, {Sums}, sum(timed)::bigint, sum(duration_ms)::bigint from {Within(pieces, "run_figures", conditions)}";
        }
        else
        {
            PickVersions(conditions, scope);
            Within(conditions, scope, "occurred_at");
            select = $"{StepSql("occurred_at", starts, conditions)}, {Counts}, count(*) filter (where {IsTimed}), coalesce(sum({Duration}), 0)::bigint "
                + $"from {ViewTables.Schema}.runs where {conditions.Sql}";
        }

        return views.Rows(scope.Caller, $"select {select} group by 1", conditions.Parameters,
            static r => new FigureRow(
                r.GetInt32(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), r.GetInt64(7), r.GetInt64(8)),
            cancel);
    }

    /// <summary>Ways of failing, the most frequent first.</summary>
    public Task<List<FailureRow>> Failures(FigureScope scope, int first, CancellationToken cancel)
    {
        var conditions = new Conditions();
        string select;
        if (scope.DeviceId is null && scope.Point.Position is null)
        {
            PickOwners(conditions, scope);
            conditions.AddIf(scope.WorkflowId is not null, "workflow_id = ?", scope.WorkflowId);
            var pieces = FigurePieces.Of([scope.Begin, scope.End], FigureSpans.OfFailures).Sql(conditions);
            select = $"workflow_id, error_type, node, sum(n)::bigint n from {Within(pieces, "run_failures", conditions)}";
        }
        else
        {
            PickVersions(conditions, scope);
            Within(conditions, scope, "occurred_at");
            conditions.Add("status = ?", JsonNamingPolicy.CamelCase.ConvertName(nameof(RunStatus.Failed))).Add("error_type is not null");
            select = $"coalesce(workflow_id, '{Guid.Empty}'::uuid), left(error_type, {RunFigureChanges.MaxNameCharacters}), {RunFigureChanges.NodeSql("error_instance")}, count(*)::bigint n "
                + $"from {ViewTables.Schema}.runs where {conditions.Sql}";
        }

        return views.Rows(scope.Caller,
            $"select {select} group by 1, 2, 3 order by n desc, 1, 2, 3 limit {first.ToString(CultureInfo.InvariantCulture)}", conditions.Parameters,
            static r => new FailureRow(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetInt64(3)), cancel);
    }

    /// <summary>Median and 95th percentile of each step by its number, or for null of the whole period.</summary>
    public async Task<Dictionary<int, DurationShares>> Shares(FigureScope scope, DateTimeOffset[]? starts, CancellationToken cancel)
    {
        var conditions = new Conditions();
        var (table, ms) = scope.Point.Position is null ? ("run_durations", "duration_ms") : ("runs", Duration);
        if (scope.Point.Position is null)
        {
            PickOwners(conditions, scope);
            conditions
                .AddIf(scope.WorkflowId is not null, "workflow_id = ?", scope.WorkflowId).AddIf(scope.DeviceId is not null, "device_id = ?", scope.DeviceId);
        }
        else
        {
            PickVersions(conditions, scope);
            conditions.Add(IsTimed);
        }

        Within(conditions, scope, "occurred_at");
        var step = starts is null ? "1" : StepSql("occurred_at", starts, conditions);
        var rows = await views.Rows(scope.Caller,
            $"select {step}, percentile_disc(array[0.5, 0.95]) within group (order by {ms}) from {ViewTables.Schema}.{table} where {conditions.Sql} group by 1",
            conditions.Parameters, static r => (r.GetInt32(0), r.GetFieldValue<long[]>(1)), cancel);
        return rows.ToDictionary(row => row.Item1, row => new DurationShares(row.Item2[0], row.Item2[1]));
    }

    private static bool IsKept(FigureScope scope) => scope.Point.Position is null && (scope.WorkflowId is null || scope.DeviceId is null);

    private static void PickVersions(Conditions conditions, FigureScope scope)
    {
        PickOwners(conditions, scope);
        scope.Point.Pick(conditions);
        conditions.AddIf(scope.WorkflowId is not null, "workflow_id = ?", scope.WorkflowId).AddIf(scope.DeviceId is not null, "device_id = ?", scope.DeviceId);
    }

    private static void Within(Conditions conditions, FigureScope scope, string time) =>
        conditions.Add($"{time} >= ?", scope.Begin).Add($"{time} < ?", scope.End);

    // Each piece is looked up by itself: left to choose, the database reads the whole table once and compares every row with every piece.
    private static string Within(string pieces, string table, Conditions conditions) =>
        $"{pieces} cross join lateral (select * from {ViewTables.Schema}.{table} r where {conditions.Sql} and r.span = p.span and r.begins >= p.begins and r.begins < p.ends offset 0) r";

    private static void PickOwners(Conditions conditions, FigureScope scope) =>
        conditions.AddIf(!scope.Caller.IsAdministrator, "owner_id = ?", scope.Caller.AccountId)
            .AddIf(scope.Owners is not null, "owner_id = any(?)", scope.Owners?.ToArray());

    // A search among the steps' instants; reckoning each row's local time took four fifths of the query.
    private static string StepSql(string time, DateTimeOffset[] starts, Conditions conditions)
    {
        conditions.Parameters.Add(starts);
        return $"width_bucket({time}, ${conditions.Parameters.Count}::timestamptz[])";
    }
}
