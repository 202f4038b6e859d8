using System.Net;
using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>Refusals as REST (RFC 9457) and GraphQL answer them.</summary>
public static class Problems
{
    public static RefusedException Of(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                var root = json.RootElement;
                return new RefusedException(root.TryGetProperty("errors", out var errors) && errors.GetArrayLength() > 0
                    ? Of(errors[0])
                    : new Refusal(Text(root, "code") ?? "http." + (int)status, Text(root, "detail") ?? Text(root, "title") ?? status.ToString(), Text(root, "field"), null, Text(root, "traceId")));
            }
        }
        catch (JsonException)
        {
            // A proxy in between answers in its own words.
        }

        return new RefusedException(new Refusal("http." + (int)status, status.ToString()));
    }

    /// <summary>One of <c>errors</c>.</summary>
    public static Refusal Of(JsonElement error)
    {
        var extensions = error.TryGetProperty("extensions", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var path = error.TryGetProperty("path", out var steps) && steps.ValueKind == JsonValueKind.Array ? string.Join('.', steps.EnumerateArray().Select(step => step.ToString())) : null;
        return new Refusal(Text(extensions, "code") ?? "graphql.error", Text(error, "message") ?? "", Text(extensions, "field"), path, Text(extensions, "traceId"));
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
