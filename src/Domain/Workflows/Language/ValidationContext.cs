using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A function of Jarvis that <c>call:</c> can name.</summary>
/// <param name="Name">Dotted, such as <c>file.read</c>.</param>
/// <param name="Parameters">What <see cref="ParameterSchema"/> gives; read when it is first asked for, since a workflow calls few of the functions.</param>
/// <param name="Repeatable">Whether it may run again after a crash in flight without harm.</param>
/// <param name="Platforms">Systems it works on (<c>linux</c>, <c>windows</c>, <c>macos</c>); empty for all.</param>
public sealed record FunctionDescription(
    string Name, string Description, Lazy<Json> Parameters, bool Repeatable, IReadOnlyList<string> Platforms)
{
    /// <summary>A function whose schema is there already.</summary>
    public FunctionDescription(string name, string description, Json parameterSchema, bool repeatable, IReadOnlyList<string> platforms)
        : this(name, description, new Lazy<Json>(parameterSchema), repeatable, platforms)
    {
    }

    /// <summary>JSON Schema of the object given in <c>with</c>.</summary>
    public Json ParameterSchema => Parameters.Value;
}

/// <summary>What a definition is checked against: the functions that exist. A call of any other is a problem.</summary>
public sealed record ValidationContext(IReadOnlyCollection<FunctionDescription> Functions)
{
    /// <summary>No function of Jarvis is known.</summary>
    public static readonly ValidationContext Empty = new([]);
}
