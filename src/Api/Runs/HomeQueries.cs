using GraphQL;
using Jarvis.Api.Accounts;
using Jarvis.Api.Devices;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Api.Workflows;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Devices;
using Jarvis.Projections.Runs;
using Jarvis.Projections.Workflows;

namespace Jarvis.Api.Runs;

/// <summary>
/// What a person's first screen shows, by one question: each number is the total of a list that the same filter gives elsewhere. It is the
/// person's own, an administrator's as well.
/// </summary>
[Name("Home")]
public sealed class Home(Caller self, string timeZone, ReadPoint point)
{
    private const int MostDevices = 50;

    /// <summary>The position the runs are of.</summary>
    public Position AsOf => new(point.AnswerPosition);

    /// <summary>The zone in which days are counted.</summary>
    public string TimeZone => timeZone;

    /// <summary>The person's devices that are not unbound, the newest first.</summary>
    public async Task<IEnumerable<DeviceNode>> Devices(IResolveFieldContext context)
    {
        var devices = await context.Service<ReadPoints>().Settle(DevicesView.Name, null, null, context.CancellationToken);
        var rows = await DeviceList.Rows(context, devices, $"order by paired_position desc limit {MostDevices}", conditions =>
            conditions.Add("owner_id = ?", self.AccountId).Add("status <> ?", "revoked"));
        return rows.Select(row => new DeviceNode(row, devices));
    }

    /// <summary>Runs that are being executed: those that a list finds by status RUNNING.</summary>
    public Task<RunConnection> Running(IResolveFieldContext context, int first = 20) => Of(context, new RunFilter { Status = [RunStatus.Running] }, first);

    /// <summary>Runs that are held: those that a list finds by status PAUSED.</summary>
    public Task<RunConnection> Paused(IResolveFieldContext context, int first = 20) => Of(context, new RunFilter { Status = [RunStatus.Paused] }, first);

    /// <summary>Runs that wait: those that a list finds by status PENDING.</summary>
    public Task<RunConnection> Pending(IResolveFieldContext context, int first = 20) => Of(context, new RunFilter { Status = [RunStatus.Pending] }, first);

    /// <summary>Runs that failed or whose control expired, and that nobody has looked at or retried: those that a list finds by needsAttention.</summary>
    public Task<RunConnection> NeedsAttention(IResolveFieldContext context, int first = 20) => Of(context, new RunFilter { NeedsAttention = true }, first);

    /// <summary>Today in the person's zone; begin and end bound the list of the same runs.</summary>
    public Task<RunStatistics> Today(IResolveFieldContext context) => Figures(context, StatisticsPeriod.Today);

    /// <summary>The seven days of this week, from Monday.</summary>
    public Task<RunStatistics> Week(IResolveFieldContext context) => Figures(context, StatisticsPeriod.ThisWeek);

    /// <summary>Workflows that the person marked, by name; disabled ones are left out.</summary>
    public async Task<IEnumerable<WorkflowNode>> Favourites(IResolveFieldContext context, int first = 20)
    {
        var workflows = await context.Service<ReadPoints>().Settle(WorkflowsView.Name, null, null, context.CancellationToken);
        var page = PageRequest.Of(first, null, null, null);
        var found = await WorkflowSearch.Page(context, new WorkflowFilter { Favourite = true, Disabled = false }, WorkflowOrder.Name, page, workflows);
        return found.Take(page.Size).Select(workflow => new WorkflowNode(workflow.Row, workflows));
    }

    private Task<RunConnection> Of(IResolveFieldContext context, RunFilter filter, int first) =>
        RunQueries.Page(context, filter with { OwnerId = self.AccountId }, RunOrder.Newest, PageRequest.Of(first, null, null, null, RunList.NameOf(RunOrder.Newest)), point);

    private Task<RunStatistics> Figures(IResolveFieldContext context, StatisticsPeriod period) =>
        StatisticsQueries.Of(context, self, period, null, null, timeZone, null, null, null, null, StatisticsStep.Day);
}

/// <summary>The first screen.</summary>
public sealed class HomeQueries
{
    /// <param name="timeZone">An IANA name; the person's own by default.</param>
    public static async Task<Home> Home(IResolveFieldContext context, string? timeZone, Position? atLeast)
    {
        var (zone, _) = await StatisticsQueries.ZoneOf(context, timeZone);
        return new Home(RunRetries.Self(context), zone, await context.Service<ReadPoints>().Settle(RunsView.Name, null, atLeast, context.CancellationToken));
    }
}
