using GraphQL;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Api.Workflows;

/// <summary>One field of a form. The texts are in the language asked for, else in the one that is there.</summary>
[Name("FormField")]
public sealed class FormFieldNode(FormField entry, string? parent)
{
    /// <summary>JSON Pointer into the input; a list's item stands for its index with <c>-</c>.</summary>
    public string Pointer => entry.Pointer;

    /// <summary>The group or list that it stands in; null for the whole input.</summary>
    public string? Parent => parent;

    public string Name => entry.Name;

    public FormWidget Widget => entry.Widget;

    /// <summary>JSON types that the value may have; empty for any.</summary>
    public IEnumerable<string> Types => entry.Types;

    public bool Required => entry.Required;

    public bool Nullable => entry.Nullable;

    public Json? Default => entry.Default;

    public Json? Example => entry.Example;

    public IEnumerable<FormOptionNode> Options => entry.Options.Select(option => new FormOptionNode(option));

    public FormLimits Limits => entry.Limits;

    public string? Title(string? language) => entry.Title.In(language);

    public string? Description(string? language) => entry.Description.In(language);

    /// <summary>The field itself, then what stands in it, in order.</summary>
    internal static IEnumerable<FormFieldNode> Flat(FormField entry, string? parent) =>
    [
        new FormFieldNode(entry, parent),
        .. entry.Fields.SelectMany(child => Flat(child, entry.Pointer)),
        .. entry.Item is { } item ? Flat(item, entry.Pointer) : [],
    ];
}

[Name("FormOption")]
public sealed class FormOptionNode(FormOption option)
{
    public Json Value => option.Value;

    /// <summary>What to show for the value; the value itself where nothing is said.</summary>
    public string Title(string? language) => option.Title.In(language) ?? (option.Value is JsonString text ? text.Value : option.Value.ToString());
}

/// <summary>The input of one revision as a form.</summary>
[Name("WorkflowForm")]
public sealed class WorkflowForm(int revision, JsonSchema? schema)
{
    public int Revision => revision;

    /// <summary>Every field from top to bottom, the whole input first, a group before what stands in it.</summary>
    public IEnumerable<FormFieldNode> Fields => FormFieldNode.Flat(InputForm.Of(schema), null);

    /// <summary>The schema as it was written; null where any input will do.</summary>
    public Json? Schema => schema?.Source;
}

/// <summary>Where an input breaks the schema.</summary>
/// <param name="Pointer">The field's JSON Pointer; of a field that is missing, its own.</param>
public sealed record InputProblem(string Pointer, string Message);

/// <summary>An input held against a revision's schema.</summary>
/// <param name="Input">As a run would have it: with the defaults of what is absent.</param>
public sealed record InputVerdict(int Revision, bool Valid, Json Input, IEnumerable<InputProblem> Problems)
{
    internal static InputVerdict Of(int revision, JsonSchema? schema, Json input)
    {
        var completed = schema?.WithDefaults(input) ?? input;
        var problems = schema?.Check(completed) ?? [];
        return new InputVerdict(revision, problems.Count == 0, completed, [.. problems.Select(problem => new InputProblem(problem.Pointer, problem.Message))]);
    }
}
