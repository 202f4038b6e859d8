using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Workflows;
using Jarvis.Engine.Workflows.Http;
using Jarvis.Engine.Workflows.Shell;

namespace Jarvis.Engine.Runs;

/// <summary>What all runs of one engine share.</summary>
internal sealed record EngineParts(
    EngineSettings Settings, Journal Journal, HttpCalls Http, ProcessGuard Guard, Func<string, ParsedDefinition> Parse, ChildRuns Children, EventHub Events);

/// <summary>One run in execution, from its first event or from where a crash left it, to its end or the engine's stop.</summary>
internal sealed class RunExecution(EngineParts parts, NewRun run, JournalPlace place, bool wasPaused, RunPace? parentPace, RunTurn? turn) : IDisposable
{
    /// <summary>Version of the engine, as <c>$runtime.version</c>.</summary>
    private static readonly string Version = typeof(RunExecution).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly TaskCompletionSource<Ending?> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RunControls> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource cancel = new();
    private readonly CancellationTokenSource kill = new();
    private readonly Lock killGate = new();
    private DateTimeOffset? killAt;
    private bool disposed;
    private CancellationToken stop;

    public NewRun Run => run;

    /// <summary>Its turn; null for a run that needs none.</summary>
    public RunTurn? Turn => turn;

    /// <summary>Whether it needs a turn at once; a paused run does not.</summary>
    public bool WaitsForTurn => turn is not null && !wasPaused;

    public RunPace Pace { get; } = new(parentPace);

    /// <summary>How the run ended; null where the engine stopped before. Faults with what made the engine give it up.</summary>
    public Task<Ending?> Completion => completion.Task;

    /// <summary>Whether it has begun to execute and takes controls itself.</summary>
    public bool IsReady => ready.Task.IsCompleted;

    /// <summary>Signalled once a person asked to cancel the run.</summary>
    public CancellationToken CancelRequested => cancel.Token;

    /// <summary>Acts on a control that is in the journal.</summary>
    /// <returns>False where the run has ended already.</returns>
    public async Task<bool> Handle(JournaledControl control, CancellationToken cancellation)
    {
        if (control.Kind == ControlKind.Cancel && !ready.Task.IsCompleted)
        {
            // A run that waits for its turn begins now, only to end.
            Cancel(TimeSpan.FromSeconds(control.GraceSeconds));
        }

        var controls = await ready.Task.WaitAsync(cancellation);
        return await controls.Handle(control, cancellation);
    }

    /// <summary>Cancels; processes that still run after the grace time are killed. An earlier kill is never put off.</summary>
    public void Cancel(TimeSpan grace)
    {
        lock (killGate)
        {
            if (disposed)
            {
                return;
            }

            var at = parts.Settings.Clock.GetUtcNow() + grace;
            if (killAt is null || at < killAt)
            {
                killAt = at;
                kill.CancelAfter(grace);
            }
        }

        cancel.Cancel();
    }

    /// <summary>Executes the run. It never throws; <see cref="Completion"/> says how it went.</summary>
    public async Task Drive(CancellationToken stopping)
    {
        stop = stopping;
        try
        {
            completion.TrySetResult(await Execute());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            completion.TrySetResult(null);
        }
        catch (Exception failure)
        {
            // The run stays as it is in the journal, and is taken up again from there.
            completion.TrySetException(failure as JournalException ?? new JournalException($"The run {run.RunId} was left where it is: {failure.Message}", failure));
        }
        finally
        {
            ready.TrySetCanceled(CancellationToken.None);
        }
    }

    public void Dispose()
    {
        lock (killGate)
        {
            disposed = true;
            kill.Dispose();
        }

        // Where the engine's end came before it was driven at all.
        completion.TrySetResult(null);
        ready.TrySetCanceled(CancellationToken.None);
    }

    private async Task<Ending> Execute()
    {
        var folder = RunRecords.WorkFolder(parts.Journal, parts.Settings.Home, run);
        if (place.LastSequence > 0)
        {
            await EndLeftOvers();
        }

        var clock = parts.Settings.Clock;
        var parsed = parts.Parse(run.Definition);
        var (recorded, unusable) = Recorded();
        Pace.Pauses.Recall(recorded.Pauses);
        var blobs = new BlobFolder(parts.Settings.BlobFolder);
        var onLine = parts.Settings.OnLine;
        await using var recorder = new RunRecorder(
            parts.Journal, place, new LargeValues(blobs), new RunProgress(parsed.Definition, recorded, clock), clock,
            onLine is null ? null : (line, text) => onLine(run.RunId, line, text), cancel.Token);
        if (wasPaused)
        {
            _ = Pace.Close();
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, cancel.Token);
        using var controls = new RunControls(recorder, Pace, turn, run.QualifiedName, clock, Cancel, wasPaused, stop, over.Token);
        recorder.AtEnd = controls.AtEnd;
        foreach (var control in parts.Journal.OpenControls(run.RunId))
        {
            await controls.Handle(control, stop);
        }

        ready.TrySetResult(controls);
        await MakeFolder(folder);

        // All are hidden, also those that the workflow does not name: a parent's stand in a child's input, and anybody may print a file.
        var (kept, unreadable) = Secrets();
        unusable ??= unreadable;
        var named = parsed.Definition?.Use.Secrets ?? [];
        var secrets = kept.Where(secret => named.Contains(secret.Key)).ToDictionary(StringComparer.Ordinal);
        IReadOnlyCollection<Json> hidden = [.. kept.Values];
        var mask = new SecretMask([.. secrets.Values, .. hidden]);
        await using var shell = new ShellCommands(run.RunId, folder, parts.Guard, parts.Journal, async (severity, text, instance) =>
        {
            recorder.Log(severity, mask.Apply(text), instance);
            await recorder.LogRoom(CancellationToken.None);
        }, KillNow);
        await using var resources = new RunResources();
        var context = new FunctionContext(folder, clock, (severity, text) => recorder.Log(severity, mask.Apply(text), null), blobs.Keep)
        {
            HomeFolder = parts.Settings.Home.Folder,
            IsSecret = text => text.Length > 0 && mask.Apply(text) == SecretMask.Mask,
            Resources = resources,
        };
        var host = new RunHost(
            recorder, Pace, mask, shell, parts.Http, parts.Settings.Functions, context,
            (reference, input, instance, cancellation) => parts.Children.Run(run, Pace, reference, input, instance, KillNow, stop, cancellation),
            parts.Events, KillNow, resumed: place.LastSequence > 0)
        {
            ScreenOnFault = run.Submits ? parts.Settings.ScreenOnFault : null,
        };
        return await Interpret(parsed, recorded, unusable, host, secrets, hidden);
    }

    /// <summary>A run that is cancelled while the disk gives no folder needs none to end.</summary>
    private async Task MakeFolder(string folder)
    {
        try
        {
            await parts.Journal.WithFiles(() => Directory.CreateDirectory(folder), stop, cancel.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // It was cancelled.
        }
    }

    private async Task<Ending> Interpret(
        ParsedDefinition parsed, RecordedExecution recorded, Fault? unusable, RunHost host, IReadOnlyDictionary<string, Json> secrets,
        IReadOnlyCollection<Json> hidden)
    {
        var started = place.LastSequence > 0 ? parts.Journal.ReadEvents(run.RunId, 0, 1)[0].OccurredAt : host.Now;
        var local = run.Origin == RunOrigin.Local ? new LocalDefinition(run.DefinitionHash, Content.Of(run.Definition)) : null;
        var facts = new RunFacts(run.RunId, Json.Parse(run.Input), Runtime(), secrets, started, local, run.Continues?.RunId, hidden);
        var isTooDeep = facts.Input.NestsDeeperThan(WorkflowInterpreter.MaxValueDepth);
        Fault fault;
        try
        {
            if (parsed.Definition is null)
            {
                throw new WorkflowFaultException(Fault.Configuration("This machine cannot run the workflow: " + string.Join(
                    " ", parsed.Problems.Take(5).Select(p => $"line {p.Line}, column {p.Column}: {p.Message}"))));
            }

            if (unusable is not null)
            {
                throw new WorkflowFaultException(unusable);
            }

            if (isTooDeep)
            {
                throw new WorkflowFaultException(Fault.Validation($"The input nests deeper than {WorkflowInterpreter.MaxValueDepth} levels."));
            }

            return await WorkflowInterpreter.Run(parsed.Definition, facts, recorded, host, cancel.Token, stop);
        }
        catch (WorkflowFaultException failure)
        {
            fault = failure.Fault;
        }
        catch (Exception bug) when (bug is not (OperationCanceledException or JournalException))
        {
            // A run that would meet the same bug at every start ends here, and says so, instead of trying forever.
            fault = Fault.Runtime($"The engine itself failed ({bug.GetType().Name}): {bug.Message}");
        }

        var mask = new SecretMask([.. secrets.Values, .. hidden]);
        var entries = new List<JournalEntry>();
        if (place.LastSequence == 0)
        {
            entries.Add(new JournalEntry(
                new ExecutionStarted(
                    run.QualifiedName, run.Workflow, facts.StartedAt, isTooDeep ? null : Content.Of(mask.Apply(facts.Input)),
                    local is null ? null : local with { Definition = Content.Of(Json.Of(mask.ApplyUncut(run.Definition))) }, facts.ContinuesRunId), null));
        }

        var text = Json.Of(("title", Json.Of(fault.Title)), ("detail", Json.Of(fault.Detail)));
        entries.Add(new JournalEntry(
            new ExecutionFaulted(run.QualifiedName, host.Now, new FaultError(ClearText.Fitted(fault.Type, ClearText.MaxErrorTypeBytes), fault.Status, fault.Instance is null ? null : ClearText.Fitted(fault.Instance), Content.Of(mask.Apply(text)))), null));
        await host.Record(entries, durable: true, stop);
        return new Ending.Faulted(fault);
    }

    /// <summary>Every secret of this PC; where they cannot be read, nothing could be hidden, and no run may begin.</summary>
    private (IReadOnlyDictionary<string, Json> Secrets, Fault? Unusable) Secrets()
    {
        try
        {
            return (new SecretStore(parts.Settings.Home.SecretsFile).All(), null);
        }
        catch (SecretException damaged)
        {
            return (new Dictionary<string, Json>(StringComparer.Ordinal), Fault.Configuration($"The secrets of this machine cannot be read: {damaged.Message}"));
        }
    }

    private (RecordedExecution Recorded, Fault? Unusable) Recorded()
    {
        if (run.Origin == RunOrigin.Server && Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.Definition))) != run.DefinitionHash)
        {
            return (RecordedExecution.Empty, Fault.Configuration(
                "The definition is not the one that the run names: where a secret stands in its text, the server has it masked. Start it from its file, or keep the secret in `use.secrets`."));
        }

        if (place.LastSequence == 0 && run.Continues is null)
        {
            return (RecordedExecution.Empty, null);
        }

        try
        {
            return (RunRecords.Of(parts.Journal, run), null);
        }
        catch (WorkflowFaultException failure)
        {
            return (RecordedExecution.Empty, failure.Fault);
        }
    }

    private RuntimeDescriptor Runtime() => RuntimeOf(parts.Journal, parts.Settings.Home, run);

    /// <summary>What a run of this machine sees as <c>$runtime</c>.</summary>
    internal static RuntimeDescriptor RuntimeOf(Journal journal, JarvisHome home, NewRun run) => new("jarvis", Version, Json.Of(
        ("os", OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux"),
        ("architecture", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()),
        ("folder", RunRecords.WorkFolder(journal, home, run)),
        ("workflowFolder", Json.Of(run.BaseFolder))));

    /// <summary>When what still runs is to be killed: signalled at the end of a cancel's grace time, or when the engine stops; a token that never fires while nobody asked.</summary>
    private CancellationToken KillNow()
    {
        lock (killGate)
        {
            return killAt is not null ? kill.Token : stop.IsCancellationRequested ? stop : CancellationToken.None;
        }
    }

    private async Task EndLeftOvers()
    {
        foreach (var left in parts.Journal.NotedProcesses(run.RunId))
        {
            ProcessTree.EndLeftOver(new ProcessIdentity(left.ProcessId, left.StartedTicks));
            await parts.Journal.ForgetProcess(left, stop);
        }

        ProcessTree.EndMarked(ProcessTree.RunVariable, run.RunId.ToString());
    }
}
