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

    private sealed record Owned(Guid RunId, Guid OwnerId);

    private sealed record Clock(Guid DeviceId, long ClockOffsetMs);

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

    public override async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        var batch = await Load(operations, events, cancellation);
        foreach (var @event in events)
        {
            batch.Apply(@event);
        }

        WriteVersions(operations, "runs", "run_id", batch.Runs);
        Insert(operations, "run_counts", batch.Tallies.Counts, "on conflict (owner_id, status, workflow_id, device_id) do update set n = t.n + excluded.n");
        // A count that fell to nothing leaves no row, however the history was cut into batches.
        Write<RunCount>(operations,
            $"delete from {Schema}.run_counts t using json_populate_recordset(null::{Schema}.run_counts, ?::json) c "
            + "where t.n = 0 and (t.owner_id, t.status, t.workflow_id, t.device_id) = (c.owner_id, c.status, c.workflow_id, c.device_id)",
            [.. batch.Tallies.Counts.Where(count => count.N <= 0)]);
        var figures = batch.Figures.Figures;
        Insert(operations, "run_figures", figures, RunFigure.Conflict);
        Write<RunFigure>(operations, RunFigure.Sweep(Schema), [.. figures.Where(figure => figure.N < 0)]);
        Insert(operations, "run_failures", batch.Figures.Failures, RunFailureCount.Conflict);
        Write<RunFailureCount>(operations, RunFailureCount.Sweep(Schema), [.. batch.Figures.Failures.Where(failure => failure.N <= 0)]);
        Insert(operations, "run_durations", batch.Figures.Durations, RunDuration.Conflict);
        Insert(operations, "run_tasks", batch.Tasks.Values, RunTaskRow.Conflict);
        Insert(operations, "run_log", batch.Log);
        Insert(operations, "run_variables", batch.Variables);
        Insert(operations, "run_blobs", batch.Blobs.Values, RunBlobRow.Conflict);
        Insert(operations, "run_progress", batch.Progress.Values,
            "on conflict (run_id) do update set position = excluded.position, percent = excluded.percent, current = excluded.current, at = excluded.at");
        Insert(operations, "run_clocks", batch.Clocks, "on conflict (device_id) do update set clock_offset_ms = excluded.clock_offset_ms");
    }

    private async Task<Batch> Load(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        // A run whose first event is among these has no row yet, and whoever did it is told by that event.
        var begun = events.Where(e => e.Data is IRunEvent && e.Version == 1).Select(e => e.StreamId).ToHashSet();
        var runs = events.Where(e => e.Data is IRunEvent).Select(e => e.StreamId).Distinct().Where(run => !begun.Contains(run)).ToArray();
        var executions = events.Where(e => e.Data is IExecutionEvent).Select(e => StreamIds.RunOf(e.StreamId)).Distinct().Where(run => !begun.Contains(run)).ToArray();
        var rows = await Read<RunRow>(
            operations, $"select * from {Schema}.runs where run_id = any($1) and to_position = {ViewTables.Open}", runs, cancellation);
        var owners = await Read<Owned>(
            operations, $"select run_id, owner_id from {Schema}.runs where run_id = any($1) and to_position = {ViewTables.Open}", executions, cancellation);
        var devices = events.Select(e => (e.Data as RunBeganOnDevice)?.DeviceId ?? (e.Data as RunGranted)?.DeviceId).OfType<Guid>()
            .Concat(rows.Select(row => row.DeviceId).OfType<Guid>()).Distinct().ToArray();
        var clocks = events.Any(e => e.Data is RunStarted)
            ? await Read<Clock>(operations, $"select * from {Schema}.run_clocks where device_id = any($1)", devices, cancellation)
            : [];
        return new Batch(
            new Versions<RunRow>(rows), owners.ToDictionary(row => row.RunId, row => row.OwnerId), clocks.ToDictionary(row => row.DeviceId, row => row.ClockOffsetMs));
    }

    private sealed class Batch(Versions<RunRow> runs, Dictionary<Guid, Guid> owners, Dictionary<Guid, long> clocks)
    {
        private readonly HashSet<Guid> heard = [];

        public Versions<RunRow> Runs => runs;

        public RunTallies Tallies { get; } = new();

        public RunFigureChanges Figures { get; } = new();

        public Dictionary<(Guid, string), RunTaskRow> Tasks { get; } = [];

        public List<RunLogRow> Log { get; } = [];

        public List<RunVariablesRow> Variables { get; } = [];

        public Dictionary<(Guid, string, string, string), RunBlobRow> Blobs { get; } = [];

        public Dictionary<Guid, RunProgressRow> Progress { get; } = [];

        public IReadOnlyList<Clock> Clocks => [.. heard.Select(id => new Clock(id, clocks[id]))];

        public void Apply(IEvent @event)
        {
            switch (@event.Data)
            {
                case IRunEvent:
                    var before = runs.Find(@event.StreamId);
                    if (RunRow.Evolve(before, @event, ActorOf(@event), OffsetOf) is { } after)
                    {
                        runs.Put(after);
                        owners[after.RunId] = after.OwnerId;
                        Tallies.Move(before, after);
                        Figures.Move(before, after);
                    }

                    break;
                case IExecutionEvent execution:
                    var runId = StreamIds.RunOf(@event.StreamId);
                    Execution(runId, OwnerOf(runId), @event, execution);
                    break;
                case DeviceConnected connected:
                    clocks[@event.StreamId] = connected.ClockOffsetMilliseconds;
                    heard.Add(@event.StreamId);
                    break;
                case DeviceClockMeasured measured:
                    clocks[@event.StreamId] = measured.OffsetMilliseconds;
                    heard.Add(@event.StreamId);
                    break;
            }
        }

        private void Execution(Guid runId, Guid owner, IEvent @event, IExecutionEvent execution)
        {
            foreach (var blob in RunBlobRow.NamedBy(@event, execution, runId, owner))
            {
                Blobs.TryAdd((runId, blob.Hash, blob.Instance, blob.Purpose), blob);
            }

            switch (execution)
            {
                case ExecutionVariablesChanged e:
                    Variables.Add(new RunVariablesRow(runId, @event.Version, owner, @event.Sequence, e.At, e.Task, e.Instance));
                    break;
                case ITaskEvent e:
                    Tasks[(runId, e.Instance)] = RunTaskRow.Evolve(Tasks.GetValueOrDefault((runId, e.Instance)), runId, owner, @event, e);
                    break;
                case ExecutionLogged e:
                    Log.AddRange(e.Lines.Select((line, index) =>
                        new RunLogRow(runId, @event.Version, index, owner, @event.Sequence, line.At, (int)line.Severity, line.Instance)));
                    break;
                case ExecutionProgressed e:
                    Progress[runId] = new RunProgressRow(runId, owner, @event.Sequence, e.Percent, e.Current, e.At);
                    break;
            }
        }

        private long OffsetOf(Guid? device) => device is { } id ? clocks.GetValueOrDefault(id) : 0;

        // A run is requested before it is executed, so its owner is always known here; if not, the view must stop rather than guess.
        private Guid OwnerOf(Guid runId) =>
            owners.TryGetValue(runId, out var owner) ? owner : throw new InvalidOperationException($"Run {runId} has an execution but was never requested.");
    }
}
