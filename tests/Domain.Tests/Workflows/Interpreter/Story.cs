using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;
using Shouldly;

namespace Jarvis.Domain.Tests.Workflows.Interpreter;

/// <summary>A workflow, what it is given, and what the world around it does: the "given" of an interpreter spec.</summary>
internal sealed class Story
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, Json> secrets = [];
    private Json input = JsonObject.Empty;

    private Story(Definition definition) => Definition = definition;

    public Definition Definition { get; }

    public static ValidationContext Functions { get; } = new([.. FakeHost.Functions]);

    /// <param name="text">A whole definition, or what stands below the document section.</param>
    public static Story Of(string text)
    {
        var parsed = DefinitionParser.Parse(Whole(text), Functions);
        parsed.Problems.ShouldBeEmpty();
        return new Story(parsed.Definition!);
    }

    public static string Whole(string text) => text.Contains("document:\n", StringComparison.Ordinal) && text.Contains("dsl:", StringComparison.Ordinal)
        ? text
        : $"document:\n  dsl: '1.0.3'\n  namespace: test\n  name: story\n  version: '1.0.0'\n{text}";

    public Story Given(string json)
    {
        input = Json.Parse(json);
        return this;
    }

    public Story WithSecret(string name, string json)
    {
        secrets[name] = Json.Parse(json);
        return this;
    }

    /// <param name="prepare">What the world does; also called for a resumed run.</param>
    /// <param name="journal">What an earlier process recorded.</param>
    public Outcome Run(Action<FakeHost>? prepare = null, IReadOnlyList<JournalEntry>? journal = null, RecordedExecution? inherited = null, DateTimeOffset? now = null)
    {
        var host = new FakeHost(now ?? Start);
        prepare?.Invoke(host);
        var recorded = RecordedExecution.From(journal ?? [], inherited);
        var facts = new RunFacts(
            Guid.Parse("0195f2a0-0000-7000-8000-000000000001"), input, new RuntimeDescriptor("jarvis", "0.1.0", JsonObject.Empty), secrets, Start);
        var ending = host.Drive(() => WorkflowInterpreter.Run(Definition, facts, recorded, host, host.Cancel.Token, host.Stop.Token));
        return new Outcome(ending, [.. journal ?? [], .. host.Entries], host);
    }
}

/// <summary>How a run went.</summary>
/// <param name="Ending">Null where the runner stopped.</param>
/// <param name="Journal">Everything recorded, the earlier process's entries first.</param>
internal sealed record Outcome(Ending? Ending, IReadOnlyList<JournalEntry> Journal, FakeHost Host)
{
    public Json Output => Ending.ShouldBeOfType<Ending.Completed>(Ending is Ending.Faulted f ? f.Fault.ToString() : null).Output;

    public Fault Fault => Ending.ShouldBeOfType<Ending.Faulted>().Fault;

    public IEnumerable<IExecutionEvent> Events => Journal.Select(entry => entry.Event);

    public Execution State => Execution.Fold(null, 1, Events);

    /// <summary>Names of tasks in the order in which they completed.</summary>
    public IEnumerable<string> CompletedNames => Events.OfType<ExecutionTaskCompleted>().Select(e => e.Task[(e.Task.LastIndexOf('/') + 1)..]);

    public void ShouldGive(string json) => Output.ShouldBe(Json.Parse(json), Output.ToString());

    /// <summary>The journal as another process reads it back: through its JSON form.</summary>
    public static IReadOnlyList<JournalEntry> Reread(IEnumerable<JournalEntry> journal) => [.. journal.Select(entry =>
    {
        var wire = System.Text.Json.JsonSerializer.Serialize(entry.Event, entry.Event.GetType(), EventJson.Wire);
        var read = (IExecutionEvent)System.Text.Json.JsonSerializer.Deserialize(wire, entry.Event.GetType(), EventJson.Wire)!;
        return new JournalEntry(read, entry.Private is null ? null : Json.Parse(entry.Private.ToString()));
    })];
}
