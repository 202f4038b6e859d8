using System.Text.Json.Serialization;
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
    public const int FourHours = 240;
    public const int Day = 1440;

    /// <summary>Those of the figures: a day seldom begins where one of UTC does, but there are always four hours in it that do; weeks and months have days of UTC.</summary>
    public static readonly IReadOnlyList<int> OfFigures = [Quarter, Hour, FourHours, Day];

    /// <summary>Those of the failures, which are asked for over a whole period.</summary>
    public static readonly IReadOnlyList<int> OfFailures = [Quarter, Hour, Day];

    /// <summary>Where the span begins in which an instant lies.</summary>
    public static DateTimeOffset Begin(DateTimeOffset at, int span) => new(at.UtcTicks - (at.UtcTicks % (span * TimeSpan.TicksPerMinute)), TimeSpan.Zero);
}

/// <summary>
/// How many runs occurred in a span of time and stand in each status, with their durations: one row, so that a reader has few of them to add up.
/// Zero UUIDs stand for all: each run counts for all owners together, for its owner, for its workflow and for its device.
/// </summary>
/// <param name="Span">One of <see cref="FigureSpans"/>, in minutes.</param>
/// <param name="Timed">How many of them began and ended.</param>
/// <param name="DurationMs">Those durations added up.</param>
public sealed record RunFigure(
    Guid OwnerId, Guid WorkflowId, Guid DeviceId, int Span, DateTimeOffset Begins,
    long Pending, long Running, long Paused, long Completed, long Failed, long Cancelled, long Timed, long DurationMs)
{
    public const string Conflict = """
        on conflict (owner_id, workflow_id, device_id, span, begins) do update set
            pending = t.pending + excluded.pending, running = t.running + excluded.running, paused = t.paused + excluded.paused,
            completed = t.completed + excluded.completed, failed = t.failed + excluded.failed, cancelled = t.cancelled + excluded.cancelled,
            timed = t.timed + excluded.timed, duration_ms = t.duration_ms + excluded.duration_ms
        """;

    /// <summary>Runs in whichever status.</summary>
    [JsonIgnore]
    public long N => Pending + Running + Paused + Completed + Failed + Cancelled;

    /// <summary>A span without a run has no row, however the history was cut into batches.</summary>
    public static string Sweep(string schema) =>
        $"delete from {schema}.run_figures t using json_populate_recordset(null::{schema}.run_figures, ?::json) c "
        + "where t.pending + t.running + t.paused + t.completed + t.failed + t.cancelled = 0 "
        + "and (t.owner_id, t.workflow_id, t.device_id, t.span, t.begins) = (c.owner_id, c.workflow_id, c.device_id, c.span, c.begins)";
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

    private readonly Dictionary<FigurePlace, FigureSums> figures = [];
    private readonly Dictionary<RunFailureCount, long> failures = [];
    private readonly Dictionary<Guid, RunDuration> durations = [];

    /// <summary>Longer spans are the sums of their quarters.</summary>
    public IReadOnlyList<RunFigure> Figures =>
    [
        .. FigureSpans.OfFigures.SelectMany(span => figures.GroupBy(pair => pair.Key with { Begins = FigureSpans.Begin(pair.Key.Begins, span) }, pair => pair.Value)
            .Select(place => (Place: place.Key, Sums: place.Aggregate((sum, next) => sum + next))).Where(change => change.Sums != default)
            .Select(change => change.Sums.At(change.Place, span))),
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
        var change = FigureSums.Of(row.Status, by, DurationOf(row));
        var mine = new FigurePlace(row.OwnerId, Guid.Empty, Guid.Empty, FigureSpans.Begin(row.OccurredAt, FigureSpans.Quarter));
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

    private void Count(FigurePlace place, FigureSums change) => figures[place] = figures.GetValueOrDefault(place) + change;

    /// <summary>What a row of figures is found by, but for its span.</summary>
    private readonly record struct FigurePlace(Guid OwnerId, Guid WorkflowId, Guid DeviceId, DateTimeOffset Begins);

    private readonly record struct FigureSums(long Pending, long Running, long Paused, long Completed, long Failed, long Cancelled, long Timed, long DurationMs)
    {
        public static FigureSums Of(RunStatus status, int by, long? durationMs)
        {
            var sums = durationMs is { } ms ? new FigureSums { Timed = by, DurationMs = by * ms } : default;
            return status switch
            {
                RunStatus.Pending => sums with { Pending = by },
                RunStatus.Running => sums with { Running = by },
                RunStatus.Paused => sums with { Paused = by },
                RunStatus.Completed => sums with { Completed = by },
                RunStatus.Failed => sums with { Failed = by },
                _ => sums with { Cancelled = by },
            };
        }

        public static FigureSums operator +(FigureSums a, FigureSums b) => new(
            a.Pending + b.Pending, a.Running + b.Running, a.Paused + b.Paused, a.Completed + b.Completed, a.Failed + b.Failed, a.Cancelled + b.Cancelled,
            a.Timed + b.Timed, a.DurationMs + b.DurationMs);

        public RunFigure At(FigurePlace place, int span) => new(
            place.OwnerId, place.WorkflowId, place.DeviceId, span, place.Begins, Pending, Running, Paused, Completed, Failed, Cancelled, Timed, DurationMs);
    }

    [GeneratedRegex("@[0-9]+(?=/|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Repetition();
}
