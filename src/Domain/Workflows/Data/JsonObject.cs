using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>
/// An object. A key given twice keeps its first place and its last value, as in jq. Keys and values lie in two buffers: objects of
/// one shape share the keys, replacing a value copies only the values, and a new key goes into free room that one object can claim.
/// </summary>
[JsonConverter(typeof(JsonConverterOfJson))]
public sealed class JsonObject : Json
{
    public static readonly JsonObject Empty = new(new JsonKeys([]), [], 0);

    private readonly JsonKeys keys;
    private readonly Json[] values;
    private readonly int count;

    public JsonObject(IEnumerable<KeyValuePair<string, Json>> members)
    {
        var builder = new JsonObjectBuilder();
        foreach (var (key, value) in members)
        {
            builder.Set(key, value);
        }

        (keys, values, count) = builder.Parts();
    }

    internal JsonObject(JsonKeys keys, Json[] values, int count)
    {
        this.keys = keys;
        this.values = values;
        this.count = count;
    }

    public int Count => count;

    public IReadOnlyDictionary<string, Json> Members => new MemberView(this);

    public ReadOnlySpan<string> Keys => keys.Span(count);

    public ReadOnlySpan<Json> Values => values.AsSpan(0, count);

    public override JsonKind Kind => JsonKind.Object;

    internal JsonKeys Shape => keys;

    /// <summary>The member's value, or null (the reference) where there is none.</summary>
    public Json? this[string key] => keys.Find(key, count) is >= 0 and var at ? values[at] : null;

    public int IndexOf(string key) => keys.Find(key, count);

    public bool TryGet(string key, [NotNullWhen(true)] out Json? value)
    {
        value = this[key];
        return value is not null;
    }

    public JsonObject With(string key, Json value)
    {
        var at = keys.Find(key, count);
        if (at >= 0)
        {
            var copy = values.AsSpan(0, count).ToArray();
            copy[at] = value;
            return new JsonObject(keys, copy, count);
        }

        var room = values;
        if (keys.TryClaim(key, count, out var claimed))
        {
            if (!claimed || room.Length == count)
            {
                room = Grown();
            }

            room[count] = value;
            return new JsonObject(keys, room, count + 1);
        }

        room = Grown();
        room[count] = value;
        return new JsonObject(keys.Copy(count, key), room, count + 1);
    }

    public JsonObject Without(string key)
    {
        var at = keys.Find(key, count);
        if (at < 0)
        {
            return this;
        }

        if (count == 1)
        {
            return Empty;
        }

        var keptKeys = new string[count - 1];
        var keptValues = new Json[count - 1];
        Keys[..at].CopyTo(keptKeys);
        Keys[(at + 1)..].CopyTo(keptKeys.AsSpan(at));
        Values[..at].CopyTo(keptValues);
        Values[(at + 1)..].CopyTo(keptValues.AsSpan(at));
        return new JsonObject(new JsonKeys(keptKeys), keptValues, count - 1);
    }

    /// <summary>The same keys with other values.</summary>
    internal JsonObject WithValues(Json[] others) => new(keys, others, count);

    /// <summary>The places of the members in the order of their keys.</summary>
    internal int[] SortedPlaces()
    {
        var places = new int[count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = i;
        }

        Array.Sort(Keys.ToArray(), places, JsonOrder.Texts);
        return places;
    }

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        for (var i = 0; i < count; i++)
        {
            writer.WritePropertyName(Keys[i]);
            values[i].WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    public override int GetHashCode()
    {
        var sum = count;
        for (var i = 0; i < count; i++)
        {
            var value = values[i];
            sum += HashCode.Combine(Keys[i], value is JsonArray or JsonObject ? (int)value.Kind : value.GetHashCode());
        }

        return sum;
    }

    private Json[] Grown()
    {
        var grown = new Json[Math.Max(4, count * 2)];
        Values.CopyTo(grown);
        return grown;
    }

    private sealed class MemberView(JsonObject owner) : IReadOnlyDictionary<string, Json>
    {
        public int Count => owner.count;

        public IEnumerable<string> Keys => this.Select(m => m.Key);

        public IEnumerable<Json> Values => this.Select(m => m.Value);

        public Json this[string key] => owner[key] ?? throw new KeyNotFoundException($"There is no member '{key}'.");

        public bool ContainsKey(string key) => owner.IndexOf(key) >= 0;

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out Json value) => owner.TryGet(key, out value);

        public IEnumerator<KeyValuePair<string, Json>> GetEnumerator()
        {
            for (var i = 0; i < owner.count; i++)
            {
                yield return KeyValuePair.Create(owner.Keys[i], owner.values[i]);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
