using System.Text.Json;

namespace Jarvis.Cli.Platform;

/// <summary>JSON that nests as deep as the data of runs do, and the server's answers around them; what .NET reads by itself ends at 64 levels.</summary>
internal static class DeepJson
{
    /// <summary>In levels; the writer's own bound is no lower.</summary>
    public const int MaxDepth = 1_000;

    public static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth };
}
