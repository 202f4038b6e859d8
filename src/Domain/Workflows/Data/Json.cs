using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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

    public static Json Of(bool value) => value ? True : False;

    public static Json Of(double value) => new JsonNumber(value);

    public static Json Of(string? value) => value is null ? Null : new JsonString(value);

    public static Json Of(IEnumerable<Json> items) => new JsonArray([.. items]);

    public static Json Of(params (string Key, Json Value)[] members) =>
        new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Value)));

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
            case JsonTokenType.Number: return JsonNumber.FromDigits(Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<Json>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader));
                }

                return new JsonArray(items.DrainToImmutable());
            case JsonTokenType.StartObject:
                var members = new List<KeyValuePair<string, Json>>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = reader.GetString()!;
                    reader.Read();
                    members.Add(KeyValuePair.Create(key, Read(ref reader)));
                }

                return new JsonObject(members);
            default:
                throw new JsonException($"Expected a JSON value, found {reader.TokenType}.");
        }
    }

    public abstract void WriteTo(Utf8JsonWriter writer);

    public byte[] ToUtf8Bytes()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = MaxDepth,
            SkipValidation = true,
        }))
        {
            WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The value as compact JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToUtf8Bytes());

    public abstract bool Equals(Json? other);

    public override bool Equals(object? obj) => obj is Json other && Equals(other);

    public abstract override int GetHashCode();

    public static implicit operator Json(string value) => Of(value);

    public static implicit operator Json(double value) => Of(value);

    public static implicit operator Json(bool value) => Of(value);
}

public sealed class JsonNull : Json
{
    public override JsonKind Kind => JsonKind.Null;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteNullValue();

    public override bool Equals(Json? other) => other is JsonNull;

    public override int GetHashCode() => 1;
}

public sealed class JsonBoolean(bool value) : Json
{
    public bool Value => value;

    public override JsonKind Kind => value ? JsonKind.True : JsonKind.False;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteBooleanValue(value);

    public override bool Equals(Json? other) => other is JsonBoolean b && b.Value == value;

    public override int GetHashCode() => value ? 3 : 2;
}

/// <summary>A number: IEEE 754 double as in jq; the literal's own digits are kept as long as it is only passed on.</summary>
public sealed class JsonNumber(double value, string? literal = null) : Json
{
    public double Value => value;

    /// <summary>The digits as they were written, where the double alone would lose some; else null.</summary>
    public string? Literal => literal;

    public override JsonKind Kind => JsonKind.Number;

    public static JsonNumber FromDigits(string digits)
    {
        var number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        return digits.Length > 15 && Format(number) != digits ? new JsonNumber(number, digits) : new JsonNumber(number);
    }

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteRawValue(literal ?? Format(value), skipInputValidation: true);

    public override bool Equals(Json? other) => other is JsonNumber n && n.Value.Equals(value);

    public override int GetHashCode() => value.GetHashCode();

    /// <summary>As jq prints it: integers without a fraction, no number beyond the double's range, NaN as null.</summary>
    public static string Format(double number)
    {
        if (double.IsNaN(number))
        {
            return "null";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "1.7976931348623157e+308" : "-1.7976931348623157e+308";
        }

        if (number == Math.Truncate(number) && Math.Abs(number) < 1e17)
        {
            return number == 0 && double.IsNegative(number) ? "-0" : ((long)number).ToString(CultureInfo.InvariantCulture);
        }

        return number.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
    }
}

public sealed class JsonString(string value) : Json
{
    public string Value => value;

    public override JsonKind Kind => JsonKind.String;

    public override void WriteTo(Utf8JsonWriter writer) => writer.WriteStringValue(value);

    public override bool Equals(Json? other) => other is JsonString s && s.Value == value;

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);
}

public sealed class JsonArray(ImmutableArray<Json> items) : Json
{
    public static readonly JsonArray Empty = new([]);

    public ImmutableArray<Json> Items => items;

    public override JsonKind Kind => JsonKind.Array;

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    public override bool Equals(Json? other) =>
        other is JsonArray array && items.Length == array.Items.Length && items.AsSpan().SequenceEqual(array.Items.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }
}

/// <summary>An object. A key given twice keeps its first place and its last value, as in jq.</summary>
public sealed class JsonObject : Json
{
    public static readonly JsonObject Empty = new([]);

    private readonly OrderedDictionary<string, Json> members;

    public JsonObject(IEnumerable<KeyValuePair<string, Json>> members)
    {
        this.members = new OrderedDictionary<string, Json>(StringComparer.Ordinal);
        foreach (var (key, value) in members)
        {
            this.members[key] = value;
        }
    }

    private JsonObject(OrderedDictionary<string, Json> members) => this.members = members;

    public int Count => members.Count;

    public IReadOnlyDictionary<string, Json> Members => members;

    public override JsonKind Kind => JsonKind.Object;

    /// <summary>The member's value, or null (the reference) where there is none.</summary>
    public Json? this[string key] => members.GetValueOrDefault(key);

    public bool TryGet(string key, [NotNullWhen(true)] out Json? value) => members.TryGetValue(key, out value);

    public JsonObject With(string key, Json value)
    {
        var copy = new OrderedDictionary<string, Json>(members, StringComparer.Ordinal) { [key] = value };
        return new JsonObject(copy);
    }

    public JsonObject Without(string key)
    {
        if (!members.ContainsKey(key))
        {
            return this;
        }

        var copy = new OrderedDictionary<string, Json>(members, StringComparer.Ordinal);
        copy.Remove(key);
        return new JsonObject(copy);
    }

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in members)
        {
            writer.WritePropertyName(key);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    public override bool Equals(Json? other)
    {
        if (other is not JsonObject that || that.Count != Count)
        {
            return false;
        }

        foreach (var (key, value) in members)
        {
            if (!that.TryGet(key, out var theirs) || !theirs.Equals(value))
            {
                return false;
            }
        }

        return true;
    }

    public override int GetHashCode()
    {
        var sum = 0;
        foreach (var (key, value) in members)
        {
            sum += HashCode.Combine(key, value);
        }

        return sum;
    }
}

/// <summary>Lets System.Text.Json read and write <see cref="Json"/> as the value itself.</summary>
public sealed class JsonConverterOfJson : JsonConverter<Json>
{
    public override bool HandleNull => true;

    public override bool CanConvert(Type typeToConvert) => typeof(Json).IsAssignableFrom(typeToConvert);

    public override Json Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Json.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, Json value, JsonSerializerOptions options) => value.WriteTo(writer);
}
