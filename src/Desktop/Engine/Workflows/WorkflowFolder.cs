using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Domain.Workflows.Language;

namespace Jarvis.Engine.Workflows;

/// <summary>Finds the workflow that <c>run: workflow</c> names among the files of a folder.</summary>
public static class WorkflowFolder
{
    /// <summary>Largest definition that is read, in bytes.</summary>
    public const long MaxDefinitionBytes = 1024 * 1024;

    /// <summary>Most files of a folder that are looked into.</summary>
    private const int MaxFiles = 500;

    /// <summary>Source text of the workflow; null where the folder has none of that name and version.</summary>
    public static async Task<string?> Find(string? folder, WorkflowReference reference, ValidationContext validation, CancellationToken cancellation)
    {
        if (folder is null || !Directory.Exists(folder))
        {
            return null;
        }

        (Version Version, string Source)? best = null;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles()
            .Where(f => f.Extension is ".yaml" or ".yml" or ".json" && f.Length <= MaxDefinitionBytes).OrderBy(f => f.Name, StringComparer.Ordinal).Take(MaxFiles))
        {
            var source = await File.ReadAllTextAsync(file.FullName, cancellation);

            // A full parse costs more than looking whether the name stands in the text at all.
            if (!source.Contains(reference.Name, StringComparison.Ordinal)
                || DefinitionParser.Parse(source, validation).Definition is not { } definition
                || definition.Document.Namespace != reference.Namespace
                || definition.Document.Name != reference.Name)
            {
                continue;
            }

            if (definition.Document.Version == reference.Version)
            {
                return source;
            }

            var version = Version.TryParse(definition.Document.Version.Split('-', '+')[0], out var number) ? number : new Version(0, 0);
            if (reference.Version == "latest" && (best is null || version > best.Value.Version))
            {
                best = (version, source);
            }
        }

        return best?.Source;
    }
}
