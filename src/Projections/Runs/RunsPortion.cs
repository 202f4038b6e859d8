using JasperFx.Events;
using Jarvis.Domain.Devices;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Projections.Platform;

namespace Jarvis.Projections.Runs;

/// <summary>What some events do to everything that is listed about runs.</summary>
public sealed class RunsPortion(string schema, RunsPortion? before = null) : Portion
{
    private readonly Versions<RunRow> runs = new([]);
    private readonly RunTallies tallies = new();
    private readonly RunFigureChanges figures = new();
    private readonly Dictionary<Guid, Guid> owners = [];
    private readonly Dictionary<Guid, long> clocks = [];
    private readonly HashSet<Guid> heard = [];

    /// <summary>Runs whose first event is here: nothing of them was written before.</summary>
    private readonly HashSet<Guid> begun = [];

    private readonly Dictionary<(Guid, string), RunTaskRow> tasks = [];
    private readonly List<RunLogRow> log = [];
    private readonly List<RunVariablesRow> variables = [];
    private readonly Dictionary<(Guid, string, string, string), RunBlobRow> blobs = [];
    private readonly Dictionary<Guid, RunProgressRow> progress = [];

    private RunsPortion? before = before;

    private sealed record Owned(Guid RunId, Guid OwnerId);

    private sealed record Clock(Guid DeviceId, long ClockOffsetMs);

    public override async Task Take(IReadOnlyList<IEvent> events, Query query, CancellationToken cancellation)
    {
        await LoadRuns(events, query, cancellation);
        await LoadClocks(events, query, cancellation);
        foreach (var @event in events)
        {
            Apply(@event);
        }
    }

    public override Portion Next()
    {
        before = null;
        return new RunsPortion(schema, this);
    }

    public override void Write(RowWriter writer)
    {
        writer.Put("runs", "run_id", runs);
        var counts = tallies.Counts;
        writer.Merge("run_counts", counts, "on conflict (owner_id, status, workflow_id, device_id) do update set n = t.n + excluded.n");
        // A count that fell to nothing leaves no row, however the history was cut into portions.
        writer.Json<RunCount>(
            $"delete from {schema}.run_counts t using json_populate_recordset(null::{schema}.run_counts, ?::json) c "
            + "where t.n = 0 and (t.owner_id, t.status, t.workflow_id, t.device_id) = (c.owner_id, c.status, c.workflow_id, c.device_id)",
            [.. counts.Where(count => count.N <= 0)]);
        var figured = figures.Figures;
        writer.Merge("run_figures", figured, RunFigure.Conflict);
        writer.Json<RunFigure>(RunFigure.Sweep(schema), [.. figured.Where(figure => figure.N < 0)]);
        var failed = figures.Failures;
        writer.Merge("run_failures", failed, RunFailureCount.Conflict);
        writer.Json<RunFailureCount>(RunFailureCount.Sweep(schema), [.. failed.Where(failure => failure.N <= 0)]);
        Put(writer, "run_durations", figures.Durations, row => row.RunId, RunDuration.Conflict);
        Put(writer, "run_tasks", tasks.Values, row => row.RunId, RunTaskRow.Conflict);
        writer.Add("run_log", log);
        writer.Add("run_variables", variables);
        Put(writer, "run_blobs", blobs.Values, row => row.RunId, RunBlobRow.Conflict);
        Put(writer, "run_progress", progress.Values, row => row.RunId,
            "on conflict (run_id) do update set position = excluded.position, percent = excluded.percent, current = excluded.current, at = excluded.at");
        writer.Merge("run_clocks", [.. heard.Select(id => new Clock(id, clocks[id]))], "on conflict (device_id) do update set clock_offset_ms = excluded.clock_offset_ms");
    }

    /// <summary>Rows of a run that began here are new; another's may be there.</summary>
    private void Put<T>(RowWriter writer, string table, IReadOnlyCollection<T> rows, Func<T, Guid> runOf, string conflict)
    {
        if (!writer.TellsNewRows)
        {
            writer.Merge(table, rows, conflict);
            return;
        }

        writer.Add<T>(table, [.. rows.Where(row => begun.Contains(runOf(row)))]);
        writer.Merge<T>(table, [.. rows.Where(row => !begun.Contains(runOf(row)))], conflict);
    }

    private async Task LoadRuns(IReadOnlyList<IEvent> events, Query query, CancellationToken cancellation)
    {
        // A run whose first event is here has no row yet, and whoever did it is told by that event.
        foreach (var @event in events.Where(e => e.Data is IRunEvent && e.Version == 1))
        {
            begun.Add(@event.StreamId);
        }

        var rowsOf = new HashSet<Guid>();
        var ownersOf = new HashSet<Guid>();
        foreach (var @event in events)
        {
            switch (@event.Data)
            {
                case IRunEvent when !begun.Contains(@event.StreamId) && runs.Find(@event.StreamId) is null:
                    if (before?.runs.Find(@event.StreamId) is { } known)
                    {
                        runs.Know(known);
                    }
                    else
                    {
                        rowsOf.Add(@event.StreamId);
                    }

                    break;
                case IExecutionEvent when StreamIds.RunOf(@event.StreamId) is var run && !begun.Contains(run) && !owners.ContainsKey(run):
                    if (before is not null && before.owners.TryGetValue(run, out var owner))
                    {
                        owners[run] = owner;
                    }
                    else
                    {
                        ownersOf.Add(run);
                    }

                    break;
            }
        }

        foreach (var row in await Read<RunRow>(query, $"select * from {schema}.runs where run_id = any($1) and to_position = {ViewTables.Open}", [.. rowsOf], cancellation))
        {
            runs.Know(row);
        }

        foreach (var row in await Read<Owned>(
            query, $"select run_id, owner_id from {schema}.runs where run_id = any($1) and to_position = {ViewTables.Open}", [.. ownersOf], cancellation))
        {
            owners[row.RunId] = row.OwnerId;
        }
    }

    /// <summary>The clocks of the devices on which runs start here.</summary>
    private async Task LoadClocks(IReadOnlyList<IEvent> events, Query query, CancellationToken cancellation)
    {
        if (!events.Any(e => e.Data is RunStarted))
        {
            return;
        }

        var asked = new HashSet<Guid>();
        foreach (var @event in events)
        {
            var named = @event.Data switch
            {
                RunBeganOnDevice e => e.DeviceId,
                RunDispatched e => e.DeviceId,
                RunGranted e => e.DeviceId,
                RunStarted => runs.Find(@event.StreamId)?.DeviceId,
                _ => (Guid?)null,
            };
            if (named is { } device && !clocks.ContainsKey(device) && !asked.Contains(device))
            {
                if (before is not null && before.clocks.TryGetValue(device, out var offset))
                {
                    clocks[device] = offset;
                }
                else
                {
                    asked.Add(device);
                }
            }
        }

        foreach (var clock in await Read<Clock>(query, $"select * from {schema}.run_clocks where device_id = any($1)", [.. asked], cancellation))
        {
            clocks[clock.DeviceId] = clock.ClockOffsetMs;
        }
    }

    private void Apply(IEvent @event)
    {
        switch (@event.Data)
        {
            case IRunEvent:
                var old = runs.Find(@event.StreamId);
                if (RunRow.Evolve(old, @event, View.ActorOf(@event), OffsetOf) is { } next)
                {
                    runs.Put(next);
                    owners[next.RunId] = next.OwnerId;
                    tallies.Move(old, next);
                    figures.Move(old, next);
                }

                break;
            case IExecutionEvent execution:
                var runId = StreamIds.RunOf(@event.StreamId);
                Execution(runId, OwnerOf(runId), @event, execution);
                break;
            case DeviceConnected connected:
                Hear(@event.StreamId, connected.ClockOffsetMilliseconds);
                break;
            case DeviceClockMeasured measured:
                Hear(@event.StreamId, measured.OffsetMilliseconds);
                break;
        }
    }

    private void Execution(Guid runId, Guid owner, IEvent @event, IExecutionEvent execution)
    {
        foreach (var blob in RunBlobRow.NamedBy(@event, execution, runId, owner))
        {
            blobs.TryAdd((runId, blob.Hash, blob.Instance, blob.Purpose), blob);
        }

        switch (execution)
        {
            case ExecutionVariablesChanged e:
                variables.Add(new RunVariablesRow(runId, @event.Version, owner, @event.Sequence, e.At, e.Task, e.Instance));
                break;
            case ITaskEvent e:
                tasks[(runId, e.Instance)] = RunTaskRow.Evolve(tasks.GetValueOrDefault((runId, e.Instance)), runId, owner, @event, e);
                break;
            case ExecutionLogged e:
                log.AddRange(e.Lines.Select((line, index) =>
                    new RunLogRow(runId, @event.Version, index, owner, @event.Sequence, line.At, (short)line.Severity, line.Instance)));
                break;
            case ExecutionProgressed e:
                progress[runId] = new RunProgressRow(runId, owner, @event.Sequence, e.Percent, e.Current, e.At);
                break;
        }
    }

    private void Hear(Guid device, long offset)
    {
        clocks[device] = offset;
        heard.Add(device);
    }

    private long OffsetOf(Guid? device) => device is { } id ? clocks.GetValueOrDefault(id) : 0;

    // A run is requested before it is executed, so its owner is always known here; if not, the view must stop rather than guess.
    private Guid OwnerOf(Guid runId) =>
        owners.TryGetValue(runId, out var owner) ? owner : throw new InvalidOperationException($"Run {runId} has an execution but was never requested.");
}
