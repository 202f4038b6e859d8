using Jarvis.Domain.Runs;

namespace Jarvis.Projections.Runs;

/// <summary>How many of an owner's runs stand in a status, by workflow and device (zero UUIDs for none).</summary>
public sealed record RunCount(Guid OwnerId, RunStatus Status, Guid WorkflowId, Guid DeviceId, long N);

/// <summary>The changes that a batch makes to the exact counts.</summary>
public sealed class RunTallies
{
    private readonly Dictionary<RunCount, long> counts = [];

    public IReadOnlyList<RunCount> Counts => [.. counts.Where(pair => pair.Value != 0).Select(pair => pair.Key with { N = pair.Value })];

    public void Move(RunRow? from, RunRow to)
    {
        if (from is not null)
        {
            Add(from, -1);
        }

        Add(to, 1);
    }

    private void Add(RunRow row, long by)
    {
        var count = new RunCount(row.OwnerId, row.Status, row.WorkflowId ?? Guid.Empty, row.DeviceId ?? Guid.Empty, 0);
        counts[count] = counts.GetValueOrDefault(count) + by;
    }
}
