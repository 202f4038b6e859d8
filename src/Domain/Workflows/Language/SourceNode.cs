using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A value of the source text that knows where it stands. Lines and columns count from 1.</summary>
internal abstract class SourceNode(int line, int column)
{
    private Json? json;

    public int Line => line;

    public int Column => column;

    /// <summary>How many values it stands for with every alias written out.</summary>
    public abstract long Weight { get; }

    /// <summary>What it is called in a message.</summary>
    public abstract string Described { get; }

    public Json ToJson() => json ??= Build();

    protected abstract Json Build();
}

internal enum ScalarForm { Plain, SingleQuoted, DoubleQuoted, Literal, Folded }

internal sealed class ScalarNode(int line, int column, string text, Json value, ScalarForm form) : SourceNode(line, column)
{
    public string Text => text;

    public Json Value => value;

    public ScalarForm Form => form;

    public override long Weight => 1;

    public override string Described => value switch
    {
        JsonString => "text",
        JsonNumber => "a number",
        JsonBoolean => "true or false",
        _ => "nothing",
    };

    protected override Json Build() => value;
}

internal sealed class ListNode(int line, int column, IReadOnlyList<SourceNode> items) : SourceNode(line, column)
{
    public IReadOnlyList<SourceNode> Items => items;

    public override long Weight { get; } = 1 + items.Sum(item => item.Weight);

    public override string Described => "a list";

    protected override Json Build() => new JsonArray([.. items.Select(item => item.ToJson())]);
}

internal sealed record MapEntry(ScalarNode Key, SourceNode Value);

internal sealed class MapNode(int line, int column, IReadOnlyList<MapEntry> entries) : SourceNode(line, column)
{
    public IReadOnlyList<MapEntry> Entries => entries;

    public override long Weight { get; } = 1 + entries.Sum(entry => 1 + entry.Value.Weight);

    public override string Described => "an object";

    protected override Json Build() => new JsonObject(entries.Select(e => KeyValuePair.Create(e.Key.Text, e.Value.ToJson())));
}

/// <summary>A node and the JSON Pointer by which it was reached.</summary>
internal sealed record Spot(SourceNode Node, string Pointer)
{
    public Spot Child(string name, SourceNode node) => new(node, $"{Pointer}/{JsonPointer.Escape(name)}");

    public Spot Child(int index, SourceNode node) => new(node, $"{Pointer}/{index}");
}

/// <summary>Gathers problems; beyond the limit the rest is only counted.</summary>
internal sealed class ProblemList
{
    /// <summary>The most problems told about one file.</summary>
    public const int MaxProblems = 200;

    private readonly List<Problem> problems = [];

    public bool Any => problems.Count > 0;

    public void Add(string code, string message, int line, int column, string? pointer)
    {
        if (problems.Count < MaxProblems)
        {
            problems.Add(new Problem(code, message, line, column, pointer));
        }
    }

    public void Add(string code, string message, Spot spot) => Add(code, message, spot.Node.Line, spot.Node.Column, spot.Pointer);

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<Problem> InOrder() => [.. problems.OrderBy(p => p.Line).ThenBy(p => p.Column).Distinct()];
}
