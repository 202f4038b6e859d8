using Jarvis.Client.Runs;
using Jarvis.Client.Schema;

namespace Jarvis.Mobile.Runs;

/// <summary>The rows of a list of runs that were asked for so far: page behind page from its beginning, each run once.</summary>
public sealed class RunRows
{
    private readonly List<RunEntry> rows = [];
    private readonly HashSet<Guid> known = [];
    private readonly List<(int First, string After)> pages = [];

    public IReadOnlyList<RunEntry> All => rows;

    public int Count => rows.Count;

    /// <summary>Behind what the next page is; null where everything is here.</summary>
    public string? More { get; private set; }

    /// <summary>Which beginning this is: a page asked for behind an earlier one does not belong to it.</summary>
    public int Beginning { get; private set; }

    /// <summary>Begins anew; what is on its way is not taken any more.</summary>
    public void Clear()
    {
        Beginning++;
        rows.Clear();
        known.Clear();
        pages.Clear();
        More = null;
    }

    /// <summary>Takes the first page, or the one behind <see cref="More"/>.</summary>
    /// <param name="more">The cursor of the page's end; null where it is the last.</param>
    public void Add(IEnumerable<RunEntry> page, string? more)
    {
        if (More is { } after)
        {
            pages.Add((rows.Count, after));
        }

        // A run that moved while the list was read stands where it was met first.
        rows.AddRange(page.Where(run => known.Add(run.RunRow.Id)));
        More = more;
    }

    /// <summary>Changes a row where it stands; false where there is none of this run.</summary>
    public bool Put(RunEntry run)
    {
        if (!known.Contains(run.RunRow.Id))
        {
            return false;
        }

        rows[rows.FindIndex(row => row.RunRow.Id == run.RunRow.Id)] = run;
        return true;
    }

    /// <summary>How far a run is, where it is shown and still under way.</summary>
    public bool Put(Guid id, RunRow.ProgressNode progress)
    {
        var place = known.Contains(id) ? rows.FindIndex(row => row.RunRow.Id == id) : -1;
        if (place < 0 || !IsUnderWay(rows[place]))
        {
            return false;
        }

        rows[place] = rows[place] with { RunRow = rows[place].RunRow with { Progress = progress } };
        return true;
    }

    /// <summary>Behind what the page with this row was asked for; null for the first page.</summary>
    public string? PageOf(int row) => pages.LastOrDefault(page => page.First <= row).After;

    /// <summary>Runs under way, those nearest to a row first.</summary>
    public IEnumerable<Guid> UnderWay(int near) =>
        rows.Select((row, place) => (row, place)).Where(one => IsUnderWay(one.row)).OrderBy(one => Math.Abs(one.place - near)).Select(one => one.row.RunRow.Id);

    /// <summary>Whether a run that is not here stands behind what is: nothing new to somebody who has not scrolled that far.</summary>
    public bool IsBeyond(RunEntry run, RunOrder order) => More is not null && rows.Count > 0
        && (order is RunOrder.Oldest or RunOrder.EarliestStarted ? Begun(run) >= Begun(rows[^1]) : Begun(run) <= Begun(rows[^1]));

    private static DateTimeOffset Begun(RunEntry run) => run.RunRow.StartedAt ?? run.RunRow.RequestedAt;

    private static bool IsUnderWay(RunEntry run) => run.RunRow.Status is RunStatus.Running or RunStatus.Paused;
}
