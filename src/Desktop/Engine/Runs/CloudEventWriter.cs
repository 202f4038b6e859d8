using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Jarvis.Engine.Runs;

/// <summary>
/// Writes journaled events as CloudEvents 1.0 in JSON: the journal's bytes as data, with the DSL's <c>workflow</c> added,
/// the run as <c>subject</c>, and the extensions <c>sequence</c> and, where events are sent, <c>epoch</c>.
/// </summary>
public static class CloudEventWriter
{
    /// <summary>The source of events that were never sent by a paired device.</summary>
    public const string LocalSource = "/local";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Appends one event as a single line without its end.</summary>
    /// <param name="qualifiedName">Of the run, see <see cref="JournaledRun.QualifiedName"/>.</param>
    /// <param name="source"><c>/devices/{deviceId}</c> or <see cref="LocalSource"/>.</param>
    /// <param name="epoch">The device's epoch at the time of sending; null leaves it out.</param>
    public static void Write(IBufferWriter<byte> output, JournaledEvent item, string qualifiedName, string source, long? epoch)
    {
        using var writer = new Utf8JsonWriter(output, Options);
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{item.RunId}:{item.Sequence}"));
        writer.WriteString("source"u8, source);
        writer.WriteString("subject"u8, item.RunId);
        writer.WriteString("type"u8, item.Type);
        writer.WriteString("time"u8, item.OccurredAt.UtcDateTime);
        writer.WriteString("datacontenttype"u8, "application/json"u8);
        writer.WriteNumber("sequence"u8, item.Sequence);
        if (epoch is { } number)
        {
            writer.WriteNumber("epoch"u8, number);
        }

        writer.WritePropertyName("data"u8);
        writer.WriteRawValue(WithWorkflow(item.Data, qualifiedName), skipInputValidation: true);
        writer.WriteEndObject();
    }

    private static byte[] WithWorkflow(byte[] data, string qualifiedName)
    {
        var added = JsonEncodedText.Encode(qualifiedName, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var isEmpty = data.Length == 2;
        var result = new byte[data.Length + 13 + added.Length + (isEmpty ? 0 : 1)];
        var span = result.AsSpan();
        "{\"workflow\":\""u8.CopyTo(span);
        added.CopyTo(span[13..]);
        var at = 13 + added.Length;
        span[at++] = (byte)'"';
        if (!isEmpty)
        {
            span[at++] = (byte)',';
        }

        data.AsSpan(1).CopyTo(span[at..]);
        return result;
    }
}
