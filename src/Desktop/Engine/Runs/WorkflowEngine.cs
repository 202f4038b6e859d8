using System.Collections.Concurrent;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Devices;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows.Http;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Executes runs, many at once, each durable: whatever ends this process, the next engine on the same journal goes on where
/// the last flush left off.
/// </summary>
public sealed class WorkflowEngine : IRunExecutor, IAsyncDisposable
{
    /// <summary>Definitions that are kept parsed.</summary>
    private const int MaxParsed = 256;

    /// <summary>How often the journal is looked at for what other processes wrote.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How often runs of processes that died are looked for.</summary>
    private static readonly TimeSpan TakeOverInterval = TimeSpan.FromSeconds(5);

    private readonly EngineSettings settings;
    private readonly Journal journal;
    private readonly EngineParts parts;
    private readonly ConcurrentDictionary<Guid, RunExecution> live = new();
    private readonly ConcurrentDictionary<Guid, Task> driving = new();
    private readonly RunReservations reservations = new();
    private readonly ConcurrentDictionary<string, ParsedDefinition> parsed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turns;
    private readonly SemaphoreSlim afterEnd = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly string owner = ProcessIdentity.Own.ToString();
    private Task watching = Task.CompletedTask;
    private bool disposed;

    public WorkflowEngine(EngineSettings settings, Journal journal)
    {
        this.settings = settings;
        this.journal = journal;
        turns = new SemaphoreSlim(settings.MaxConcurrentRuns);
        var children = new ChildRuns(settings, journal) { Start = StartChild, Find = id => live.GetValueOrDefault(id) };
        parts = new EngineParts(settings, journal, new HttpCalls(), new ProcessGuard(), Parse, children, new EventHub());
    }

    public IReadOnlyCollection<Guid> Running => [.. live.Keys];

    /// <summary>Takes up what the last engine left, and begins to look for what other processes ask.</summary>
    /// <returns>How many runs go on.</returns>
    public async Task<int> Resume(CancellationToken cancellation)
    {
        var count = await TakeOver(cancellation);
        if (settings.SharesJournal)
        {
            watching = Watch(stop.Token);
        }

        return count;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Too many runs wait already.</exception>
    public async Task Start(NewRun run, CancellationToken cancel)
    {
        if (live.Count >= settings.MaxWaitingRuns)
        {
            throw new InvalidOperationException($"More than {settings.MaxWaitingRuns} runs wait on this device already.");
        }

        await Begin(run, null, cancel);
    }

    /// <inheritdoc/>
    public async Task<bool> Control(JournaledControl control, CancellationToken cancel)
    {
        if (journal.Find(control.RunId) is null)
        {
            return false;
        }

        await journal.ReceiveControl(control, cancel);
        if (!live.TryGetValue(control.RunId, out var execution) || !await Hand(execution, control, cancel))
        {
            await AnswerAfterEnd(control.RunId, cancel);
        }

        return true;
    }

    /// <summary>Cancels a run as whoever started it here may, without a control that someone waits for.</summary>
    public void Cancel(Guid runId, TimeSpan grace)
    {
        if (live.TryGetValue(runId, out var execution))
        {
            execution.Cancel(grace);
        }
    }

    /// <summary>How the run ended, once it has; null where the engine stopped before, or does not know the run.</summary>
    public async Task<Ending?> WhenEnded(Guid runId, CancellationToken cancellation = default) =>
        live.TryGetValue(runId, out var execution)
            ? await execution.Completion.WaitAsync(cancellation)
            : RunRecords.EndingOf(journal, runId);

    /// <summary>
    /// Ends the engine: no task begins any more, those in progress may come to their end within the grace time, then all are
    /// left as they are in the journal, and their processes are killed.
    /// </summary>
    public async Task Stop(TimeSpan grace)
    {
        if (!stop.IsCancellationRequested && grace > TimeSpan.Zero)
        {
            var resting = Task.WhenAll(live.Values.Select(execution => Task.WhenAny(execution.Pace.Close(), execution.Completion)));
            await Task.WhenAny(resting, Task.Delay(grace));
        }

        await stop.CancelAsync();
        await Task.WhenAll(driving.Values);
        await watching;
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await Stop(TimeSpan.Zero);
        parts.Guard.Dispose();
        parts.Http.Dispose();
        turns.Dispose();
        afterEnd.Dispose();
        stop.Dispose();
    }

    private ParsedDefinition Parse(string source)
    {
        if (parsed.TryGetValue(source, out var known))
        {
            return known;
        }

        if (parsed.Count >= MaxParsed)
        {
            parsed.Clear();
        }

        return parsed[source] = DefinitionParser.Parse(source, settings.Functions.Validation);
    }

    private Task StartChild(NewRun run, RunPace parent, CancellationToken cancellation) => Begin(run, parent, cancellation);

    private async Task Begin(NewRun run, RunPace? parent, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, this);
        var named = Parse(run.Definition).Definition is { } definition ? run with { Workflow = definition.Reference } : run;
        using var reserved = await reservations.Reserve(named.RunId, cancellation);
        if (await journal.Begin(named, owner, cancellation) is { } place)
        {
            var execution = new RunExecution(parts, named, place, wasPaused: false, parent, TurnOf(named));
            live[named.RunId] = execution;
            Launch(execution);
        }
    }

    /// <summary>A run that another one began needs no turn of its own: the other waits for it and holds one.</summary>
    private RunTurn? TurnOf(NewRun run) => run.ParentRunId is null ? new RunTurn(turns) : null;

    /// <summary>Executes a run that is known as live, whose reservation the caller holds.</summary>
    private void Launch(RunExecution execution)
    {
        var task = Task.Run(() => DriveInTurn(execution));
        var mine = KeyValuePair.Create(execution.Run.RunId, task);
        driving[mine.Key] = task;
        task.ContinueWith(_ => driving.TryRemove(mine), TaskScheduler.Default);
    }

    private async Task DriveInTurn(RunExecution execution)
    {
        try
        {
            if (execution.WaitsForTurn)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, execution.CancelRequested);
                try
                {
                    await execution.Turn!.Take(either.Token);
                }
                catch (OperationCanceledException)
                {
                    // Stopped: it is driven no further than finding that out. Cancelled: it needs no turn to end.
                }
            }

            await execution.Drive(stop.Token);
        }
        finally
        {
            live.TryRemove(KeyValuePair.Create(execution.Run.RunId, execution));
            execution.Dispose();
            execution.Turn?.Give();
        }
    }

    private async Task<int> TakeOver(CancellationToken cancellation)
    {
        var taken = new List<RunExecution>();
        var reserved = new List<IDisposable>();
        try
        {
            foreach (var run in journal.Unended())
            {
                if (MayTake(run) && reservations.TryReserve(run.RunId) is { } reservation)
                {
                    reserved.Add(reservation);
                    if (await Left(run.RunId, cancellation) is { } execution)
                    {
                        taken.Add(execution);
                    }
                }
            }

            // All are known before any goes on: a parent finds its children.
            foreach (var execution in taken)
            {
                live[execution.Run.RunId] = execution;
            }

            taken.ForEach(Launch);
            return taken.Count;
        }
        finally
        {
            reserved.ForEach(reservation => reservation.Dispose());
        }

        // The list is of a moment ago: since the run was reserved, what the journal and the engine say of it stays so.
        async Task<RunExecution?> Left(Guid runId, CancellationToken stopped)
        {
            if (journal.Find(runId) is not { HasEnded: false } run || !MayTake(run) || await journal.Claim(runId, owner, run.Owner, stopped) is not { } place)
            {
                return null;
            }

            var parent = run.Request.ParentRunId is { } parentId
                ? taken.FirstOrDefault(other => other.Run.RunId == parentId)?.Pace ?? live.GetValueOrDefault(parentId)?.Pace
                : null;
            return new RunExecution(parts, run.Request, place, run.Status == JournaledStatus.Paused, parent, TurnOf(run.Request));
        }
    }

    /// <summary>Whether nobody executes the run: it is this process's and not live, or its owner died.</summary>
    private bool MayTake(JournaledRun run) =>
        !live.ContainsKey(run.RunId) && (run.Owner == owner || (settings.TakesOver && ProcessIdentity.Parse(run.Owner) is not { IsAlive: true }));

    private async Task<bool> Hand(RunExecution execution, JournaledControl control, CancellationToken cancellation)
    {
        if (execution.Run.ParentRunId is null && turns.CurrentCount == 0 && control.Kind != ControlKind.Cancel && !execution.IsReady)
        {
            // It waits for its turn; the control is in the journal and taken up when it begins.
            return true;
        }

        try
        {
            return await execution.Handle(control, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Answers controls that came when there was nothing to control any more.</summary>
    private async Task AnswerAfterEnd(Guid runId, CancellationToken cancellation)
    {
        await afterEnd.WaitAsync(cancellation);
        try
        {
            var open = journal.OpenControls(runId);
            if (open.Count == 0 || journal.Find(runId) is not { HasEnded: true } || await journal.Claim(runId, owner, null, cancellation) is not { } place)
            {
                return;
            }

            using var writer = new ExecutionEventWriter();
            foreach (var control in open)
            {
                var now = settings.Clock.GetUtcNow();
                var events = new List<IExecutionEvent>();
                if (!control.Acknowledged)
                {
                    events.Add(new ExecutionControlAcknowledged(control.ControlId, control.Kind, now));
                }

                events.Add(new ExecutionControlTookEffect(control.ControlId, control.Kind, now, RunControls.Ended));
                await journal.Append(
                    place,
                    [.. events.Select(e => new PendingEvent(Domain.Platform.EventNames.Of(e.GetType()), now, writer.Write(e)))],
                    controls: [new ControlProgress(control.ControlId, Effective: true)],
                    cancellation: cancellation);
            }
        }
        finally
        {
            afterEnd.Release();
        }
    }

    private async Task Watch(CancellationToken stopping)
    {
        var lastTakeOver = settings.Clock.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(WatchInterval, settings.Clock, stopping);
                foreach (var runId in journal.RunsWithOpenControls())
                {
                    if (live.TryGetValue(runId, out var execution))
                    {
                        foreach (var control in journal.OpenControls(runId))
                        {
                            await Hand(execution, control, stopping);
                        }
                    }
                }

                if (settings.TakesOver && settings.Clock.GetElapsedTime(lastTakeOver) >= TakeOverInterval)
                {
                    await TakeOver(stopping);
                    lastTakeOver = settings.Clock.GetTimestamp();
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
