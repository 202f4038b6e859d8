using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>
/// A world without threads or waiting: continuations run one after another on the test's own thread, and whenever nothing can go on the
/// clock jumps to the next thing that is due. The same story always takes the same course.
/// </summary>
internal sealed class FakeHost : SynchronizationContext, IExecutionHost
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> ready = new();
    private readonly List<(DateTimeOffset Due, TaskCompletionSource Done)> waiting = [];
    private readonly Dictionary<string, Func<Activity, CancellationToken, Task<Json>>> performers = new(StringComparer.Ordinal);
    private readonly List<Feed> feeds = [];
    private int ids;

    public FakeHost(DateTimeOffset now)
    {
        Now = now;
        On("test.echo", (a, _) => Task.FromResult(((Activity.Function)a).Arguments));
        On("test.pay", (a, _) => Task.FromResult(((Activity.Function)a).Arguments));
        On("test.slow", async (a, c) =>
        {
            var arguments = (JsonObject)((Activity.Function)a).Arguments;
            await Delay(TimeSpan.FromSeconds(((JsonNumber)arguments["seconds"]!).Value), c);
            return arguments["value"] ?? Json.Null;
        });
    }

    /// <summary>Repeatable: echo and slow. Not repeatable: pay.</summary>
    public static IEnumerable<FunctionDescription> Functions { get; } =
    [
        new("test.echo", "Gives its arguments back.", Json.Parse("""{"type":"object"}"""), true, []),
        new("test.slow", "Gives a value after some seconds.", Json.Parse(
            """{"type":"object","properties":{"seconds":{"type":"number","minimum":0},"value":{}},"required":["seconds"],"additionalProperties":false}"""), true, []),
        new("test.pay", "Must not happen twice.", Json.Parse(
            """{"type":"object","properties":{"amount":{"type":"number"},"currency":{"type":"string","default":"EUR"}},"required":["amount"],"additionalProperties":false}"""), false, []),
    ];

    public DateTimeOffset Now { get; private set; }

    /// <summary>When the run stood paused.</summary>
    public List<(DateTimeOffset From, DateTimeOffset? To)> Pauses { get; } = [];

    public TimeSpan PausedSince(DateTimeOffset instant) => Pauses.Aggregate(
        TimeSpan.Zero, (sum, pause) => sum + ((pause.To ?? Now) - (pause.From > instant ? pause.From : instant)));

    public CancellationTokenSource Cancel { get; } = new();

    public CancellationTokenSource Stop { get; } = new();

    public List<JournalEntry> Entries { get; } = [];

    /// <summary>How many entries were on disk after each flush.</summary>
    public List<int> Flushes { get; } = [];

    public List<Activity> Performed { get; } = [];

    /// <summary>Instances whose activity ended by its token.</summary>
    public List<string> Interrupted { get; } = [];

    public List<string> Lines { get; } = [];

    public List<(WorkflowReference Reference, Json Input)> Children { get; } = [];

    /// <summary>Called after each record, with all entries so far.</summary>
    public Action<FakeHost>? AfterRecord { get; set; }

    public Func<string, CancellationToken, Task>? AtGate { get; set; }

    public Func<WorkflowReference, Json, Json>? Child { get; set; }

    /// <param name="what">A function's name, <c>http</c> or <c>shell</c>.</param>
    public void On(string what, Func<Activity, CancellationToken, Task<Json>> perform) => performers[what] = perform;

    public void On(string what, Func<Activity, Json> perform) => performers[what] = (a, _) => Task.FromResult(perform(a));

    public string NewId() => $"id-{++ids}";

    public async ValueTask Gate(string task, string instance, CancellationToken cancellation)
    {
        if (AtGate is { } gate)
        {
            await gate(instance, cancellation);
        }
    }

    public ValueTask Record(IReadOnlyList<JournalEntry> entries, bool durable, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Entries.AddRange(entries);
        Flushes.Add(Entries.Count);
        AfterRecord?.Invoke(this);
        return ValueTask.CompletedTask;
    }

    public async Task<Json> Perform(Activity activity, CancellationToken cancellation)
    {
        Performed.Add(activity);
        var key = activity switch { Activity.Http => "http", Activity.Shell => "shell", Activity.Script => "script", Activity.Function f => f.Name, _ => "" };
        try
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            return await performers[key](activity, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Interrupted.Add(activity.Instance);
            throw;
        }
    }

    public Task Until(DateTimeOffset due, string task, string instance, CancellationToken cancellation) => Delay(due - Now, cancellation);

    public Task<Json> RunWorkflow(WorkflowReference reference, Json input, string task, string instance, CancellationToken cancellation)
    {
        Children.Add((reference, input));
        return Task.FromResult(Child?.Invoke(reference, input) ?? Json.Null);
    }

    public List<Json> Published { get; } = [];

    public ValueTask Publish(Json cloudEvent, string task, string instance, CancellationToken cancellation)
    {
        Published.Add(cloudEvent);
        foreach (var feed in feeds)
        {
            feed.Add(cloudEvent);
        }

        return ValueTask.CompletedTask;
    }

    public IEventFeed Listen(string task, string instance)
    {
        var feed = new Feed();
        feeds.Add(feed);
        return feed;
    }

    public void Log(LogSeverity severity, string text, string? instance) => Lines.Add($"{severity}: {text}");

    public async Task Delay(TimeSpan time, CancellationToken cancellation)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        var done = new TaskCompletionSource();
        waiting.Add((Now + time, done));
        await using var registration = cancellation.Register(() => done.TrySetCanceled(cancellation));
        await done.Task;
    }

    /// <summary>The process is told to stop; what it records afterwards is refused.</summary>
    public int StopNow()
    {
        Stop.Cancel();
        return 0;
    }

    public override void Post(SendOrPostCallback d, object? state) => ready.Enqueue((d, state));

    /// <summary>Runs something to its end, moving the clock on whenever nothing else can happen. Null where it was stopped.</summary>
    public Ending? Drive(Func<Task<Ending>> run)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            var task = run();
            while (!task.IsCompleted)
            {
                if (ready.TryDequeue(out var next))
                {
                    next.Callback(next.State);
                }
                else if (waiting.Where(w => !w.Done.Task.IsCompleted).OrderBy(w => w.Due).FirstOrDefault() is { Done: { } due } earliest)
                {
                    waiting.Remove(earliest);
                    Now = earliest.Due > Now ? earliest.Due : Now;
                    due.TrySetResult();
                }
                else
                {
                    throw new InvalidOperationException("The run waits for something that never comes.");
                }
            }

            return task.IsCanceled ? null : task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private sealed class Feed : IEventFeed
    {
        private readonly Queue<Json> waiting = new();
        private TaskCompletionSource? next;

        public void Add(Json cloudEvent)
        {
            waiting.Enqueue(cloudEvent);
            next?.TrySetResult();
        }

        public async Task<Json> Next(CancellationToken cancellation)
        {
            while (waiting.Count == 0)
            {
                next = new TaskCompletionSource();
                await using var registration = cancellation.Register(() => next.TrySetCanceled(cancellation));
                await next.Task;
            }

            return waiting.Dequeue();
        }

        public void Dispose()
        {
        }
    }
}
