using System.Text;
using System.Text.RegularExpressions;

namespace Jarvis.Engine.Tests.Conformance;

/// <summary>One scenario of a <c>.feature</c> file: steps in the words of the Serverless Workflow conformance kit, each with its block of YAML, if any.</summary>
internal sealed record Scenario(string Feature, string Name, IReadOnlyList<(string Words, string? Block)> Steps)
{
    private const string Fence = "\"\"\"";

    private static readonly string[] Keywords = ["Given ", "When ", "Then ", "And "];

    public override string ToString() => $"{Feature}: {Name}";

    /// <summary>Every scenario of every feature file of this assembly.</summary>
    public static IReadOnlyList<Scenario> All { get; } = [.. typeof(Scenario).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".feature", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .SelectMany(Read)];

    private static IEnumerable<Scenario> Read(string resource)
    {
        using var reader = new StreamReader(typeof(Scenario).Assembly.GetManifestResourceStream(resource)!);
        var (feature, name) = ("", "");
        var steps = new List<(string Words, string? Block)>();
        var found = new List<Scenario>();
        while (reader.ReadLine() is { } line)
        {
            var text = line.Trim();
            if (text.StartsWith("Feature: ", StringComparison.Ordinal))
            {
                feature = text["Feature: ".Length..];
            }
            else if (text.StartsWith("Scenario: ", StringComparison.Ordinal))
            {
                Keep();
                name = text["Scenario: ".Length..];
            }
            else if (text.StartsWith(Fence, StringComparison.Ordinal))
            {
                steps[^1] = (steps[^1].Words, Block(reader, line.Length - line.TrimStart().Length));
            }
            else if (Keywords.FirstOrDefault(k => text.StartsWith(k, StringComparison.Ordinal)) is { } keyword)
            {
                steps.Add((Regex.Replace(text[keyword.Length..], "^given ", ""), null));
            }
        }

        Keep();
        return found;

        void Keep()
        {
            if (steps.Count > 0)
            {
                found.Add(new Scenario(feature, name, [.. steps]));
                steps.Clear();
            }
        }
    }

    private static string Block(StreamReader reader, int indent)
    {
        var block = new StringBuilder();
        while (reader.ReadLine() is { } line && line.Trim() != Fence)
        {
            block.Append(line.Length > indent ? line[indent..] : line.Trim()).Append('\n');
        }

        return block.ToString();
    }
}
