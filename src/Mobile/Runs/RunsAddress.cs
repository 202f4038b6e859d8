using System.Globalization;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>Which part of the runs is shown.</summary>
public enum RunsShown { Running, Waiting, History, All }

/// <summary>
/// What a list of runs shows, as it stands in the address: so that a number on another page leads to the very list that it counts, and back leads to
/// what was there.
/// </summary>
public sealed record RunsAddress
{
    public RunsShown Shown { get; init; }

    /// <summary>One state of those that the part has.</summary>
    public RunStatus? Status { get; init; }

    public Guid? Workflow { get; init; }

    public Guid? Device { get; init; }

    /// <summary>Of every PC, although the person watches one.</summary>
    public bool EveryDevice { get; init; }

    public RunTrigger? Trigger { get; init; }

    public string? ErrorType { get; init; }

    public string? ErrorNode { get; init; }

    /// <summary>First and last day, in the person's zone.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }

    public string? Text { get; init; }

    /// <summary>Only what needs the person.</summary>
    public bool NeedsMe { get; init; }

    public bool OldestFirst { get; init; }

    /// <summary>How many filters beside part and state are set.</summary>
    public int Filters =>
        (Workflow is null ? 0 : 1) + (Device is null ? 0 : 1) + (Trigger is null ? 0 : 1) + (ErrorType is null ? 0 : 1) + (ErrorNode is null ? 0 : 1)
        + (From is null && To is null ? 0 : 1) + (string.IsNullOrEmpty(Text) ? 0 : 1) + (NeedsMe ? 1 : 0);

    public RunsAddress WithoutFilters => new() { Shown = Shown, OldestFirst = OldestFirst, EveryDevice = true };

    /// <summary>
    /// The list as it is seen by somebody who watches one PC: where the address itself settles nothing but part, state and order, it is of that PC. A number
    /// elsewhere leads to a list with a filter of its own, and that is shown as it stands.
    /// </summary>
    public RunsAddress Of(Guid? watched) => Filters == 0 && !EveryDevice && watched is not null ? this with { Device = watched } : this;

    public IReadOnlyList<RunStatus> Statuses => Status is { } one && StatesOf(Shown).Contains(one) ? [one] : Shown == RunsShown.All ? [] : StatesOf(Shown);

    /// <summary>The states that a part has.</summary>
    public static IReadOnlyList<RunStatus> StatesOf(RunsShown shown) => shown switch
    {
        RunsShown.Running => [RunStatus.Running, RunStatus.Paused],
        RunsShown.Waiting => [RunStatus.Pending],
        RunsShown.History => [RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled],
        _ => [RunStatus.Pending, RunStatus.Running, RunStatus.Paused, RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled],
    };

    public RunOrder Order => Shown switch
    {
        // The one that is next in line stands first.
        RunsShown.Waiting => OldestFirst ? RunOrder.Newest : RunOrder.Oldest,
        _ => OldestFirst ? RunOrder.EarliestStarted : RunOrder.LatestStarted,
    };

    public RunFilter Filter(TimeZoneInfo zone) => new()
    {
        Status = Statuses.Count == 0 ? null : Statuses,
        WorkflowId = Workflow,
        DeviceId = Device,
        Trigger = Trigger,
        ErrorType = ErrorType,
        ErrorNode = ErrorNode,
        OccurredFrom = From is { } from ? Begin(from, zone) : null,
        OccurredTo = To is { } to ? Begin(to.AddDays(1), zone) : null,
        Text = string.IsNullOrWhiteSpace(Text) ? null : Text,
        NeedsAttention = NeedsMe ? true : null,
    };

    /// <summary>Reads what <see cref="Query"/> wrote; what it does not know is left out.</summary>
    public static RunsAddress Of(string query)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                given[part[..at]] = Uri.UnescapeDataString(part[(at + 1)..].Replace('+', ' '));
            }
        }

        string? Text(string name) => given.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
        DateOnly? Day(string name) => DateOnly.TryParseExact(Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
        Guid? Id(string name) => Guid.TryParse(Text(name), out var id) ? id : null;
        var status = RunStatusNames.Of(Text("state")?.ToUpperInvariant());
        var trigger = RunTriggerNames.Of(Text("trigger")?.ToUpperInvariant());
        return new RunsAddress
        {
            Shown = Text("show") switch
            {
                "waiting" => RunsShown.Waiting,
                "history" => RunsShown.History,
                "all" => RunsShown.All,
                "running" => RunsShown.Running,
                _ => status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled ? RunsShown.History : status == RunStatus.Pending ? RunsShown.Waiting : RunsShown.Running,
            },
            Status = status == RunStatus.Unknown ? null : status,
            Workflow = Id("workflow"),
            Device = Id("device"),
            EveryDevice = Text("device") == "all",
            Trigger = trigger == RunTrigger.Unknown ? null : trigger,
            ErrorType = Text("error"),
            ErrorNode = Text("node"),
            From = Day("from"),
            To = Day("to"),
            Text = Text("text"),
            NeedsMe = Text("needs") == "me",
            OldestFirst = Text("sort") == "oldest",
        };
    }

    /// <summary>With its question mark; empty for the list as it opens.</summary>
    public string Query
    {
        get
        {
            (string Name, string? Value)[] parts =
            [
                ("show", Shown switch { RunsShown.Waiting => "waiting", RunsShown.History => "history", RunsShown.All => "all", _ => null }),
                ("state", Status is { } status ? RunStatusNames.Of(status).ToLowerInvariant() : null),
                ("workflow", Workflow?.ToString()),
                ("device", Device?.ToString() ?? (EveryDevice ? "all" : null)),
                ("trigger", Trigger is { } trigger ? RunTriggerNames.Of(trigger).ToLowerInvariant() : null),
                ("error", ErrorType),
                ("node", ErrorNode),
                ("from", From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
                ("to", To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
                ("text", Text),
                ("needs", NeedsMe ? "me" : null),
                ("sort", OldestFirst ? "oldest" : null),
            ];
            var query = string.Join('&', parts.Where(part => !string.IsNullOrEmpty(part.Value)).Select(part => part.Name + "=" + Uri.EscapeDataString(part.Value!)));
            return query.Length == 0 ? "" : "?" + query;
        }
    }

    /// <summary>The list.</summary>
    public string Path => "runs" + Query;

    /// <summary>One run beside the list.</summary>
    public string PathOf(Guid run) => "runs/" + run.ToString() + Query;

    private static DateTimeOffset Begin(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        // A day that begins within the hour that clocks skip begins when they have skipped it.
        return zone.IsInvalidTime(local) ? new DateTimeOffset(local.AddHours(1), zone.GetUtcOffset(local.AddHours(1))) : new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
