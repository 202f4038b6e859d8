namespace Jarvis.TypedGraphQL;

/// <summary>What one project wants generated.</summary>
public sealed record GenerationOrder
{
    /// <summary>The server's SDL.</summary>
    public required string Schema { get; init; }

    /// <summary>The project's root namespace; a document's folder is appended to it.</summary>
    public required string Namespace { get; init; }

    /// <summary>The project's folder, which the documents' folders are relative to.</summary>
    public required string Root { get; init; }

    /// <summary>Where the C# files are written. Files there that no document asks for are deleted.</summary>
    public required string Out { get; init; }

    /// <summary>Whether the schema's enums and inputs are written as well; the shared library does that once for all.</summary>
    public bool Types { get; init; }

    public IReadOnlyList<string> Documents { get; init; } = [];

    /// <summary>Documents of other projects, whose fragments may be spread here: namespace root, project folder and file.</summary>
    public IReadOnlyList<(string Namespace, string Root, string File)> Shared { get; init; } = [];

    public static GenerationOrder Read(IEnumerable<string> lines)
    {
        var pairs = lines.Where(line => line.Contains(' ', StringComparison.Ordinal)).Select(line => line.Split(' ', 2)).ToList();
        string One(string name) => pairs.Single(pair => pair[0] == name)[1].Trim();
        return new GenerationOrder
        {
            Schema = One("schema"),
            Namespace = One("namespace"),
            Root = One("root"),
            Out = One("out"),
            Types = One("types") == "yes",
            Documents = [.. pairs.Where(pair => pair[0] == "document").Select(pair => pair[1].Trim()).Order(StringComparer.Ordinal)],
            Shared =
            [
                .. pairs.Where(pair => pair[0] == "shared").Select(pair => pair[1].Trim().Split('|'))
                    .Select(parts => (parts[0], parts[1], parts[2])).OrderBy(shared => shared.Item3, StringComparer.Ordinal),
            ],
        };
    }
}

/// <summary>A mistake in a document. Lines and columns count from 1.</summary>
public sealed record Problem(string File, int Line, int Column, string Message);
