using Jarvis.Domain.Runs;

namespace Jarvis.Projections.Runs;

/// <summary>How many of an owner's runs stand in a status, by workflow and device (zero UUIDs for none).</summary>
public sealed record RunCount(Guid OwnerId, RunStatus Status, Guid WorkflowId, Guid DeviceId, long N);

/// <summary>How many of an owner's runs occurred in a quarter of an hour, the finest step of any time zone's offset.</summary>
public sealed record RunDayCount(Guid OwnerId, DateTimeOffset Quarter, RunStatus Status, long N);

/// <summary>The changes that a batch makes to the exact counts.</summary>
public sealed class RunTallies
{
    private const long QuarterTicks = 15 * TimeSpan.TicksPerMinute;

    private readonly Dictionary<RunCount, long> counts = [];
    private readonly Dictionary<RunDayCount, long> days = [];

    public IReadOnlyList<RunCount> Counts => [.. counts.Where(pair => pair.Value != 0).Select(pair => pair.Key with { N = pair.Value })];

    public IReadOnlyList<RunDayCount> Days => [.. days.Where(pair => pair.Value != 0).Select(pair => pair.Key with { N = pair.Value })];

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
        var ticks = row.OccurredAt.UtcTicks;
        var day = new RunDayCount(row.OwnerId, new DateTimeOffset(ticks - (ticks % QuarterTicks), TimeSpan.Zero), row.Status, 0);
        days[day] = days.GetValueOrDefault(day) + by;
    }
}
