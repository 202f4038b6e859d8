using System.Text.Json;

namespace Jarvis.Domain.Platform;

/// <summary>
/// Finds which blobs an event names while its content is clear. The runner brings them; the server keeps them in the event's metadata, because
/// hash, size and type are no content and whoever decides who may read a blob must know which events name it.
/// </summary>
public static class BlobNames
{
    /// <summary>Blobs that one event names at most; the ones beyond are not known by it.</summary>
    public const int MaxPerEvent = 100;

    /// <param name="data">An event's data, JSON that was read before, so that its depth is bounded.</param>
    public static IReadOnlyList<BlobReference> In(ReadOnlySpan<byte> data)
    {
        // Nearly no event names one, and a search of the raw text costs next to nothing.
        if (data.IndexOf("\"$blob\""u8) < 0)
        {
            return [];
        }

        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = Workflows.Data.Json.MaxDepth });
        using var document = JsonDocument.ParseValue(ref reader);
        var found = new List<BlobReference>();
        Collect(document.RootElement, found);
        return found;
    }

    /// <summary>As a header: compact JSON.</summary>
    public static string Write(IReadOnlyList<BlobReference> blobs) => JsonSerializer.Serialize(blobs, EventJson.Stored);

    private static void Collect(JsonElement value, List<BlobReference> found)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                Collect(item, found);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.TryGetProperty(BlobReference.Member, out var inner) && Reference(inner) is { } blob)
            {
                if (found.Count < MaxPerEvent && !found.Contains(blob))
                {
                    found.Add(blob);
                }

                return;
            }

            foreach (var member in value.EnumerateObject())
            {
                Collect(member.Value, found);
            }
        }
    }

    private static BlobReference? Reference(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty("hash", out var hash) && hash.ValueKind == JsonValueKind.String
        && value.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var bytes)
        && value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
        && new BlobReference(hash.GetString()!, bytes, type.GetString()!) is var blob && blob.IsWellFormed()
            ? blob
            : null;
}
