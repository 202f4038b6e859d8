using System.Runtime.CompilerServices;

namespace Jarvis.Domain.Workflows.Data;

/// <summary>jq's total order of values and its equality. Both end with an exception on values nested too deep, never by overflow.</summary>
public static class JsonOrder
{
    /// <summary>Deepest nesting that is compared, in levels, as in jq.</summary>
    public const int MaxDepth = 10_000;

    /// <summary>Strings in the order of their code points.</summary>
    public static readonly IComparer<string> Texts = Comparer<string>.Create(Compare);

    /// <summary>
    /// null, false, true, numbers, strings, arrays, objects; arrays element by element; objects by their sorted keys, then value by value.
    /// Not-a-number comes before every other number, itself too.
    /// </summary>
    /// <exception cref="JsonDepthException">The values nest deeper than <see cref="MaxDepth"/>.</exception>
    public static int Compare(Json left, Json right) => Compare(left, right, 0);

    /// <exception cref="JsonDepthException">The values nest deeper than <see cref="MaxDepth"/>.</exception>
    public static bool AreEqual(Json left, Json right) => AreEqual(left, right, nanEqualsItself: false);

    /// <summary>By code points: UTF-16 puts surrogates before U+E000, UTF-8 after.</summary>
    public static int Compare(string? left, string? right)
    {
        if (left is null || right is null)
        {
            return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        }

        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length - right.Length;
        }

        var (a, b) = (left[common], right[common]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b
            : char.IsSurrogate(a) ? b >= 0xE000 ? 1 : a - b
            : a >= 0xE000 ? -1 : a - b;
    }

    internal static bool AreEqual(Json left, Json right, bool nanEqualsItself) => AreEqual(left, right, nanEqualsItself, 0);

    private static int Compare(Json left, Json right, int depth)
    {
        var kind = left.Kind;
        if (kind != right.Kind)
        {
            return kind - right.Kind;
        }

        switch (kind)
        {
            case JsonKind.Number: return Compare((JsonNumber)left, (JsonNumber)right);
            case JsonKind.String: return Compare(((JsonString)left).Value, ((JsonString)right).Value);
            case JsonKind.Array:
                Enter(depth, "Comparison too deep");
                var a = ((JsonArray)left).Span;
                var b = ((JsonArray)right).Span;
                for (var i = 0; i < a.Length && i < b.Length; i++)
                {
                    var order = Compare(a[i], b[i], depth + 1);
                    if (order != 0)
                    {
                        return order;
                    }
                }

                return a.Length - b.Length;
            case JsonKind.Object:
                Enter(depth, "Comparison too deep");
                return Compare((JsonObject)left, (JsonObject)right, depth);
            default: return 0;
        }
    }

    private static int Compare(JsonNumber left, JsonNumber right)
    {
        var (a, b) = (left.Value, right.Value);
        if (a < b || double.IsNaN(a))
        {
            return -1;
        }

        if (a > b || double.IsNaN(b))
        {
            return 1;
        }

        return left.Literal is { } x && right.Literal is { } y && !ReferenceEquals(x, y) ? JsonDecimal.Compare(x, y) : 0;
    }

    private static int Compare(JsonObject left, JsonObject right, int depth)
    {
        var (a, b) = (left.SortedPlaces(), right.SortedPlaces());
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            var order = Compare(left.Keys[a[i]], right.Keys[b[i]]);
            if (order != 0)
            {
                return order;
            }
        }

        if (a.Length != b.Length)
        {
            return a.Length - b.Length;
        }

        for (var i = 0; i < a.Length; i++)
        {
            var order = Compare(left.Values[a[i]], right.Values[b[i]], depth + 1);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static bool AreEqual(Json left, Json right, bool nanEqualsItself, int depth)
    {
        var kind = left.Kind;
        if (kind != right.Kind)
        {
            return false;
        }

        switch (kind)
        {
            case JsonKind.Number:
                var (x, y) = ((JsonNumber)left, (JsonNumber)right);
                return (nanEqualsItself && double.IsNaN(x.Value) && double.IsNaN(y.Value)) || Compare(x, y) == 0;
            case JsonKind.String:
                return ((JsonString)left).Value == ((JsonString)right).Value;
            case JsonKind.Array:
                Enter(depth, "Equality check too deep");
                var a = ((JsonArray)left).Span;
                var b = ((JsonArray)right).Span;
                if (a.Length != b.Length)
                {
                    return false;
                }

                for (var i = 0; i < a.Length; i++)
                {
                    if (!AreEqual(a[i], b[i], nanEqualsItself, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonKind.Object:
                Enter(depth, "Equality check too deep");
                var (o, p) = ((JsonObject)left, (JsonObject)right);
                if (o.Count != p.Count)
                {
                    return false;
                }

                var same = ReferenceEquals(o.Shape, p.Shape);
                for (var i = 0; i < o.Count; i++)
                {
                    var place = same ? i : p.IndexOf(o.Keys[i]);
                    if (place < 0 || !AreEqual(o.Values[i], p.Values[place], nanEqualsItself, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            default: return true;
        }
    }

    private static void Enter(int depth, string message)
    {
        if (depth > MaxDepth)
        {
            throw new JsonDepthException(message);
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
    }
}

/// <summary>A value nests deeper than an operation on it goes.</summary>
public sealed class JsonDepthException(string message) : Exception(message);
