using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Jarvis.Engine.Platform;
using Jarvis.Engine.Runs;
using Jarvis.Engine.Workflows;
using Jarvis.Testing;
using Shouldly;

namespace Jarvis.Engine.Tests.Runs;

/// <summary>A real engine on a real journal, in a folder of its own.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();
    private readonly Func<EngineSettings, EngineSettings> adjust;

    public EngineUnderTest(Func<EngineSettings, EngineSettings>? adjust = null)
    {
        this.adjust = adjust ?? (settings => settings);
        Home = JarvisHome.Open(folder.File("home"));
        Journal = Journal.Open(Home.JournalFile);
        Engine = new WorkflowEngine(this.adjust(new EngineSettings(Home)), Journal);
    }

    public JarvisHome Home { get; }

    public Journal Journal { get; private set; }

    public WorkflowEngine Engine { get; private set; }

    /// <summary>A folder for the workflow's files.</summary>
    public string Files => folder.Path;

    public string File(string name) => folder.File(name);

    public static string Workflow(string tasks, string name = "test", string more = "") =>
        $"document: {{ dsl: '1.0.0', namespace: tests, name: {name}, version: '1.0.0' }}\n{more}do:\n{tasks}";

    public async Task<Guid> Start(string tasks, Json? input = null, Continuation? continues = null, string more = "", bool submits = false)
    {
        var run = Order(tasks, input, continues, more, submits);
        await Engine.Start(run, CancellationToken.None);
        return run.RunId;
    }

    public NewRun Order(string tasks, Json? input = null, Continuation? continues = null, string more = "", bool submits = false)
    {
        var source = Workflow(tasks, more: more);
        return new NewRun(
            Guid.CreateVersion7(), new DefinitionReference("tests", "test", "1.0.0"), source,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source))), (input ?? JsonObject.Empty).ToUtf8Bytes(),
            RunOrigin.Local, submits, DateTimeOffset.UtcNow, Files, Continues: continues);
    }

    /// <summary>Runs a whole definition to its end.</summary>
    public async Task<Ending> Run(string source, Json input)
    {
        var definition = DefinitionParser.Parse(source, FunctionCatalog.Standard.Validation).Definition.ShouldNotBeNull();
        var run = new NewRun(
            Guid.CreateVersion7(), definition.Reference, source, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source))),
            input.ToUtf8Bytes(), RunOrigin.Local, false, DateTimeOffset.UtcNow, Files);
        await Engine.Start(run, CancellationToken.None);
        return await Ended(run.RunId);
    }

    public async Task<Ending> Ended(Guid runId)
    {
        var ending = await Engine.WhenEnded(runId).WaitAsync(Limit);
        ending.ShouldNotBeNull();
        return ending;
    }

    public async Task<Json> Output(string tasks, Json? input = null, string more = "")
    {
        var ending = await Ended(await Start(tasks, input, more: more));
        return ending.ShouldBeOfType<Ending.Completed>(ending.ToString()).Output;
    }

    public async Task<Fault> Fault(string tasks, Json? input = null) => (await Ended(await Start(tasks, input))).ShouldBeOfType<Ending.Faulted>().Fault;

    public IReadOnlyList<IExecutionEvent> Events(Guid runId) =>
        [.. Journal.AllEvents(runId).Select(e => (IExecutionEvent)JsonSerializer.Deserialize(e.Data, EventNames.TypeOf(e.Type)!, EventJson.Wire)!)];

    public IReadOnlyList<string> LogTexts(Guid runId) =>
        [.. Events(runId).OfType<ExecutionLogged>().SelectMany(e => ((JsonArray)e.Texts.Reveal()!).Items).Select(t => ((JsonString)t).Value)];

    public async Task<Guid> Ask(Guid runId, ControlKind kind, int graceSeconds = 10)
    {
        var control = new JournaledControl(Guid.CreateVersion7(), runId, kind, graceSeconds, DateTimeOffset.UtcNow, false, false);
        (await Engine.Control(control, CancellationToken.None)).ShouldBeTrue();
        return control.ControlId;
    }

    public Task<ExecutionControlTookEffect> Effect(Guid runId, Guid controlId) =>
        Eventually(() => Events(runId).OfType<ExecutionControlTookEffect>().SingleOrDefault(e => e.ControlId == controlId));

    public static async Task<T> Eventually<T>(Func<T?> look)
        where T : class
    {
        var end = DateTimeOffset.UtcNow + Limit;
        while (DateTimeOffset.UtcNow < end)
        {
            if (look() is { } found)
            {
                return found;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException("It did not come to be.");
    }

    public static Task Eventually(Func<bool> look) => Eventually(() => look() ? "yes" : null);

    /// <summary>Ends the engine as a stop of the process would, and starts a new one on the same journal.</summary>
    public async Task Restart(TimeSpan? grace = null)
    {
        await Engine.Stop(grace ?? TimeSpan.Zero);
        await Engine.DisposeAsync();
        await Journal.DisposeAsync();
        Journal = Journal.Open(Home.JournalFile);
        Engine = new WorkflowEngine(adjust(new EngineSettings(Home)), Journal);
        await Engine.Resume(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Journal.DisposeAsync();
        folder.Dispose();
    }
}
