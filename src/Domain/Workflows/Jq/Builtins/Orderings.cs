using System.Numerics;
using System.Runtime.ExceptionServices;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Functions that put the elements of an array in order: sorted, grouped, each once, the least and the greatest.</summary>
internal static class Orderings
{
    public static readonly Builtin[] Functions =
    [
        BuiltinTable.Value("sort", (e, input) => Sorted(e, Sortable(input))),
        new("sort_by", 1, (arguments, _) => new ByNode(arguments[0], (e, items, keys) => Pick(items, Order(e, keys)))),
        new("group_by", 1, (arguments, _) => new ByNode(arguments[0], Groups)),
        new("unique_by", 1, (arguments, _) => new ByNode(arguments[0], Unique)),
        new("min_by", 1, (arguments, _) => new ByNode(arguments[0], (_, items, keys) => Extreme(items, keys, least: true))),
        new("max_by", 1, (arguments, _) => new ByNode(arguments[0], (_, items, keys) => Extreme(items, keys, least: false))),
        BuiltinTable.Value("unique", (e, input) =>
        {
            var items = Sortable(input);
            return Unique(e, items, items.Span.ToArray());
        }),
        BuiltinTable.Value("min", (_, input) => Extreme(Iterated(input), Iterated(input).Span.ToArray(), least: true)),
        BuiltinTable.Value("max", (_, input) => Extreme(Iterated(input), Iterated(input).Span.ToArray(), least: false)),
    ];

    private static JsonArray Sortable(Json input) => input as JsonArray ?? throw Values.Error(input, "cannot be sorted, as it is not an array");

    private static JsonArray Iterated(Json input) =>
        input as JsonArray ?? throw Values.Error(input, input, "cannot be iterated over");

    /// <summary>The values at some places of an array.</summary>
    private static JsonArray Pick(JsonArray items, int[] places)
    {
        var picked = new Json[places.Length];
        for (var i = 0; i < picked.Length; i++)
        {
            picked[i] = items[places[i]];
        }

        return JsonArray.Wrap(picked);
    }

    private static JsonArray Sorted(Evaluator e, JsonArray items) => Pick(items, Order(e, items.Span.ToArray()));

    /// <summary>The places of the keys in ascending order, equal ones as they stand.</summary>
    private static int[] Order(Evaluator e, Json[] keys)
    {
        e.Grow(keys.Length);
        e.Tick(keys.Length * (long)Math.Max(1, BitOperations.Log2((uint)keys.Length + 1)) / 4);
        var places = new int[keys.Length];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = i;
        }

        try
        {
            Array.Sort(places, (a, b) => JsonOrder.Compare(keys[a], keys[b]) is var order && order != 0 ? order : a - b);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is JsonDepthException or InsufficientExecutionStackException)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException);
        }

        return places;
    }

    private static JsonArray Groups(Evaluator e, JsonArray items, Json[] keys)
    {
        var groups = new JsonArrayBuilder();
        var group = new JsonArrayBuilder();
        Json? key = null;
        foreach (var place in Order(e, keys))
        {
            if (key is not null && !JsonOrder.AreEqual(key, keys[place]))
            {
                groups.Add(group.ToArray());
                group = default;
            }

            key = keys[place];
            group.Add(items[place]);
        }

        if (key is not null)
        {
            groups.Add(group.ToArray());
        }

        return groups.ToArray();
    }

    private static JsonArray Unique(Evaluator e, JsonArray items, Json[] keys)
    {
        var kept = new JsonArrayBuilder();
        Json? key = null;
        foreach (var place in Order(e, keys))
        {
            if (key is null || !JsonOrder.AreEqual(key, keys[place]))
            {
                key = keys[place];
                kept.Add(items[place]);
            }
        }

        return kept.ToArray();
    }

    /// <summary>The first of the least, the last of the greatest.</summary>
    private static Json Extreme(JsonArray items, Json[] keys, bool least)
    {
        var best = -1;
        for (var i = 0; i < keys.Length; i++)
        {
            if (best < 0 || JsonOrder.Compare(keys[i], keys[best]) < 0 == least)
            {
                best = i;
            }
        }

        return best < 0 ? Json.Null : items[best];
    }
}
