using GraphQL;
using GraphQL.DataLoader;
using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Workflows;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>Calendar periods by name, in the person's zone; a week begins on Monday.</summary>
public enum StatisticsPeriod { Today, Yesterday, ThisWeek, ThisMonth, Last7Days, Last30Days }

/// <summary>Numbers of runs. A run counts for the moment at which it occurred: when it began by its PC's clock, corrected; until then when it was requested.</summary>
[Name("RunFigures")]
public sealed class RunFiguresNode(IReadOnlyCollection<FigureRow> rows, Func<Task<DurationShares?>> shares)
{
    private readonly long timed = rows.Sum(row => row.Timed);

    public int Runs => (int)rows.Sum(row => row.Runs);

    public int Pending => (int)rows.Sum(row => row.Pending);

    public int Running => (int)rows.Sum(row => row.Running);

    public int Paused => (int)rows.Sum(row => row.Paused);

    public int Completed => (int)rows.Sum(row => row.Completed);

    public int Failed => (int)rows.Sum(row => row.Failed);

    public int Cancelled => (int)rows.Sum(row => row.Cancelled);

    /// <summary>Completed of those that completed or failed, 0 to 1; null where none did. Runs that people cancelled say nothing about success.</summary>
    public double? SuccessRate => Completed + Failed == 0 ? null : (double)Completed / (Completed + Failed);

    /// <summary>Runs that began and ended: those that the durations are of.</summary>
    public int Timed => (int)timed;

    public double? AverageSeconds => timed == 0 ? null : rows.Sum(row => row.DurationMs) / 1000.0 / timed;

    /// <summary>Half of the runs took no longer.</summary>
    public async Task<double?> MedianSeconds() => timed == 0 ? null : (await shares())?.MedianMs / 1000.0;

    /// <summary>95 of 100 runs took no longer.</summary>
    public async Task<double?> P95Seconds() => timed == 0 ? null : (await shares())?.P95Ms / 1000.0;
}

/// <summary>One day, week or month, cut to the period: its days, and the instants for a list's <c>occurredFrom</c> and <c>occurredTo</c>.</summary>
[Name("RunStatisticsStep")]
public sealed record RunStatisticsStep(DateOnly From, DateOnly To, DateTimeOffset Begin, DateTimeOffset End, RunFiguresNode Figures);

/// <summary>One way of failing.</summary>
/// <param name="Node">The task's pointer in the definition; empty for an error of no task. As <c>errorNode</c> it filters a list.</param>
/// <param name="Share">Of the period's failed runs, 0 to 1.</param>
[Name("FailureCause")]
public sealed record FailureCause([property: Ignore] Guid WorkflowId, string ErrorType, string Node, int Runs, double Share, [property: Ignore] ReadPoint Point)
{
    /// <summary>Null for runs of files that were never published.</summary>
    public IDataLoaderResult<WorkflowNode?> Workflow(IResolveFieldContext context) => WorkflowList.Load(context, WorkflowId, Point);
}

/// <summary>Runs of a period in numbers, exact at <c>asOf</c>.</summary>
[Name("RunStatistics")]
public sealed class RunStatistics(FigureScope scope, StatisticsStep by, IReadOnlyList<RunStatisticsStep> steps, RunFiguresNode total)
{
    /// <summary>The position the numbers are of.</summary>
    public Position AsOf => new(scope.Point.AnswerPosition);

    public string TimeZone => scope.Zone;

    public DateOnly From => steps[0].From;

    /// <summary>The last day, included.</summary>
    public DateOnly To => steps[^1].To;

    /// <summary>Where the period begins: <c>occurredFrom</c> of the list of the same runs.</summary>
    public DateTimeOffset Begin => scope.Begin;

    /// <summary>Where it ends, excluded: <c>occurredTo</c>.</summary>
    public DateTimeOffset End => scope.End;

    public StatisticsStep By => by;

    public RunFiguresNode Total => total;

    /// <summary>Every day, week or month of the period, also those without a run.</summary>
    public IEnumerable<RunStatisticsStep> Steps => steps;

    /// <summary>Failed runs by workflow, error type and node, the most frequent first.</summary>
    public async Task<IEnumerable<FailureCause>> Failures(IResolveFieldContext context, int first = 20)
    {
        if (first is < 1 or > RunFigureRows.MaxFailures)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Ask for 1 to {RunFigureRows.MaxFailures} causes.", "first"));
        }

        var rows = await context.Service<RunFigureRows>().Failures(scope, first, context.CancellationToken);
        return rows.Select(row => new FailureCause(row.WorkflowId, row.ErrorType, row.Node, (int)row.N, total.Failed == 0 ? 0 : (double)row.N / total.Failed, scope.Point));
    }
}

/// <summary>Queries for figures.</summary>
public sealed class StatisticsQueries
{
    /// <summary>Steps that one answer has at most.</summary>
    public const int MaxSteps = 400;

    private static readonly DateOnly EarliestDay = new(1970, 1, 1);

    private static readonly DateOnly LatestDay = new(2999, 12, 31);

    /// <summary>Owners that one answer can be asked for.</summary>
    public const int MaxOwners = 1_000;

    /// <summary>A caller's runs of a period in numbers; an administrator's are everybody's, or those of the owners that they name.</summary>
    /// <remarks>Give a period by name or by its first and last day; without either it is this week.</remarks>
    public static async Task<RunStatistics> Statistics(
        IResolveFieldContext context, StatisticsPeriod? period, DateOnly? from, DateOnly? to, string? timeZone, Guid? workflowId, Guid? deviceId,
        AsOf? asOf, Position? atLeast, IEnumerable<Guid>? ownerIds = null, StatisticsStep by = StatisticsStep.Day) =>
        await Of(context, context.Caller(), period, from, to, timeZone, workflowId, deviceId, asOf, atLeast, by, ownerIds);

    /// <summary>Refuses days that no run can be of, and a last one before the first.</summary>
    internal static void Check(DateOnly first, DateOnly last)
    {
        if (last < first)
        {
            throw new RefusalError(new Refusal("input.invalid", $"The last day, {last:yyyy-MM-dd}, is before the first, {first:yyyy-MM-dd}.", "to"));
        }

        if (first < EarliestDay || last > LatestDay)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Ask for days from {EarliestDay:yyyy-MM-dd} to {LatestDay:yyyy-MM-dd}.", first < EarliestDay ? "from" : "to"));
        }
    }

    internal static async Task<RunStatistics> Of(
        IResolveFieldContext context, Caller caller, StatisticsPeriod? period, DateOnly? from, DateOnly? to, string? timeZone, Guid? workflowId, Guid? deviceId,
        AsOf? asOf, Position? atLeast, StatisticsStep by, IEnumerable<Guid>? ownerIds = null)
    {
        var owners = OwnersOf(caller, ownerIds);
        var (zone, info) = await ZoneOf(context, timeZone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(context.Service<TimeProvider>().GetUtcNow(), info).DateTime);
        if (period is not null && (from ?? to) is not null || from is null != to is null)
        {
            throw new RefusalError(new Refusal("input.invalid", "Give a period, or the first and the last day.", "period"));
        }

        var (first, last) = from is { } day ? (day, to!.Value) : DaysOf(period ?? StatisticsPeriod.ThisWeek, today);
        Check(first, last);
        var firsts = StepsOf(first, last, by).Take(MaxSteps + 1).ToList();
        if (firsts.Count > MaxSteps)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Ask for 1 to {MaxSteps} steps.", "from"));
        }

        var point = await context.Service<ReadPoints>().Settle(RunsView.Name, asOf, atLeast, context.CancellationToken);
        var scope = new FigureScope(caller, InstantOf(first, info), InstantOf(last.AddDays(1), info), zone, workflowId, deviceId, owners, point);
        var figures = context.Service<RunFigureRows>();
        DateTimeOffset[] starts = [.. firsts.Select(start => InstantOf(start < first ? first : start, info))];
        var rows = (await figures.Figures(scope, starts, context.CancellationToken)).ToLookup(row => row.Step);
        var shares = new Lazy<Task<Dictionary<int, DurationShares>>>(() => figures.Shares(scope, starts, context.CancellationToken));
        var whole = new Lazy<Task<Dictionary<int, DurationShares>>>(() => figures.Shares(scope, null, context.CancellationToken));
        var steps = firsts.Select((start, i) =>
        {
            var begin = start < first ? first : start;
            var end = i + 1 < firsts.Count ? firsts[i + 1] : last.AddDays(1);
            return new RunStatisticsStep(
                begin, end.AddDays(-1), starts[i], InstantOf(end, info),
                new RunFiguresNode([.. rows[i + 1]], async () => (await shares.Value).GetValueOrDefault(i + 1)));
        }).ToList();
        return new RunStatistics(
            scope, by, steps, new RunFiguresNode([.. rows.SelectMany(group => group)], async () => (await whole.Value).Values.FirstOrDefault()));
    }

    /// <summary>A zone by its IANA name, the person's own for null.</summary>
    /// <exception cref="RefusalError"><c>input.invalid</c>: there is no such zone.</exception>
    internal static async Task<(string Name, TimeZoneInfo Info)> ZoneOf(IResolveFieldContext context, string? timeZone)
    {
        var zone = timeZone ?? (await Accounts.ViewerQueries.Viewer(context)).TimeZone ?? "UTC";
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var info) && info.HasIanaId
            ? (zone, info)
            : throw new RefusalError(new Refusal("input.invalid", "There is no such time zone. Give an IANA name such as Asia/Shanghai.", "timeZone"));
    }

    private static List<Guid>? OwnersOf(Caller caller, IEnumerable<Guid>? ownerIds)
    {
        var owners = ownerIds?.Distinct().ToList();
        if (owners is { Count: 0 or > MaxOwners })
        {
            throw new RefusalError(new Refusal("input.invalid", $"Ask for 1 to {MaxOwners} owners, or leave them out for all.", "ownerIds"));
        }

        return owners is null || caller.IsAdministrator || owners is [var one] && one == caller.AccountId
            ? owners
            : throw new RefusalError(AuthRefusals.Forbidden);
    }

    private static (DateOnly First, DateOnly Last) DaysOf(StatisticsPeriod period, DateOnly today) => period switch
    {
        StatisticsPeriod.Today => (today, today),
        StatisticsPeriod.Yesterday => (today.AddDays(-1), today.AddDays(-1)),
        StatisticsPeriod.ThisWeek => (StartOf(today, StatisticsStep.Week), StartOf(today, StatisticsStep.Week).AddDays(6)),
        StatisticsPeriod.ThisMonth => (StartOf(today, StatisticsStep.Month), StartOf(today, StatisticsStep.Month).AddMonths(1).AddDays(-1)),
        StatisticsPeriod.Last7Days => (today.AddDays(-6), today),
        _ => (today.AddDays(-29), today),
    };

    private static IEnumerable<DateOnly> StepsOf(DateOnly first, DateOnly last, StatisticsStep by)
    {
        for (var start = StartOf(first, by); start <= last; start = by switch
        {
            StatisticsStep.Week => start.AddDays(7),
            StatisticsStep.Month => start.AddMonths(1),
            _ => start.AddDays(1),
        })
        {
            yield return start;
        }
    }

    private static DateOnly StartOf(DateOnly day, StatisticsStep by) => by switch
    {
        StatisticsStep.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        StatisticsStep.Month => new DateOnly(day.Year, day.Month, 1),
        _ => day,
    };

    // A midnight that a zone leaves out or has twice is the same instant as PostgreSQL takes: the offset before the change for the one, standard time for the other.
    internal static DateTimeOffset InstantOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.IsInvalidTime(midnight) ? zone.GetUtcOffset(midnight.AddHours(-1)) : zone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
