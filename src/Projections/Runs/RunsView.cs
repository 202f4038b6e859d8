using JasperFx.Events;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;
using Marten;

namespace Jarvis.Projections.Runs;

/// <summary>
/// Everything that screens list about runs: the runs themselves in versions, exact counts, progress, node results, log lines and variable
/// changes. One view, because what the PC did names its owner only through the run, and both arrive in one order here.
/// </summary>
public sealed class RunsView : View
{
    public new const string Name = "Runs";

    private const int EventsAtOnce = 2_000;

    public RunsView(string schema = ViewTables.Schema)
        : base(Name, schema, "runs", "run_counts", "run_figures", "run_failures", "run_durations", "run_progress", "run_tasks", "run_log", "run_variables", "run_blobs", "run_clocks")
    {
        // A busy hour is folded in larger portions: reading, writing and committing a portion costs much the same whatever its size.
        Options.BatchSize = EventsAtOnce;
        foreach (var type in EventNames.All.Keys.Where(type =>
            typeof(IRunEvent).IsAssignableFrom(type) || typeof(IExecutionEvent).IsAssignableFrom(type) || type == typeof(DeviceConnected) || type == typeof(DeviceClockMeasured)))
        {
            IncludeType(type);
        }
    }

    public override View In(string schema) => new RunsView(schema);

    public override Portion Begin() => new RunsPortion(Schema);

    public override async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        var portion = Begin();
        await portion.Take(events, operations.ExecuteReaderAsync, cancellation);
        portion.Write(new SessionRowWriter(operations, Schema));
    }
}
