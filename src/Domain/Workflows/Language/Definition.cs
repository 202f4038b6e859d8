using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>A validated workflow definition.</summary>
public sealed record Definition(DocumentSection Document, Json Source, string SourceHash)
{
    public DefinitionReference Reference => new(Document.Namespace, Document.Name, Document.Version);
}

/// <summary>The <c>document</c> section.</summary>
public sealed record DocumentSection(
    string Dsl, string Namespace, string Name, string Version, string? Title, string? Summary, Json Tags, Json Metadata);
