using System.Text.Json;
using System.Text.Json.Serialization;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Platform;

/// <summary>
/// Personal content of an event: clear on the person's own PC and in memory after unsealing, sealed in every store
/// and message of the server, erased once its key was destroyed. Decisions never look inside; they pass it on.
/// </summary>
[JsonConverter(typeof(StoredContentConverter))]
public abstract record Content
{
    public sealed record Clear(Json Value) : Content;

    /// <param name="KeyId">Which of the owner's keys sealed it.</param>
    /// <param name="Cipher">Nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM over the UTF-8 JSON.</param>
    public sealed record Sealed(Guid KeyId, byte[] Cipher) : Content;

    public sealed record Erased : Content;

    public static Content Of(Json value) => new Clear(value);

    /// <summary>The clear value; null (the reference) where it is sealed or erased.</summary>
    public Json? Reveal() => this is Clear clear ? clear.Value : null;
}

/// <summary>
/// The stored form: <c>{"k":"key id","c":"base64"}</c>. Clear content is refused here, so that nothing personal
/// can reach the event store, an envelope or a dead letter by mistake.
/// </summary>
public sealed class StoredContentConverter : JsonConverter<Content>
{
    public override Content Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Guid? key = null;
        byte[]? cipher = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var isKey = reader.ValueTextEquals("k"u8);
            reader.Read();
            if (isKey)
            {
                key = reader.GetGuid();
            }
            else
            {
                cipher = reader.GetBytesFromBase64();
            }
        }

        return key is { } id && cipher is not null ? new Content.Sealed(id, cipher) : new Content.Erased();
    }

    public override void Write(Utf8JsonWriter writer, Content value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case Content.Sealed s:
                writer.WriteString("k"u8, s.KeyId);
                writer.WriteBase64String("c"u8, s.Cipher);
                break;
            case Content.Erased:
                break;
            default:
                throw new InvalidOperationException("Clear personal content must be sealed before it is stored.");
        }

        writer.WriteEndObject();
    }
}

/// <summary>The form on the wire between runner and server, and in exports to the owner: the value itself.</summary>
public sealed class WireContentConverter : JsonConverter<Content>
{
    public override bool HandleNull => false;

    public override Content Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new Content.Clear(Json.Read(ref reader));

    public override void Write(Utf8JsonWriter writer, Content value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case Content.Clear clear:
                clear.Value.WriteTo(writer);
                break;
            case Content.Erased:
                writer.WriteStringValue("erased");
                break;
            default:
                throw new InvalidOperationException("Sealed content must be unsealed before it goes to its owner.");
        }
    }
}

/// <summary>Steps over content. Nothing is written with it: what was stepped over would be lost.</summary>
public sealed class UnreadContentConverter : JsonConverter<Content>
{
    private static readonly Content Unread = new Content.Erased();

    public override Content Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Skip();
        return Unread;
    }

    public override void Write(Utf8JsonWriter writer, Content value, JsonSerializerOptions options) =>
        throw new InvalidOperationException("Content that was not read cannot be written.");
}
