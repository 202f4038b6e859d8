using System.Text.Json;
using System.Text.Json.Serialization;

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
}
