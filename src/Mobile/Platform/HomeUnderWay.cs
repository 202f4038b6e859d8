using Jarvis.Client.Runs;
using Jarvis.Client.Schema;
using Jarvis.Mobile.Runs;

namespace Jarvis.Mobile.Platform;

/// <summary>The runs under way on the first page, and which of them were asked for something that their PC has not answered yet.</summary>
public sealed class HomeUnderWay
{
    private readonly List<RunEntry> runs = [];
    private readonly HashSet<Guid> asked = [];

    public IReadOnlyList<RunEntry> All => runs;

    /// <summary>Shows what the server lists now, the latest begun first; nothing waits for an answer of a run that is not among them.</summary>
    public void Show(HomeView view)
    {
        runs.Clear();
        runs.AddRange(view.Running.Nodes.Concat(view.Paused.Nodes).OrderByDescending(run => run.RunRow.StartedAt ?? run.RunRow.RequestedAt));
        asked.RemoveWhere(run => Find(run) is null);
    }

    /// <summary>Changes a run where it stands; another state, or a question that expired, answers what was asked.</summary>
    public void Put(RunEntry run)
    {
        var at = PlaceOf(run.RunRow.Id);
        if (at < 0)
        {
            return;
        }

        if (runs[at].RunRow.Status != run.RunRow.Status || run.Attention == RunAttention.ControlExpired)
        {
            asked.Remove(run.RunRow.Id);
        }

        runs[at] = run;
    }

    /// <summary>How far a run is; false where it is not shown.</summary>
    public bool Put(Guid run, RunRow.ProgressNode progress)
    {
        var at = PlaceOf(run);
        if (at < 0)
        {
            return false;
        }

        runs[at] = runs[at] with { RunRow = runs[at].RunRow with { Progress = progress } };
        return true;
    }

    public void Ask(Guid run) => asked.Add(run);

    public bool IsAsked(Guid run) => asked.Contains(run);

    public RunEntry? Find(Guid run) => runs.Find(one => one.RunRow.Id == run);

    public int RunningOn(Guid device) => runs.Count(run => run.RunRow.Status == RunStatus.Running && run.RunRow.Device?.Id == device);

    private int PlaceOf(Guid run) => runs.FindIndex(one => one.RunRow.Id == run);
}
