using System.Collections.Immutable;
using System.Globalization;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Workflows.Interpreter;

/// <summary>What a task or a list of tasks hands on.</summary>
/// <param name="Then">Where to go next: null for on, else a directive or a name.</param>
internal readonly record struct Step(Json Output, string? Then);

/// <summary>One interpretation of one run: the run as a whole, lists of tasks, and the life of a task. The kinds stand in files of their own.</summary>
internal sealed partial class Walk
{
    private readonly Definition definition;
    private readonly RunFacts facts;
    private readonly RecordedExecution recorded;
    private readonly IExecutionHost host;
    private readonly CancellationToken cancel;
    private readonly CancellationToken stop;
    private readonly ExecutionRecorder recorder;
    private readonly Rehearsal? rehearsal;
    private int instances;

    public Walk(Definition definition, RunFacts facts, RecordedExecution recorded, IExecutionHost host, CancellationToken cancel, CancellationToken stop)
    {
        rehearsal = host as Rehearsal;
        this.definition = definition;
        this.facts = facts;
        this.recorded = recorded;
        this.host = host;
        this.cancel = cancel;
        this.stop = stop;
        Mask = new SecretMask([.. facts.Secrets.Values, .. facts.Masked ?? []]);
        Secrets = new JsonObject(definition.Use.Secrets
            .Where(facts.Secrets.ContainsKey)
            .Select(name => KeyValuePair.Create(name, facts.Secrets[name])));
        Clock = () => host.Now;
        recorder = new ExecutionRecorder(host, Mask, instance => recorded[instance] is { IsInFlight: true }, stop);
        RuntimeDescriptor = Json.Of(("name", facts.Runtime.Name), ("version", facts.Runtime.Version), ("metadata", facts.Runtime.Metadata));
        WorkflowDescriptor = Json.Of(
            ("id", facts.RunId.ToString()), ("definition", definition.Source), ("input", facts.Input), ("startedAt", Describe(facts.StartedAt)));
    }

    public SecretMask Mask { get; }

    public Json Secrets { get; }

    public Json WorkflowDescriptor { get; }

    public Json RuntimeDescriptor { get; }

    public Func<DateTimeOffset> Clock { get; }

    private string QualifiedName => $"{definition.Document.Name}-{facts.RunId}.{definition.Document.Namespace}";

    /// <summary>The DSL's date-time descriptor.</summary>
    public static Json Describe(DateTimeOffset at) => Json.Of(
        ("iso8601", at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        ("epoch", Json.Of(("seconds", at.ToUnixTimeSeconds()), ("milliseconds", at.ToUnixTimeMilliseconds()))));

    /// <exception cref="WorkflowFaultException">The secret is not to be had (dsl.md, "Secret": authorization, 403).</exception>
    public void RequireSecret(string name)
    {
        if (!facts.Secrets.ContainsKey(name))
        {
            throw new WorkflowFaultException(Fault.Authorization($"The secret `{name}` is not available to this run; `jarvis secret set {name}` keeps it on the PC."));
        }
    }

    public async Task<Ending> Run()
    {
        if (recorded.State.HasEnded)
        {
            return RecordedEnding();
        }

        stop.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop);
        try
        {
            if (recorded.State.Phase == ExecutionPhase.Pending)
            {
                await recorder.Write(durable: true, new JournalEntry(
                    new ExecutionStarted(QualifiedName, definition.Reference, facts.StartedAt, recorder.Content(facts.Input), recorder.Definition(facts.Local), facts.ContinuesRunId), null));
            }

            var output = await RunWorkflow(either.Token);
            await CancelLeftovers("/");
            await recorder.Write(durable: true, new JournalEntry(
                new ExecutionCompleted(QualifiedName, host.Now, recorder.Content(output)), recorder.Hidden(("output", output))));
            return new Ending.Completed(output);
        }
        catch (WorkflowFaultException e)
        {
            stop.ThrowIfCancellationRequested();
            await CancelLeftovers("/");
            var (error, hidden) = recorder.Error(e.Fault);
            await recorder.Write(durable: true, new JournalEntry(new ExecutionFaulted(QualifiedName, host.Now, error), hidden));
            return new Ending.Faulted(e.Fault);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            await CancelLeftovers("/");
            await recorder.Write(durable: true, new JournalEntry(new ExecutionCancelled(QualifiedName, host.Now), null));
            return new Ending.Cancelled();
        }
    }

    private Ending RecordedEnding() => recorded.State switch
    {
        { Phase: ExecutionPhase.Completed } s => new Ending.Completed(recorded.FinalOutput ?? s.Output?.Reveal() ?? Json.Null),
        { Phase: ExecutionPhase.Faulted, Error: { } error } => new Ending.Faulted(
            recorded.FinalFault ?? new Fault(error.Type, error.Status, null, null, error.Instance)),
        _ => new Ending.Cancelled(),
    };

    private async Task<Json> RunWorkflow(CancellationToken cancellation)
    {
        var frame = new Frame(this, null, "", facts.Input, new Lane(Json.Null, Json.Null), ImmutableDictionary<string, Json>.Empty, facts.StartedAt);
        var input = Enter(definition.Input, facts.Input, frame, "/input", cancellation);
        frame.Input = input;
        // dsl.md, "Data Flow": the transformed input is the context's first value.
        var lane = new Lane(input, input);
        var step = await Limited(definition.Timeout, frame, facts.StartedAt, "The workflow", limited =>
            RunList(definition.Do, "/do", input, lane, ImmutableDictionary<string, Json>.Empty, limited), cancellation);
        var last = new Frame(this, null, "", step.Output, lane, ImmutableDictionary<string, Json>.Empty, facts.StartedAt) { Clock = Clock };
        return Leave(definition.Output, step.Output, last, "/output", cancellation);
    }

    /// <summary>Runs a list from its first task until it runs off its end or a directive leaves it.</summary>
    /// <param name="at">Instance of the list: what stands before <c>/index/name</c>.</param>
    /// <returns><c>Then</c> is null or <c>end</c>.</returns>
    private async Task<Step> RunList(
        TaskList list, string at, Json input, Lane lane, ImmutableDictionary<string, Json> locals, CancellationToken cancellation)
    {
        var step = await RunToDirective(list, at, input, lane, locals, cancellation);
        return step.Then == FlowDirective.Exit ? step with { Then = null } : step;
    }

    /// <summary>The same, which also tells whether the list was left by <c>exit</c>.</summary>
    private async Task<Step> RunToDirective(
        TaskList list, string at, Json input, Lane lane, ImmutableDictionary<string, Json> locals, CancellationToken cancellation)
    {
        var visits = new int[list.Tasks.Length];
        var output = input;
        for (var i = 0; i < list.Tasks.Length;)
        {
            var task = list.Tasks[i];
            var step = await RunTask(task, $"{at}/{i}/{JsonPointer.Escape(task.Name)}{Repetition(++visits[i])}", output, lane, locals, cancellation);
            output = step.Output;
            switch (step.Then)
            {
                case null or FlowDirective.Continue:
                    i++;
                    break;
                case FlowDirective.Exit or FlowDirective.End:
                    return step;
                default:
                    i = list.PlaceOf(step.Then);
                    break;
            }
        }

        return new Step(output, null);
    }

    /// <summary>The mark of an instance's segment that repeats: none for the first time.</summary>
    private static string Repetition(int time) => time == 1 ? "" : $"@{time.ToString(CultureInfo.InvariantCulture)}";

    private async Task<Step> RunTask(
        TaskDefinition task, string instance, Json rawInput, Lane lane, ImmutableDictionary<string, Json> locals, CancellationToken cancellation)
    {
        var known = recorded[instance];
        if (known?.Ended == TaskPhase.Completed)
        {
            lane.Context = known.Context ?? lane.Context;
            lane.Told = known.Output;
            return new Step(known.Output, known.Then);
        }

        if (known is { Ended: TaskPhase.Faulted, Fault: { } earlier })
        {
            throw new WorkflowFaultException(earlier);
        }

        rawInput = recorded.Corrected.GetValueOrDefault(instance) ?? rawInput;
        if (Interlocked.Increment(ref instances) > WorkflowInterpreter.MaxTaskInstances)
        {
            throw new WorkflowFaultException(Fault.Runtime($"The run needs more than {WorkflowInterpreter.MaxTaskInstances:N0} tasks; it seems to go round in circles.").At(task.Pointer));
        }

        await host.Gate(task.Pointer, instance, cancellation);
        var frame = new Frame(this, task, instance, rawInput, lane, locals, known?.StartedAt ?? host.Now);
        if (known is not { Created: true })
        {
            frame.Pending.Add(new JournalEntry(new ExecutionTaskCreated(task.Pointer, instance, task.Name, task.Head.Kind, host.Now), null));
        }

        var done = recorded.Done?.Instance == instance ? recorded.Done : rehearsal?.DoneByHand(instance);
        return done is not null
            ? await Settle(frame, done)
            : await Live(frame, known, cancellation);
    }

    /// <summary>A person said how this task ended.</summary>
    private async Task<Step> Settle(Frame frame, MarkedDone done)
    {
        frame.Output = done.Output;
        await Complete(frame, frame.Lane.Context, frame.Task!.Head.Then, done.By);
        return new Step(done.Output, frame.Task.Head.Then);
    }

    private async Task<Step> Live(Frame frame, RecordedTask? known, CancellationToken cancellation)
    {
        var task = frame.Task!;
        var before = frame.Lane.Context;
        try
        {
            cancellation.ThrowIfCancellationRequested();
            if (task.Head.If is { } condition && !frame.Holds(condition, frame.RawInput, frame.Locals, cancellation))
            {
                frame.Output = frame.RawInput;
                await Complete(frame, before, null, null);
                return new Step(frame.RawInput, null);
            }

            frame.Input = Enter(task.Head.Input, frame.RawInput, frame, null, cancellation);
            var result = await Limited(task.Head.Timeout, frame, frame.StartedAt, $"The task {task.Name}", limited => Extended(frame, known, limited), cancellation);
            frame.SetRawOutput(result.Output);
            frame.Clock = Clock;
            frame.Output = rehearsal?.OutputOf(task, frame.Instance) ?? Leave(task.Head.Output, result.Output, frame, null, cancellation);
            Export(frame, cancellation);
            var then = result.Then ?? task.Head.Then;
            await Complete(frame, before, then, null);
            return new Step(frame.Output, then);
        }
        catch (WorkflowFaultException e)
        {
            stop.ThrowIfCancellationRequested();
            var fault = e.Fault.At(task.Pointer);
            var (error, hidden) = recorder.Error(fault);
            frame.Pending.Add(new JournalEntry(new ExecutionTaskFaulted(task.Pointer, frame.Instance, host.Now, error), hidden));
            await recorder.Flush(frame, durable: true);
            throw new WorkflowFaultException(fault, e);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            frame.Pending.Add(new JournalEntry(new ExecutionTaskCancelled(task.Pointer, frame.Instance, host.Now), null));
            await recorder.Flush(frame, durable: true);
            throw;
        }
    }

    private Task<Step> Execute(Frame frame, RecordedTask? known, CancellationToken cancellation) =>
        rehearsal?.Whole(frame.Task!, frame.Instance, cancellation) ?? frame.Task switch
    {
        TaskDefinition.Do task => Do(task, frame, cancellation),
        TaskDefinition.Set task => Set(task, frame, cancellation),
        TaskDefinition.Switch task => Switch(task, frame, cancellation),
        TaskDefinition.Raise task => Raise(task, frame, cancellation),
        TaskDefinition.For task => For(task, frame, cancellation),
        TaskDefinition.Fork task => Fork(task, frame, cancellation),
        TaskDefinition.Try task => Try(task, frame, known, cancellation),
        TaskDefinition.Wait task => Wait(task, frame, known, cancellation),
        TaskDefinition.CallHttp task => CallHttp(task, frame, known, cancellation),
        TaskDefinition.CallOpenApi task => CallOpenApi(task, frame, known, cancellation),
        TaskDefinition.Listen task => Listen(task, frame, known, cancellation),
        TaskDefinition.Emit task => Emit(task, frame, known, cancellation),
        TaskDefinition.CallFunction task => CallFunction(task, frame, known, cancellation),
        TaskDefinition.CallDefined task => CallDefined(task, frame, cancellation),
        TaskDefinition.RunShell task => RunShell(task, frame, known, cancellation),
        TaskDefinition.RunScript task => RunScript(task, frame, known, cancellation),
        TaskDefinition.RunWorkflow task => RunSubworkflow(task, frame, cancellation),
        var other => throw new InvalidOperationException($"No way to run a {other?.GetType().Name}."),
    };
}
