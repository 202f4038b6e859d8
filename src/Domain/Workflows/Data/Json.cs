using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>The six kinds of a JSON value (RFC 8259), in the order in which jq sorts them.</summary>
public enum JsonKind { Null, False, True, Number, String, Array, Object }

/// <summary>
/// An immutable JSON value. Workflow data, jq values and recorded results are of this type, because
/// <see cref="JsonElement"/> cannot be built cheaply and JsonNode can stand in one tree only.
/// Objects keep the order in which their keys were added; equality ignores it (jq's <c>==</c>).
/// </summary>
[JsonConverter(typeof(JsonConverterOfJson))]
public abstract class Json : IEquatable<Json>
{
    /// <summary>Deepest nesting that is read or written, in levels; deeper input is refused, never recursed into.</summary>
    public const int MaxDepth = 512;

    public static readonly Json Null = new JsonNull();
    public static readonly Json True = new JsonBoolean(true);
    public static readonly Json False = new JsonBoolean(false);

    public abstract JsonKind Kind { get; }

    /// <summary>Everything but null and false, as jq judges conditions.</summary>
    public bool IsTruthy => Kind > JsonKind.False;

    public static Json Of(bool value) => value ? True : False;

    public static Json Of(double value) => JsonNumber.From(value);

    public static Json Of(string? value) => value is null ? Null : new JsonString(value);

    public static Json Of(IEnumerable<Json> items) => new JsonArray([.. items]);

    public static Json Of(params (string Key, Json Value)[] members) =>
        new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Value)));

    /// <summary>Whether arrays and objects stand in one another on more than so many levels; never looks further down than that.</summary>
    public bool NestsDeeperThan(int levels)
    {
        switch (this)
        {
            case JsonArray array:
                if (levels == 0)
                {
                    return true;
                }

                foreach (var item in array.Span)
                {
                    if (item.NestsDeeperThan(levels - 1))
                    {
                        return true;
                    }
                }

                return false;
            case JsonObject members:
                return levels == 0 || members.Members.Values.Any(value => value.NestsDeeperThan(levels - 1));
            default:
                return false;
        }
    }

    /// <summary>Parses one JSON text.</summary>
    /// <exception cref="JsonException">The text is not JSON, or nests deeper than <see cref="MaxDepth"/>; it tells line and position.</exception>
    public static Json Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Parse(string)"/>
    public static Json Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        var value = Read(ref reader);
        if (reader.Read())
        {
            throw new JsonException("There is text after the end of the JSON value.");
        }

        return value;
    }

    public static Json From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(element.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, From(p.Value)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(From)]),
        JsonValueKind.String => new JsonString(element.GetString()!),
        JsonValueKind.Number => JsonNumber.FromDigits(element.GetRawText()),
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        _ => Null,
    };

    /// <summary>Reads the value on which the reader stands, leaving it on the value's last token.</summary>
    public static Json Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: return Null;
            case JsonTokenType.True: return True;
            case JsonTokenType.False: return False;
            case JsonTokenType.String: return new JsonString(reader.GetString()!);
            case JsonTokenType.Number: return JsonNumber.FromUtf8(reader.ValueSpan);
            case JsonTokenType.StartArray:
                var items = new JsonArrayBuilder();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }

                return items.ToArray();
            case JsonTokenType.StartObject:
                var members = new JsonObjectBuilder();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = JsonNames.Read(ref reader);
                    reader.Read();
                    members.Set(key, Read(ref reader));
                }

                return members.ToObject();
            default:
                throw new JsonException($"Expected a JSON value, found {reader.TokenType}.");
        }
    }

    public abstract void WriteTo(Utf8JsonWriter writer);

    public byte[] ToUtf8Bytes() => Encoding.UTF8.GetBytes(ToString());

    /// <summary>The value as compact JSON text.</summary>
    public override string ToString() => JsonText.Write(this);

    /// <summary>Equal as jq's <c>==</c> tells it, but that not-a-number equals itself.</summary>
    public bool Equals(Json? other) => other is not null && JsonOrder.AreEqual(this, other, nanEqualsItself: true);

    public override bool Equals(object? obj) => obj is Json other && Equals(other);

    public abstract override int GetHashCode();

    public static implicit operator Json(string value) => Of(value);

    public static implicit operator Json(double value) => Of(value);

    public static implicit operator Json(bool value) => Of(value);
}

[JsonConverter(typeof(JsonConverterOfJson))]
public sealed class JsonNull : Json
{
    public override JsonKind Kind => JsonKind.Null;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteNullValue();

    public override int GetHashCode() => 1;
}

[JsonConverter(typeof(JsonConverterOfJson))]
public sealed class JsonBoolean(bool value) : Json
{
    public bool Value => value;

    public override JsonKind Kind => value ? JsonKind.True : JsonKind.False;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteBooleanValue(value);

    public override int GetHashCode() => value ? 3 : 2;
}

[JsonConverter(typeof(JsonConverterOfJson))]
public sealed class JsonString(string value) : Json
{
    public static readonly JsonString Empty = new("");

    public string Value => value;

    public override JsonKind Kind => JsonKind.String;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteStringValue(value);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);
}

/// <summary>Lets System.Text.Json read and write <see cref="Json"/> as the value itself.</summary>
public sealed class JsonConverterOfJson : JsonConverter<Json>
{
    public override bool HandleNull => true;

    public override bool CanConvert(Type typeToConvert) => typeof(Json).IsAssignableFrom(typeToConvert);

    public override Json Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Json.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, Json value, JsonSerializerOptions options) => value.WriteTo(writer);
}

/// <summary>Member names repeat from one value to the next: the last ones read on a thread are kept, so that they are one string.</summary>
internal static class JsonNames
{
    private const int Slots = 512;
    private const int LongestKept = 32;

    [ThreadStatic]
    private static string?[]? kept;

    public static string Read(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        if (reader.ValueIsEscaped || reader.HasValueSequence || name.Length is 0 or > LongestKept)
        {
            return reader.GetString()!;
        }

        kept ??= new string?[Slots];
        ref var slot = ref kept[(((name[0] * 31) + name[^1]) * 31 + (name[name.Length / 2] * 7) + name.Length) & (Slots - 1)];
        if (slot is null || slot.Length != name.Length || !Ascii.Equals(name, slot))
        {
            slot = reader.GetString()!;
        }

        return slot;
    }
}
