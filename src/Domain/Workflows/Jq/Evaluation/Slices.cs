using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary><c>.[from:to]</c>, whose key is the object <c>{"start": from, "end": to}</c>. Strings are cut by code points.</summary>
internal static class Slices
{
    public static bool IsSlice(JsonObject slice) =>
        (slice["start"] ?? Json.Null) is JsonNumber or JsonNull && (slice["end"] ?? Json.Null) is JsonNumber or JsonNull;

    public static JsonObject Key(Json from, Json to) => JsonObject.Empty.With("start", from).With("end", to);

    public static (int From, int To) Range(JsonObject slice, int length) =>
        Range(slice["start"] ?? Json.Null, slice["end"] ?? Json.Null, length);

    /// <summary>Start rounded down, end rounded up, both counted from the end where negative, kept inside.</summary>
    public static (int From, int To) Range(Json start, Json end, int length)
    {
        var from = Bound(start, 0);
        var to = Bound(end, length);
        from = double.IsNaN(from) ? 0 : from;
        to = double.IsNaN(to) ? length : to;
        from = Math.Clamp(from < 0 ? from + length : from, 0, length);
        to = to < 0 ? to + length : to;
        var first = (int)Math.Floor(from);
        var last = to < 0 ? first : (int)Math.Min(Math.Ceiling(to), length);
        return (first, Math.Max(first, last));
    }

    public static Json Of(Evaluator e, Json target, Json start, Json end)
    {
        switch (target)
        {
            case JsonNull:
                return Json.Null;
            case JsonArray array:
                var (from, to) = Range(start, end, array.Count);
                return Of(e, array, from, to);
            case JsonString text:
                return Of(e, text, start, end);
            default:
                throw Values.Error($"Cannot index {Values.KindName(target)} with object ({Values.Shown(Key(start, end))})");
        }
    }

    public static JsonArray Of(Evaluator e, JsonArray array, int from, int to)
    {
        e.Grow(to - from);
        return array.Slice(from, to);
    }

    public static JsonString Of(Evaluator e, JsonString text, JsonObject slice) =>
        Of(e, text, slice["start"] ?? Json.Null, slice["end"] ?? Json.Null);

    private static JsonString Of(Evaluator e, JsonString text, Json start, Json end)
    {
        var points = Texts.Length(text.Value);
        e.Tick(text.Value.Length / 16);
        var (from, to) = Range(start, end, points);
        if (points == text.Value.Length)
        {
            e.Grow(to - from);
            return new JsonString(text.Value[from..to]);
        }

        var first = Texts.UnitOf(text.Value, from);
        var last = first + Texts.UnitOf(text.Value.AsSpan(first), to - from);
        e.Grow(last - first);
        return new JsonString(text.Value[first..last]);
    }

    private static double Bound(Json bound, double missing) => bound switch
    {
        JsonNull => missing,
        JsonNumber number => number.Value,
        _ => throw Values.Error("Array/string slice indices must be integers"),
    };
}
