using GraphQL;
using Jarvis.Api.Platform;
using Jarvis.Api.Platform.GraphQL;
using Jarvis.Domain.Platform;
using Jarvis.Projections.Runs;

namespace Jarvis.Api.Runs;

[Name("RunEdge")]
public sealed record RunEdge(RunNode Node, string Cursor) : Edge<RunNode>(Node, Cursor);

[Name("RunConnection")]
public sealed class RunConnection(IReadOnlyList<RunEdge> edges, PageInfo pageInfo, Position asOf, Count? total)
    : Connection<RunNode, RunEdge>(edges, pageInfo, asOf)
{
    /// <summary>How many there are; exact for status, workflow and device, any other mix up to 10,000.</summary>
    public Count TotalCount => total!;
}

/// <summary>The runs of one day in the person's zone.</summary>
public sealed record RunDay(DateOnly Day, int Total, int Pending, int Running, int Paused, int Completed, int Failed, int Cancelled)
{
    internal static RunDay Of(DateOnly day, FigureRow? row) => row is null
        ? new(day, 0, 0, 0, 0, 0, 0, 0)
        : new(day, (int)row.Runs, (int)row.Pending, (int)row.Running, (int)row.Paused, (int)row.Completed, (int)row.Failed, (int)row.Cancelled);
}

/// <summary>Queries about runs.</summary>
public sealed class RunQueries
{
    /// <summary>Days that one answer spans at most.</summary>
    public const int MaxDays = 400;

    private const int DefaultDays = 14;

    /// <summary>A person's runs; an administrator sees that every run is, not what is in it.</summary>
    public static async Task<RunConnection> Runs(
        IResolveFieldContext context, int? first, string? after, int? last, string? before, RunFilter? filter, AsOf? asOf, Position? atLeast,
        RunOrder order = RunOrder.Newest)
    {
        var page = PageRequest.Of(first, after, last, before, RunList.NameOf(order));
        var point = await context.Service<ReadPoints>().Settle(RunsView.Name, asOf, atLeast, context.CancellationToken);
        return await Page(context, filter, order, page, point);
    }

    internal static async Task<RunConnection> Page(IResolveFieldContext context, RunFilter? filter, RunOrder order, PageRequest page, ReadPoint point)
    {
        var runs = context.Service<RunList>();
        var (rows, total) = await Counted.Read(
            context,
            () => runs.Page(context.Caller(), filter, order, page, point, context.CancellationToken),
            () => runs.Count(context.Caller(), filter, point, context.CancellationToken));
        var (edges, info) = Pages.Cut(
            page, rows, found => found.Place, (found, cursor) => new RunEdge(new RunNode(found.Row, point), cursor));
        return new RunConnection(edges, info, new Position(point.AnswerPosition), total);
    }

    /// <summary>One run, or null where there is none that the caller may see.</summary>
    public static async Task<RunNode?> Run(IResolveFieldContext context, Guid id, AsOf? asOf, Position? atLeast)
    {
        var point = await context.Service<ReadPoints>().Settle(RunsView.Name, asOf, atLeast, context.CancellationToken);
        var runs = context.Service<RunList>();
        var rows = await runs.ById(context.Caller(), [id], point, context.CancellationToken);
        if (rows.Count == 0 && point.Position is null
            && (await context.Service<RecordedEvents>().After(id, 0, null, 1, context.CancellationToken)) is [{ Data: Domain.Runs.RunRequested } requested])
        {
            // It was requested a moment ago: whoever was just told its id finds it.
            point = await context.Service<ReadPoints>().Settle(RunsView.Name, null, new Position(requested.Position), context.CancellationToken);
            rows = await runs.ById(context.Caller(), [id], point, context.CancellationToken);
        }

        return rows.Count == 0 ? null : new RunNode(rows[0], point);
    }

    /// <summary>Runs per day by when they occurred, in a time zone (the person's own by default).</summary>
    public static async Task<IEnumerable<RunDay>> RunsPerDay(
        IResolveFieldContext context, DateOnly? from, DateOnly? to, string? timeZone, AsOf? asOf, Position? atLeast)
    {
        var caller = context.Caller();
        var (zone, info) = await StatisticsQueries.ZoneOf(context, timeZone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(context.Service<TimeProvider>().GetUtcNow(), info).DateTime);
        var end = to ?? today;
        var start = from ?? (end.DayNumber < DefaultDays ? end : end.AddDays(1 - DefaultDays));
        StatisticsQueries.Check(start, end);
        if (end.DayNumber - start.DayNumber >= MaxDays)
        {
            throw new RefusalError(new Refusal("input.invalid", $"Ask for 1 to {MaxDays} days.", "from"));
        }

        var point = await context.Service<ReadPoints>().Settle(RunsView.Name, asOf, atLeast, context.CancellationToken);
        DateOnly[] days = [.. Enumerable.Range(0, end.DayNumber - start.DayNumber + 1).Select(start.AddDays)];
        DateTimeOffset[] begins = [.. days.Select(day => StatisticsQueries.InstantOf(day, info))];
        var scope = new FigureScope(caller, begins[0], StatisticsQueries.InstantOf(end.AddDays(1), info), zone, null, null, null, point);
        var counts = (await context.Service<RunFigureRows>().Figures(scope, begins, context.CancellationToken)).ToDictionary(row => row.Step);
        return days.Select((day, i) => RunDay.Of(day, counts.GetValueOrDefault(i + 1)));
    }
}
