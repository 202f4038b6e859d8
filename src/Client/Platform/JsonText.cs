using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Jarvis.Client.Platform;

/// <summary>JSON as a person reads it.</summary>
public static class JsonText
{
    /// <summary>What is shown of one value; the rest is in what it was made from.</summary>
    public const int Most = 20_000;

    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Indented; a single text as it is, without its quotes.</summary>
    public static string Pretty(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Cut(value.GetString()!);
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            value.WriteTo(writer);
        }

        return Cut(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>On one line.</summary>
    public static string Short(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Cut(value.GetString()!);
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented with { Indented = false }))
        {
            value.WriteTo(writer);
        }

        return Cut(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>Reads what a person typed; null where it is no JSON.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, DeepJson.Reading);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Cut(string text) => text.Length <= Most ? text : text[..Most] + "…";
}
