using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A function of Jarvis that <c>call:</c> can name.</summary>
/// <param name="Name">Dotted, such as <c>file.read</c>.</param>
/// <param name="ParameterSchema">JSON Schema of the object given in <c>with</c>.</param>
/// <param name="Repeatable">Whether it may run again after a crash in flight without harm.</param>
/// <param name="Platforms">Systems it works on (<c>linux</c>, <c>windows</c>, <c>macos</c>); empty for all.</param>
public sealed record FunctionDescription(
    string Name, string Description, Json ParameterSchema, bool Repeatable, IReadOnlyList<string> Platforms);

/// <summary>What a definition is checked against: the functions that exist. A call of any other is a problem.</summary>
public sealed record ValidationContext(IReadOnlyCollection<FunctionDescription> Functions)
{
    /// <summary>No function of Jarvis is known.</summary>
    public static readonly ValidationContext Empty = new([]);
}
