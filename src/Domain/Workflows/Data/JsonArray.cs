using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>
/// An array. Its elements lie at the start of a buffer that a longer array may share: <see cref="Append(Json)"/> writes into the
/// free room behind the elements, which only one array can claim, so that growing one by one costs what a list would.
/// </summary>
[JsonConverter(typeof(JsonConverterOfJson))]
public sealed class JsonArray : Json
{
    public static readonly JsonArray Empty = new([], 0, null);

    private readonly int count;
    private readonly Room? room;
    private Json[] buffer;

    public JsonArray(ImmutableArray<Json> items)
        : this(ImmutableCollectionsMarshal.AsArray(items) ?? [], items.IsDefault ? 0 : items.Length, null)
    {
    }

    internal JsonArray(Json[] buffer, int count)
        : this(buffer, count, buffer.Length > count ? new Room { Used = count } : null)
    {
    }

    private JsonArray(Json[] buffer, int count, Room? room)
    {
        this.buffer = buffer;
        this.count = count;
        this.room = room;
    }

    /// <summary>Takes the buffer over: nobody may write to it afterwards.</summary>
    internal static JsonArray Wrap(Json[] items) => items.Length == 0 ? Empty : new(items, items.Length, null);

    public int Count => count;

    public ReadOnlySpan<Json> Span => buffer.AsSpan(0, count);

    public ImmutableArray<Json> Items
    {
        get
        {
            if (buffer.Length != count)
            {
                buffer = Span.ToArray();
            }

            return ImmutableCollectionsMarshal.AsImmutableArray(buffer);
        }
    }

    public override JsonKind Kind => JsonKind.Array;

    public Json this[int index] => buffer.AsSpan(0, count)[index];

    public JsonArray Append(Json item) => Append(new ReadOnlySpan<Json>(in item));

    public JsonArray Append(ReadOnlySpan<Json> items)
    {
        var total = checked(count + items.Length);
        var target = buffer;
        var claimed = room;
        if (claimed is null || target.Length < total || Interlocked.CompareExchange(ref claimed.Used, total, count) != count)
        {
            target = new Json[Math.Max(total, Math.Min(Math.Max(4, total * 3L / 2), Array.MaxLength))];
            Span.CopyTo(target);
            claimed = new Room { Used = total };
        }

        items.CopyTo(target.AsSpan(count));
        return new JsonArray(target, total, claimed);
    }

    public JsonArray Slice(int start, int end) =>
        start == 0 && end == count ? this : start >= end ? Empty : Wrap(buffer[start..end]);

    /// <summary>With one element replaced; missing ones before it are null.</summary>
    public JsonArray With(int index, Json item)
    {
        if (index == count)
        {
            return Append(item);
        }

        var copy = new Json[Math.Max(count, index + 1)];
        Span.CopyTo(copy);
        if (index > count)
        {
            copy.AsSpan(count, index - count).Fill(Null);
        }

        copy[index] = item;
        return Wrap(copy);
    }

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var item in Span)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(count);
        foreach (var item in Span[..Math.Min(count, 16)])
        {
            hash.Add(item is JsonArray or JsonObject ? (int)item.Kind : item.GetHashCode());
        }

        return hash.ToHashCode();
    }

    private sealed class Room
    {
        public int Used;
    }
}
