namespace Jarvis.Domain.Workflows.Language;

/// <summary>A definition, or every problem that stands in its way; never both.</summary>
public sealed record ParsedDefinition(Definition? Definition, IReadOnlyList<Problem> Problems);

/// <summary>Reads workflow definitions.</summary>
public static class DefinitionParser
{
    /// <param name="source">YAML or JSON.</param>
    public static ParsedDefinition Parse(string source, ValidationContext context) => throw new NotSupportedException();
}
