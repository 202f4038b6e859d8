using System.Security.Cryptography;
using System.Text;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A definition, or every problem that stands in its way; never both.</summary>
public sealed record ParsedDefinition(Definition? Definition, IReadOnlyList<Problem> Problems);

/// <summary>Reads workflow definitions of the Serverless Workflow DSL 1.0.</summary>
public static class DefinitionParser
{
    /// <summary>Reads and checks everything at once; the problems come in the order of the file.</summary>
    /// <param name="source">YAML or JSON, at most 1,048,576 characters.</param>
    public static ParsedDefinition Parse(string source, ValidationContext context)
    {
        var problems = new ProblemList();
        var root = SourceReader.Read(source, problems);
        if (root is null)
        {
            return new ParsedDefinition(null, problems.InOrder());
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        var definition = new DefinitionReader(source, context, problems).Read(new Spot(root, ""), hash);
        return problems.Any || definition is null
            ? new ParsedDefinition(null, problems.InOrder())
            : new ParsedDefinition(definition, []);
    }
}
