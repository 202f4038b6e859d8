using System.Globalization;
using System.Text.Json;

namespace Jarvis.Engine.Runs;

/// <summary>An event as a structured CloudEvent (CloudEvents 1.0.2, JSON event format).</summary>
public static class CloudEventWriter
{
    private static ReadOnlySpan<byte> Workflow => ",\"workflow\":"u8;

    /// <param name="qualifiedName">The DSL's name of the run, which stands in the data as <c>workflow</c>.</param>
    /// <param name="source">Such as <c>/devices/{deviceId}</c>, or <c>/local</c>.</param>
    /// <param name="epoch">The device's, when it is sent to a server.</param>
    public static void Write(Utf8JsonWriter writer, JournaledEvent entry, string qualifiedName, string source, long? epoch = null)
    {
        Span<char> id = stackalloc char[36 + 1 + 20];
        entry.RunId.TryFormat(id, out _);
        id[36] = ':';
        entry.Sequence.TryFormat(id[37..], out var digits, default, CultureInfo.InvariantCulture);
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, id[..(37 + digits)]);
        writer.WriteString("source"u8, source);
        writer.WriteString("subject"u8, id[..36]);
        writer.WriteString("type"u8, entry.Type);
        writer.WriteString("time"u8, entry.OccurredAt);
        writer.WriteString("datacontenttype"u8, "application/json"u8);
        writer.WriteNumber("sequence"u8, entry.Sequence);
        if (epoch is { } granted)
        {
            writer.WriteNumber("epoch"u8, granted);
        }

        writer.WritePropertyName("data"u8);
        WriteData(writer, entry.Data, qualifiedName);
        writer.WriteEndObject();
    }

    // The journal's data is an object that Jarvis wrote compactly: the name goes in before its closing brace.
    private static void WriteData(Utf8JsonWriter writer, ReadOnlySpan<byte> data, string qualifiedName)
    {
        var name = JsonSerializer.SerializeToUtf8Bytes(qualifiedName);
        var members = data[..^1];
        var separator = members.Length > 1 ? Workflow : Workflow[1..];
        var whole = new byte[members.Length + separator.Length + name.Length + 1];
        members.CopyTo(whole);
        separator.CopyTo(whole.AsSpan(members.Length));
        name.CopyTo(whole.AsSpan(members.Length + separator.Length));
        whole[^1] = (byte)'}';
        writer.WriteRawValue(whole, skipInputValidation: true);
    }
}
