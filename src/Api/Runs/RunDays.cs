using Jarvis.Api.Accounts;
using Jarvis.Api.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

/// <summary>Exact counts per day in any time zone: from the kept quarters of an hour, or for a past moment from the versions of the runs.</summary>
public sealed class RunDays(ViewReader views)
{
    public static RunDay Empty(DateOnly day) => new(day, 0, 0, 0, 0, 0, 0, 0);

    public async Task<Dictionary<DateOnly, RunDay>> Count(
        Caller caller, DateOnly from, DateOnly to, string timeZone, ReadPoint point, CancellationToken cancel)
    {
        var now = point.Position is null;
        var (table, time, number) = now ? ("run_figures", "begins", "sum(n)") : ("runs", "occurred_at", "count(*)");
        var conditions = new Conditions();
        if (now)
        {
            RunFigureRows.Pick(conditions, caller, null, null);
            conditions.Add("span = ?", FigureSpans.Quarter);
        }
        else
        {
            conditions.AddIf(!caller.IsAdministrator, "owner_id = ?", caller.AccountId);
            point.Pick(conditions);
        }

        conditions
            .Add($"{time} >= (?::date)::timestamp at time zone ?", from, timeZone)
            .Add($"{time} < (?::date + 1)::timestamp at time zone ?", to, timeZone);
        conditions.Parameters.Add(timeZone);
        var rows = await views.Rows(caller,
            $"""
            select ({time} at time zone ${conditions.Parameters.Count})::date, status, ({number})::bigint
            from {ViewTables.Schema}.{table} where {conditions.Sql} group by 1, 2
            """, conditions.Parameters,
            static reader => (Day: reader.GetFieldValue<DateOnly>(0), Status: Enum.Parse<RunStatus>(reader.GetString(1), ignoreCase: true), N: (int)reader.GetInt64(2)), cancel);
        return rows.GroupBy(row => row.Day).ToDictionary(day => day.Key, day => day.Aggregate(Empty(day.Key), (sum, row) => Add(sum, row.Status, row.N)));
    }

    private static RunDay Add(RunDay day, RunStatus status, int n) => status switch
    {
        RunStatus.Pending => day with { Total = day.Total + n, Pending = day.Pending + n },
        RunStatus.Running => day with { Total = day.Total + n, Running = day.Running + n },
        RunStatus.Paused => day with { Total = day.Total + n, Paused = day.Paused + n },
        RunStatus.Completed => day with { Total = day.Total + n, Completed = day.Completed + n },
        RunStatus.Failed => day with { Total = day.Total + n, Failed = day.Failed + n },
        _ => day with { Total = day.Total + n, Cancelled = day.Cancelled + n },
    };
}
