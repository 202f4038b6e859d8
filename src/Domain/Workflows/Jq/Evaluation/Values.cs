using System.Text;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>Reading and replacing what lies inside values, with jq's errors.</summary>
internal static class Values
{
    /// <summary>Longest text of a value inside an error's message, in bytes of UTF-8, as in jq.</summary>
    private const int MaxShown = 29;

    /// <summary>Largest index at which an element may be set.</summary>
    private const double MaxIndex = 536_870_911;

    public static string KindName(Json value) => value.Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.False or JsonKind.True => "boolean",
        JsonKind.Number => "number",
        JsonKind.String => "string",
        JsonKind.Array => "array",
        _ => "object",
    };

    public static JqException Error(string message) => new(message);

    /// <summary><c>number (1) cannot be …</c></summary>
    public static JqException Error(Json value, string message) => new($"{KindName(value)} ({Shown(value)}) {message}");

    public static JqException Error(Json left, Json right, string message) =>
        new($"{KindName(left)} ({Shown(left)}) and {KindName(right)} ({Shown(right)}) {message}");

    /// <summary>What <c>.[]</c> and every function that goes over elements says of a value without any.</summary>
    public static JqException NotIterable(Json value) => Error($"Cannot iterate over {KindName(value)}{(value is JsonNull ? "" : $" ({Shown(value)})")}");

    /// <summary>A value as text, cut to what an error's message has room for.</summary>
    public static string Shown(Json value)
    {
        var text = JsonText.Write(value is JsonString { Value.Length: > 64 } longer ? longer.Value[..64] : value, MaxShown * 2);
        if (Encoding.UTF8.GetByteCount(text) <= MaxShown)
        {
            return text;
        }

        var close = text[0] switch { '"' => "\"", '[' => "]", '{' => "}", _ => "" };
        var room = MaxShown - 3 - close.Length;
        var kept = 0;
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > room)
            {
                break;
            }

            kept += rune.Utf16SequenceLength;
        }

        return $"{text.AsSpan(0, kept)}...{close}";
    }

    /// <summary>The member or element of a value: <c>target[key]</c>.</summary>
    public static Json Get(Evaluator e, Json target, Json key)
    {
        switch (target)
        {
            case JsonObject members when key is JsonString name:
                return members[name.Value] ?? Json.Null;
            case JsonArray array when key is JsonNumber number:
                return Element(array, number.Value);
            case JsonNull when key is JsonString or JsonNumber or JsonObject:
                return Json.Null;
            case JsonArray array when key is JsonObject slice:
                var (from, to) = Slices.Range(slice, array.Count);
                return Slices.Of(e, array, from, to);
            case JsonString text when key is JsonObject slice:
                return Slices.Of(e, text, slice);
            case JsonArray array when key is JsonArray sought:
                return Searching.Indices(e, array, sought);
            default:
                throw Error($"Cannot index {KindName(target)} with {KindName(key)} ({Shown(key)})");
        }
    }

    /// <summary>The member of a name that is known when the program is compiled; null (the reference) where it cannot be asked.</summary>
    public static Json? TryGet(Json target, string name) => target switch
    {
        JsonObject members => members[name] ?? Json.Null,
        JsonNull => Json.Null,
        _ => null,
    };

    public static bool CanGet(Json target, Json key) => target switch
    {
        JsonObject => key is JsonString,
        JsonArray => key is JsonNumber or JsonArray || key is JsonObject slice && Slices.IsSlice(slice),
        JsonNull => key is JsonString or JsonNumber or JsonObject,
        JsonString => key is JsonObject slice && Slices.IsSlice(slice),
        _ => false,
    };

    public static Json Element(JsonArray array, double index)
    {
        if (double.IsNaN(index))
        {
            return Json.Null;
        }

        var at = (int)Math.Clamp(index, int.MinValue, int.MaxValue);
        at += at < 0 ? array.Count : 0;
        return (uint)at < (uint)array.Count ? array[at] : Json.Null;
    }

    /// <summary>The value with <c>target[key]</c> replaced; null becomes an array or object as the key asks.</summary>
    public static Json Set(Evaluator e, Json target, Json key, Json value)
    {
        switch (key)
        {
            case JsonString name when target is JsonObject members:
                var changed = members.With(name.Value, value);
                e.Tick(changed.Count == members.Count ? 1 + (members.Count / 16) : 1);
                e.Grow(changed.Count - members.Count);
                return changed;
            case JsonString name when target is JsonNull:
                return JsonObject.Empty.With(name.Value, value);
            case JsonNumber number when target is JsonArray or JsonNull:
                return SetElement(e, target as JsonArray ?? JsonArray.Empty, number.Value, value);
            case JsonObject slice when target is JsonArray or JsonNull:
                var array = target as JsonArray ?? JsonArray.Empty;
                var (from, to) = Slices.Range(slice, array.Count);
                if (value is not JsonArray items)
                {
                    throw Error("A slice of an array can only be assigned another array");
                }

                e.Grow(array.Count + items.Count);
                return JsonArray.Wrap([.. array.Span[..from], .. items.Span, .. array.Span[to..]]);
            case JsonObject when target is JsonString:
                throw Error("Cannot update string slices");
            default:
                throw Error($"Cannot update field at {KindName(key)} index of {KindName(target)}");
        }
    }

    public static bool Has(Json target, Json key) => target switch
    {
        JsonNull => false,
        JsonObject members when key is JsonString name => members.IndexOf(name.Value) >= 0,
        JsonArray array when key is JsonNumber { Value: var index } =>
            !double.IsNaN(index) && (int)Math.Clamp(index, int.MinValue, int.MaxValue) is var at && at >= 0 && at < array.Count,
        _ => throw Error($"Cannot check whether {KindName(target)} has a {KindName(key)} key"),
    };

    private static JsonArray SetElement(Evaluator e, JsonArray array, double index, Json value)
    {
        if (double.IsNaN(index))
        {
            throw Error("Cannot set array element at NaN index");
        }

        if (index < 0)
        {
            index = Math.Truncate(index) + array.Count;
            if (index < 0)
            {
                throw Error("Out of bounds negative array index");
            }
        }

        if (index > MaxIndex)
        {
            throw Error("Array index too large");
        }

        var at = (int)index;
        if (at == array.Count)
        {
            e.Grow(1);
        }
        else
        {
            e.Grow(Math.Max(0, at - array.Count));
            e.Tick(array.Count / 16);
        }

        return array.With(at, value);
    }
}
