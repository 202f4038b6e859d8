using System.Text.Json;
using System.Text.Json.Serialization;
using Jarvis.Domain.Platform;

namespace Jarvis.Projections.Platform;

/// <summary>How rows travel to and from PostgreSQL: one JSON text for many rows, its keys the columns' names.</summary>
public static class ViewJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The stored form of sealed content, as a column holds it; null for none.</summary>
    public static string? Sealed(Content? content) => content is null ? null : JsonSerializer.Serialize(content, EventJson.Stored);
}
