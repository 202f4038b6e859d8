using System.Text.RegularExpressions;
using Jarvis.Domain.Runs;

namespace Jarvis.Projections.Runs;

/// <summary>
/// The lengths of time that figures are kept for, in minutes; each begins at a multiple of itself in UTC. A quarter of an hour is the finest step of any
/// time zone's offset, so a day of any zone is made of whole ones; longer ones are their sums, so that a reader adds up fewer.
/// </summary>
public static class FigureSpans
{
    public const int Quarter = 15;
    public const int Hour = 60;
    public const int Day = 1440;

    /// <summary>Those of the figures: a step is a day or longer, in whichever zone, and seldom begins where a day of UTC does.</summary>
    public static readonly IReadOnlyList<int> OfFigures = [Quarter, Hour];

    /// <summary>Those of the failures, which are asked for over a whole period.</summary>
    public static readonly IReadOnlyList<int> OfFailures = [Quarter, Hour, Day];

    /// <summary>Where the span begins in which an instant lies.</summary>
    public static DateTimeOffset Begin(DateTimeOffset at, int span) => new(at.UtcTicks - (at.UtcTicks % (span * TimeSpan.TicksPerMinute)), TimeSpan.Zero);
}

/// <summary>
/// How many runs occurred in a span of time and stand in a status, with their durations.
/// Zero UUIDs stand for all: each run counts for all owners together, for its owner, for its workflow and for its device.
/// </summary>
/// <param name="Span">One of <see cref="FigureSpans"/>, in minutes.</param>
/// <param name="Timed">How many of them began and ended.</param>
/// <param name="DurationMs">Those durations added up.</param>
public sealed record RunFigure(
    Guid OwnerId, Guid WorkflowId, Guid DeviceId, int Span, DateTimeOffset Begins, RunStatus Status, long N, long Timed, long DurationMs)
{
    public const string Conflict = """
        on conflict (owner_id, workflow_id, device_id, span, begins, status) do update set
            n = t.n + excluded.n, timed = t.timed + excluded.timed, duration_ms = t.duration_ms + excluded.duration_ms
        """;

    /// <summary>A number that fell to nothing leaves no row, however the history was cut into batches.</summary>
    public static string Sweep(string schema) =>
        $"delete from {schema}.run_figures t using json_populate_recordset(null::{schema}.run_figures, ?::json) c where t.n = 0 "
        + "and (t.owner_id, t.workflow_id, t.device_id, t.span, t.begins, t.status) = (c.owner_id, c.workflow_id, c.device_id, c.span, c.begins, c.status)";
}

/// <summary>How many runs of a span of time failed with an error at a node (a task of the definition; empty for none).</summary>
public sealed record RunFailureCount(Guid OwnerId, Guid WorkflowId, int Span, DateTimeOffset Begins, string ErrorType, string Node, long N)
{
    public const string Conflict = """
        on conflict (owner_id, workflow_id, span, begins, error_type, node) do update set n = t.n + excluded.n
        """;

    public static string Sweep(string schema) =>
        $"delete from {schema}.run_failures t using json_populate_recordset(null::{schema}.run_failures, ?::json) c where t.n = 0 "
        + "and (t.owner_id, t.workflow_id, t.span, t.begins, t.error_type, t.node) = (c.owner_id, c.workflow_id, c.span, c.begins, c.error_type, c.node)";
}

/// <summary>How long a run took, for medians and percentiles.</summary>
public sealed record RunDuration(Guid RunId, Guid OwnerId, Guid WorkflowId, Guid DeviceId, DateTimeOffset OccurredAt, long DurationMs)
{
    public const string Conflict = """
        on conflict (run_id) do update set device_id = excluded.device_id, occurred_at = excluded.occurred_at, duration_ms = excluded.duration_ms
        """;
}

/// <summary>The changes that a batch makes to the figures.</summary>
public sealed partial class RunFigureChanges
{
    /// <summary>A row of an index has room for both names of a failure cut to this, in characters.</summary>
    public const int MaxNameCharacters = 400;

    private readonly Dictionary<RunFigure, (long N, long Timed, long Ms)> figures = [];
    private readonly Dictionary<RunFailureCount, long> failures = [];
    private readonly Dictionary<Guid, RunDuration> durations = [];

    public IReadOnlyList<RunFigure> Figures =>
    [
        .. figures.Where(pair => pair.Value != default).Select(pair => pair.Key with { N = pair.Value.N, Timed = pair.Value.Timed, DurationMs = pair.Value.Ms }),
    ];

    public IReadOnlyList<RunFailureCount> Failures => [.. failures.Where(pair => pair.Value != 0).Select(pair => pair.Key with { N = pair.Value })];

    public IReadOnlyCollection<RunDuration> Durations => durations.Values;

    /// <summary>The node of an instance: the task in the definition, whichever time it was done.</summary>
    public static string NodeOf(string? instance) => instance is null ? "" : Cut(Repetition().Replace(instance, ""));

    /// <summary>The same in SQL.</summary>
    public static string NodeSql(string instance) => $"left(regexp_replace(coalesce({instance}, ''), '@[0-9]+(/|$)', '\\1', 'g'), {MaxNameCharacters})";

    public void Move(RunRow? from, RunRow to)
    {
        if (from is not null)
        {
            Add(from, -1);
        }

        Add(to, 1);
        if (DurationOf(to) is { } duration && (from is null || DurationOf(from) != duration || from.DeviceId != to.DeviceId))
        {
            durations[to.RunId] = new RunDuration(
                to.RunId, to.OwnerId, to.WorkflowId ?? Guid.Empty, to.DeviceId ?? Guid.Empty, to.OccurredAt, duration);
        }
    }

    // A pair of surrogates is not torn apart: half of one is no text.
    private static string Cut(string text) =>
        text.Length <= MaxNameCharacters ? text : text[..(char.IsHighSurrogate(text[MaxNameCharacters - 1]) ? MaxNameCharacters - 1 : MaxNameCharacters)];

    private static long? DurationOf(RunRow row) =>
        row is { StartedAt: { } from, EndedAt: { } to } ? Math.Max(0, (long)(to - from).TotalMilliseconds) : null;

    private void Add(RunRow row, int by)
    {
        var duration = DurationOf(row);
        var change = (N: (long)by, Timed: duration is null ? 0L : by, Ms: by * (duration ?? 0));
        foreach (var span in FigureSpans.OfFigures)
        {
            var mine = new RunFigure(row.OwnerId, Guid.Empty, Guid.Empty, span, FigureSpans.Begin(row.OccurredAt, span), row.Status, 0, 0, 0);
            Count(mine with { OwnerId = Guid.Empty }, change);
            Count(mine, change);
            if (row.WorkflowId is { } workflow)
            {
                Count(mine with { WorkflowId = workflow }, change);
            }

            if (row.DeviceId is { } device)
            {
                Count(mine with { DeviceId = device }, change);
            }
        }

        if (row is not { Status: RunStatus.Failed, ErrorType: { } type })
        {
            return;
        }

        foreach (var span in FigureSpans.OfFailures)
        {
            var failure = new RunFailureCount(
                row.OwnerId, row.WorkflowId ?? Guid.Empty, span, FigureSpans.Begin(row.OccurredAt, span), Cut(type), NodeOf(row.ErrorInstance), 0);
            failures[failure] = failures.GetValueOrDefault(failure) + by;
        }
    }

    private void Count(RunFigure figure, (long N, long Timed, long Ms) change)
    {
        var (n, timed, ms) = figures.GetValueOrDefault(figure);
        figures[figure] = (n + change.N, timed + change.Timed, ms + change.Ms);
    }

    [GeneratedRegex("@[0-9]+(?=/|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Repetition();
}
