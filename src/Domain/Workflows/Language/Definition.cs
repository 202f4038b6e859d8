using System.Collections.Immutable;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A validated workflow definition: immutable, every expression and schema compiled.</summary>
/// <param name="Timeout">How long the whole run may take; null for as long as it likes.</param>
/// <param name="Source">The definition as data, for <c>$workflow.definition</c>.</param>
/// <param name="SourceHash">SHA-256 of the source text in UTF-8, lower-case hex.</param>
public sealed record Definition(
    DocumentSection Document,
    DataStep Input,
    DataStep Output,
    UseSection Use,
    TaskList Do,
    DurationTemplate? Timeout,
    Json Source,
    string SourceHash)
{
    public DefinitionReference Reference => new(Document.Namespace, Document.Name, Document.Version);

    /// <summary>What a run's input must be; null where anything is.</summary>
    public JsonSchema? InputSchema => Input.Schema;
}

/// <summary>The <c>document</c> section.</summary>
public sealed record DocumentSection(
    string Dsl, string Namespace, string Name, string Version, string? Title, string? Summary, Json Tags, Json Metadata);

/// <summary>One of <c>input</c>, <c>output</c>, <c>export</c>: a schema and a transformation (<c>from</c> or <c>as</c>), each optional.</summary>
public sealed record DataStep(JsonSchema? Schema, Template? Transform)
{
    public static readonly DataStep None = new(null, null);
}

/// <summary>The <c>use</c> section. Time-outs, retries and errors are already put where they are named.</summary>
public sealed record UseSection(
    ImmutableArray<string> Secrets, ImmutableDictionary<string, TaskDefinition> Functions, ImmutableArray<Extension> Extensions);

/// <summary>Tasks that are done before and after others (dsl-reference.md, "Extension").</summary>
/// <param name="Extend">The kind of the tasks that it extends, <c>composite</c> for those that hold others, or <c>all</c>.</param>
/// <param name="When">Evaluated on the extended task's input; null for always.</param>
public sealed record Extension(string Name, string Extend, Expression? When, TaskList? Before, TaskList? After)
{
    public const string All = "all";
    public const string Composite = "composite";

    public bool Concerns(TaskDefinition task) => Extend is All || Extend == task.Head.Kind || (Extend == Composite && task.Head.Kind is "do" or "fork");
}

/// <summary>Tasks in order.</summary>
public sealed class TaskList
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);

    internal TaskList(ImmutableArray<TaskDefinition> tasks)
    {
        Tasks = tasks;
        for (var i = 0; i < tasks.Length; i++)
        {
            places.TryAdd(tasks[i].Name, i);
        }
    }

    public ImmutableArray<TaskDefinition> Tasks { get; }

    /// <summary>The index of the task of that name, or -1.</summary>
    public int PlaceOf(string name) => places.GetValueOrDefault(name, -1);
}

/// <summary>A duration, fixed or computed when it is needed.</summary>
public abstract record DurationTemplate
{
    public sealed record Fixed(TimeSpan Value) : DurationTemplate;

    /// <summary>An expression that gives an ISO 8601 text, or an object of days, hours, minutes, seconds, milliseconds.</summary>
    public sealed record Computed(Expression Expression) : DurationTemplate;
}

/// <summary>Words that stand for a direction in <c>then</c>.</summary>
public static class FlowDirective
{
    public const string Continue = "continue";
    public const string Exit = "exit";
    public const string End = "end";

    public static bool IsWord(string then) => then is Continue or Exit or End;
}
