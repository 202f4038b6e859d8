using System.Runtime.CompilerServices;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

internal enum Operator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>jq's binary operators on values.</summary>
internal static class Arithmetic
{
    /// <summary>Longest string that repeating may make, in characters.</summary>
    private const long MaxRepeated = 536_870_911;

    /// <summary>Deepest nesting that is merged, in levels, as in jq.</summary>
    private const int MaxMergeDepth = 10_000;

    public static Json Apply(Evaluator e, Operator operation, Json left, Json right)
    {
        if (left is JsonNumber a && right is JsonNumber b)
        {
            switch (operation)
            {
                case Operator.Add: return JsonNumber.From(a.Value + b.Value);
                case Operator.Subtract: return JsonNumber.From(a.Value - b.Value);
                case Operator.Multiply: return JsonNumber.From(a.Value * b.Value);
                case Operator.Less when a.Literal is null || b.Literal is null: return Json.Of(a.Value < b.Value || double.IsNaN(a.Value));
                case Operator.Greater when a.Literal is null && !double.IsNaN(a.Value): return Json.Of(a.Value > b.Value || double.IsNaN(b.Value));
                case Operator.Equal when a.Literal is null || b.Literal is null: return Json.Of(a.Value == b.Value);
            }
        }

        return operation switch
        {
            Operator.Add => Add(e, left, right),
            Operator.Subtract => Subtract(e, left, right),
            Operator.Multiply => Multiply(e, left, right),
            Operator.Divide => Divide(e, left, right),
            Operator.Remainder => Remainder(left, right),
            Operator.Equal => Json.Of(JsonOrder.AreEqual(left, right)),
            Operator.NotEqual => Json.Of(!JsonOrder.AreEqual(left, right)),
            Operator.Less => Json.Of(JsonOrder.Compare(left, right) < 0),
            Operator.LessOrEqual => Json.Of(JsonOrder.Compare(left, right) <= 0),
            Operator.Greater => Json.Of(JsonOrder.Compare(left, right) > 0),
            _ => Json.Of(JsonOrder.Compare(left, right) >= 0),
        };
    }

    public static Json Add(Evaluator e, Json left, Json right)
    {
        switch (left)
        {
            case JsonNull:
                return right;
            case JsonNumber a when right is JsonNumber b:
                return JsonNumber.From(a.Value + b.Value);
            case JsonString a when right is JsonString b:
                if (a.Value.Length == 0 || b.Value.Length == 0)
                {
                    return a.Value.Length == 0 ? b : a;
                }

                e.Grow(a.Value.Length + b.Value.Length);
                return new JsonString(a.Value + b.Value);
            case JsonArray a when right is JsonArray b:
                e.Grow(b.Count);
                return b.Count == 0 ? a : a.Count == 0 ? b : a.Append(b.Span);
            case JsonObject a when right is JsonObject b:
                return Merge(e, a, b);
            default:
                return right is JsonNull ? left : throw Values.Error(left, right, "cannot be added");
        }
    }

    /// <summary>Members of the second take the place of the first's, which keep theirs.</summary>
    public static JsonObject Merge(Evaluator e, JsonObject first, JsonObject second)
    {
        if (first.Count == 0 || second.Count == 0)
        {
            return first.Count == 0 ? second : first;
        }

        if (second.Count == 1)
        {
            return (JsonObject)Values.Set(e, first, new JsonString(second.Keys[0]), second.Values[0]);
        }

        e.Grow(second.Count);
        e.Tick((first.Count + second.Count) / 16);
        var merged = new JsonObjectBuilder(first, second.Count);
        for (var i = 0; i < second.Count; i++)
        {
            merged.Set(second.Keys[i], second.Values[i]);
        }

        return merged.ToObject();
    }

    public static Json Negate(Json value) => value is JsonNumber number ? number.Negate() : throw Values.Error(value, "cannot be negated");

    private static Json Subtract(Evaluator e, Json left, Json right)
    {
        if (left is JsonNumber a && right is JsonNumber b)
        {
            return JsonNumber.From(a.Value - b.Value);
        }

        if (left is not JsonArray from || right is not JsonArray what)
        {
            throw Values.Error(left, right, "cannot be subtracted");
        }

        var kept = new JsonArrayBuilder();
        foreach (var item in from.Span)
        {
            var found = false;
            foreach (var other in what.Span)
            {
                e.Tick();
                if (JsonOrder.AreEqual(item, other))
                {
                    found = true;
                    break;
                }
            }

            if (!found)
            {
                kept.Add(item);
            }
        }

        e.Grow(kept.Count);
        return kept.ToArray();
    }

    private static Json Multiply(Evaluator e, Json left, Json right) => (left, right) switch
    {
        (JsonNumber a, JsonNumber b) => JsonNumber.From(a.Value * b.Value),
        (JsonString text, JsonNumber times) => Repeat(e, text, times.Value),
        (JsonNumber times, JsonString text) => Repeat(e, text, times.Value),
        (JsonObject a, JsonObject b) => MergeDeeply(e, a, b, 0),
        _ => throw Values.Error(left, right, "cannot be multiplied"),
    };

    /// <summary>A part of a repetition counts down, so that half a time is none; less than none is null.</summary>
    private static Json Repeat(Evaluator e, JsonString text, double times)
    {
        if (double.IsNaN(times) || times < 0)
        {
            return Json.Null;
        }

        var count = times >= int.MaxValue ? int.MaxValue : (int)times;
        if (count == 0 || text.Value.Length == 0)
        {
            return JsonString.Empty;
        }

        var length = (long)count * text.Value.Length;
        if (length > MaxRepeated)
        {
            throw Values.Error("Repeat string result too long");
        }

        e.Grow(length);
        return count == 1 ? text : new JsonString(string.Create((int)length, text.Value, static (room, part) =>
        {
            for (var at = 0; at < room.Length; at += part.Length)
            {
                part.CopyTo(room[at..]);
            }
        }));
    }

    private static JsonObject MergeDeeply(Evaluator e, JsonObject first, JsonObject second, int depth)
    {
        if (depth > MaxMergeDepth)
        {
            throw Values.Error("Object merge too deep");
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        e.Grow(first.Count + second.Count);
        var merged = new JsonObjectBuilder(first, second.Count);
        for (var i = 0; i < second.Count; i++)
        {
            var (key, value) = (second.Keys[i], second.Values[i]);
            merged.Set(key, value is JsonObject theirs && merged.Get(key) is JsonObject mine ? MergeDeeply(e, mine, theirs, depth + 1) : value);
        }

        return merged.ToObject();
    }

    private static Json Divide(Evaluator e, Json left, Json right) => (left, right) switch
    {
        (JsonNumber, JsonNumber { Value: 0 }) => throw Values.Error(left, right, "cannot be divided because the divisor is zero"),
        (JsonNumber a, JsonNumber b) => JsonNumber.From(a.Value / b.Value),
        (JsonString text, JsonString separator) => Builtins.Strings.Split(e, text.Value, separator.Value),
        _ => throw Values.Error(left, right, "cannot be divided"),
    };

    /// <summary>On whole numbers, rounded towards zero; the sign is the dividend's.</summary>
    private static JsonNumber Remainder(Json left, Json right)
    {
        if (left is not JsonNumber a || right is not JsonNumber b)
        {
            throw Values.Error(left, right, "cannot be divided (remainder)");
        }

        if (double.IsNaN(a.Value) || double.IsNaN(b.Value))
        {
            return new JsonNumber(double.NaN);
        }

        var divisor = Whole(b.Value);
        return divisor == 0
            ? throw Values.Error(left, right, "cannot be divided (remainder) because the divisor is zero")
            : JsonNumber.From(divisor == -1 ? 0 : (double)(Whole(a.Value) % divisor));
    }

    private static long Whole(double value) => value <= long.MinValue ? long.MinValue : value >= long.MaxValue ? long.MaxValue : (long)value;
}
