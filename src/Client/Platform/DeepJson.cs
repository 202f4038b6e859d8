using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>JSON that nests as deep as the data of runs do, and the server's answers around them; what .NET reads by itself ends at 64 levels.</summary>
public static class DeepJson
{
    public static readonly JsonDocumentOptions Reading = new() { MaxDepth = 1_000 };
}
