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

/// <summary>What the interpreter of one run reaches of the world.</summary>
internal sealed class RunHost(
    RunRecorder recorder,
    RunPace pace,
    SecretMask secrets,
    ShellCommands shell,
    HttpCalls http,
    FunctionCatalog functions,
    FunctionContext context,
    Func<WorkflowReference, Json, string, CancellationToken, Task<Json>> runChild,
    EventHub events,
    Func<CancellationToken> killNow,
    bool resumed) : IExecutionHost
{
    /// <summary>Longest time that is waited in one go, so that a clock that is put forward (or a PC that slept) is noticed.</summary>
    private static readonly TimeSpan LongestNap = TimeSpan.FromSeconds(30);

    /// <summary>After this time an activity that does not heed its cancellation is left behind, where no grace time was asked for.</summary>
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(10);

    private bool begun = resumed;
    private (string Task, string Instance)? faulted;

    /// <summary>Pictures the screen as it is when the run fails; null for not.</summary>
    public Func<CancellationToken, Task<byte[]>>? ScreenOnFault { get; init; }

    public DateTimeOffset Now => context.Clock.GetUtcNow();

    public TimeSpan PausedSince(DateTimeOffset instant) => pace.Pauses.Between(instant, Now);

    public string NewId() => Guid.NewGuid().ToString();

    public ValueTask Gate(string task, string instance, CancellationToken cancellation) => pace.Enter(instance, cancellation);

    public async ValueTask Record(IReadOnlyList<JournalEntry> entries, bool durable, CancellationToken cancellation)
    {
        StatusChange? status = null;
        if (!begun)
        {
            begun = true;
            status = new StatusChange(JournaledStatus.Running);
        }

        await recorder.Record(await WithPicture(entries, cancellation), durable || status is not null, status, cancellation);
        foreach (var (item, _) in entries)
        {
            if (item is ExecutionTaskCompleted or ExecutionTaskFaulted or ExecutionTaskCancelled)
            {
                pace.Leave(((ITaskEvent)item).Instance);
            }
        }
    }

    public async Task<Json> Perform(Activity activity, CancellationToken cancellation)
    {
        pace.Begin(activity.Instance);
        try
        {
            var work = activity switch
            {
                Activity.Http call => http.Send(call, cancellation),
                Activity.Shell command => shell.Run(command, cancellation),
                Activity.Script script => ScriptFile.Run(shell, script, cancellation),
                Activity.Function call => Invoke(call, cancellation),
                _ => throw new InvalidOperationException($"{activity.GetType().Name} is not known to the engine."),
            };
            return activity is Activity.Function ? await OrLeaveBehind(work, cancellation) : await work;
        }
        finally
        {
            pace.End(activity.Instance);
        }
    }

    public async Task Until(DateTimeOffset due, string task, string instance, CancellationToken cancellation)
    {
        pace.Hold(instance);
        try
        {
            // Whichever comes first: the time itself, or as much time as it was away. A clock that is put back makes no wait longer.
            var wanted = due - Now;
            var began = context.Clock.GetTimestamp();
            while (Least(due - Now, wanted - context.Clock.GetElapsedTime(began)) is { Ticks: > 0 } left)
            {
                await Task.Delay(Least(left, LongestNap), context.Clock, cancellation);
            }

            await pace.WhileOpen(cancellation);
        }
        finally
        {
            pace.Release(instance);
        }
    }

    public async Task<Json> RunWorkflow(WorkflowReference reference, Json input, string task, string instance, CancellationToken cancellation)
    {
        pace.Hold(instance);
        try
        {
            return await runChild(reference, input, instance, cancellation);
        }
        finally
        {
            pace.Release(instance);
        }
    }

    public ValueTask Publish(Json cloudEvent, string task, string instance, CancellationToken cancellation)
    {
        events.Publish(cloudEvent);
        return ValueTask.CompletedTask;
    }

    public IEventFeed Listen(string task, string instance) => new Feed(events.Subscribe(), pace, instance);

    public void Log(LogSeverity severity, string text, string? instance) => recorder.Log(severity, secrets.Apply(text), instance);

    private async Task<Json> Invoke(Activity.Function call, CancellationToken cancellation)
    {
        var function = functions.Find(call.Name)
            ?? throw new WorkflowFaultException(Fault.Configuration($"There is no function '{call.Name}' on this machine."));
        if (!function.IsForThisPlatform)
        {
            throw new WorkflowFaultException(JarvisFaults.CannotWorkHere($"{call.Name} works on {string.Join(", ", function.Platforms)} only."));
        }

        var arguments = function.Check(call.Arguments);
        var own = context with
        {
            Log = (severity, text) => Log(severity, text, call.Instance),
            Attach = (content, type, purpose, stopped) => recorder.Record([Attachment(call.Task, call.Instance, content, type, purpose)], durable: false, cancellation: stopped),
        };
        try
        {
            // Off the interpreter's thread: a function may touch slow disks synchronously.
            return await Task.Run(() => function.Invoke(arguments, own, cancellation), cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or InvalidDataException)
        {
            throw new WorkflowFaultException(Fault.Runtime(failure.Message), failure);
        }
        catch (Exception bug) when (bug is not (WorkflowFaultException or JournalException) && !(bug is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            // A task that failed like any other, so that the workflow can catch it and a person retry it.
            throw new WorkflowFaultException(Fault.Runtime($"{call.Name} failed in a way that it does not know ({bug.GetType().Name}): {bug.Message.Split('\n')[0]}"), bug);
        }
    }

    /// <summary>Before the run's end by a fault, what was on the screen; the node that failed is where people look for it.</summary>
    private async ValueTask<IReadOnlyList<JournalEntry>> WithPicture(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation)
    {
        foreach (var (item, _) in entries)
        {
            faulted = item is ExecutionTaskFaulted failed ? (failed.Task, failed.Instance) : faulted;
        }

        if (ScreenOnFault is not { } take || !entries.Any(entry => entry.Event is ExecutionFaulted))
        {
            return entries;
        }

        try
        {
            var picture = Attachment(faulted?.Task, faulted?.Instance, await take(cancellation), "image/png", BlobPurpose.Screenshot);
            return [.. entries.SelectMany(entry => entry.Event is ExecutionFaulted ? (JournalEntry[])[picture, entry] : [entry])];
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            Log(LogSeverity.Warning, $"No picture of the screen: {why.Message}", faulted?.Instance);
            return entries;
        }
    }

    private JournalEntry Attachment(string? task, string? instance, byte[] content, string type, BlobPurpose purpose)
    {
        var reference = (JsonObject)((JsonObject)context.KeepBlob(content, type))[BlobReference.Member]!;
        return new JournalEntry(new ExecutionBlobAttached(task, instance, Now, new BlobReference(((JsonString)reference["hash"]!).Value, content.Length, type), purpose), null);
    }

    private async Task<Json> OrLeaveBehind(Task<Json> work, CancellationToken cancellation)
    {
        try
        {
            return await work.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (!work.IsCompleted)
        {
            var kill = killNow();
            using var grace = CancellationTokenSource.CreateLinkedTokenSource(kill);
            if (!kill.CanBeCanceled)
            {
                grace.CancelAfter(DefaultGrace);
            }

            await Task.WhenAny(work, Task.Delay(Timeout.InfiniteTimeSpan, grace.Token));
            throw;
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>A run that waits for an event is at rest, as it is while it waits for time.</summary>
    private sealed class Feed(EventHub.Feed feed, RunPace pace, string instance) : IEventFeed
    {
        public async Task<Json> Next(CancellationToken cancellation)
        {
            pace.Hold(instance);
            try
            {
                var next = await feed.Next(cancellation);
                await pace.WhileOpen(cancellation);
                return next;
            }
            finally
            {
                pace.Release(instance);
            }
        }

        public void Dispose() => feed.Dispose();
    }
}
