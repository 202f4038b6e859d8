using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Functions on whole arrays and objects.</summary>
internal static class Collections
{
    public static readonly Builtin[] Functions =
    [
        BuiltinTable.Value("keys", Keys),
        BuiltinTable.Value("keys_unsorted", (e, input) => input is JsonObject members ? Names(e, members) : Keys(e, input)),
        BuiltinTable.Value("to_entries", ToEntries),
        BuiltinTable.Value("from_entries", FromEntries),
        new("with_entries", 1, (arguments, _) => new PipeNode(
            new PipeNode(new ValueNode(ToEntries), new MapNode(arguments[0])), new ValueNode(FromEntries))),
        BuiltinTable.Value("add", Add),
        new("add", 1, (arguments, _) => new AddNode(arguments[0])),
        BuiltinTable.Value("reverse", Reverse),
        BuiltinTable.Value("sort", (e, input) => Sorted(e, Array(input, "cannot be sorted, as it is not an array"))),
        new("sort_by", 1, (arguments, _) => new ByNode(arguments[0], (e, items, keys) => Pick(items, Order(e, keys)))),
        new("group_by", 1, (arguments, _) => new ByNode(arguments[0], Groups)),
        new("unique_by", 1, (arguments, _) => new ByNode(arguments[0], Unique)),
        new("min_by", 1, (arguments, _) => new ByNode(arguments[0], (_, items, keys) => Extreme(items, keys, least: true))),
        new("max_by", 1, (arguments, _) => new ByNode(arguments[0], (_, items, keys) => Extreme(items, keys, least: false))),
        BuiltinTable.Value("unique", (e, input) =>
        {
            var items = Array(input, "cannot be sorted, as it is not an array");
            return Unique(e, items, items.Span.ToArray());
        }),
        BuiltinTable.Value("min", (_, input) => Extreme(Iterated(input), Iterated(input).Span.ToArray(), least: true)),
        BuiltinTable.Value("max", (_, input) => Extreme(Iterated(input), Iterated(input).Span.ToArray(), least: false)),
        BuiltinTable.Value("flatten", (e, input) => Flatten(e, input, double.PositiveInfinity)),
        BuiltinTable.Value("flatten", (e, input, depth) => Flatten(e, input, depth is JsonNumber number
            ? number.Value
            : throw Evaluation.Values.Error("flatten depth must be a number"))),
        BuiltinTable.Value("bsearch", Search),
        BuiltinTable.Value("transpose", Transpose),
        BuiltinTable.Value("indices", Indices),
        BuiltinTable.Value("index", (e, input, sought) => Indices(e, input, sought) is JsonArray found ? Evaluation.Values.Element(found, 0) : Json.Null),
        BuiltinTable.Value("rindex", (e, input, sought) => Indices(e, input, sought) is JsonArray found ? Evaluation.Values.Element(found, -1) : Json.Null),
        BuiltinTable.Value("_strindices", (e, input, sought) => Searching.Indices(
            e,
            input is JsonString text ? text.Value : throw Evaluation.Values.Error(input, "cannot be searched, as it is not a string"),
            sought is JsonString what ? what.Value : throw Evaluation.Values.Error(sought, "is not a string"))),
    ];

    /// <summary>Deepest nesting that is flattened, in levels.</summary>
    private const int MaxFlattened = 10_000;

    private static readonly JsonKeys EntryShape = new(["key", "value"]);

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

    private static JsonArray Array(Json input, string otherwise) => input as JsonArray ?? throw Evaluation.Values.Error(input, otherwise);

    private static JsonArray Iterated(Json input) =>
        input as JsonArray ?? throw Evaluation.Values.Error(input, input, "cannot be iterated over");

    private static Json Keys(Evaluator e, Json input)
    {
        switch (input)
        {
            case JsonObject members:
                e.Grow(members.Count);
                var names = members.Keys.ToArray();
                System.Array.Sort(names, JsonOrder.Texts);
                return JsonArray.Wrap(System.Array.ConvertAll(names, n => (Json)new JsonString(n)));
            case JsonArray array:
                e.Grow(array.Count);
                return JsonArray.Wrap([.. Enumerable.Range(0, array.Count).Select(i => (Json)JsonNumber.From(i))]);
            default:
                throw Evaluation.Values.Error(input, "has no keys");
        }
    }

    private static JsonArray Names(Evaluator e, JsonObject members)
    {
        e.Grow(members.Count);
        var names = new Json[members.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = new JsonString(members.Keys[i]);
        }

        return JsonArray.Wrap(names);
    }

    private static JsonArray ToEntries(Evaluator e, Json input)
    {
        if (input is not JsonObject members)
        {
            throw Evaluation.Values.Error(input, "has no keys");
        }

        e.Grow(members.Count * 3L);
        var entries = new Json[members.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new JsonObject(EntryShape, [new JsonString(members.Keys[i]), members.Values[i]], 2);
        }

        return JsonArray.Wrap(entries);
    }

    private static JsonObject FromEntries(Evaluator e, Json input)
    {
        var entries = input switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => throw Evaluation.Values.Error($"Cannot iterate over {Evaluation.Values.KindName(input)}{(input is JsonNull ? "" : $" ({Evaluation.Values.Shown(input)})")}"),
        };
        var built = new JsonObjectBuilder(entries.Length);
        e.Grow(entries.Length);
        foreach (var entry in entries)
        {
            e.Tick();
            var key = Key(e, entry);
            built.Set(
                key is JsonString name
                    ? name.Value
                    : throw Evaluation.Values.Error($"Cannot use {Evaluation.Values.KindName(key)} ({Evaluation.Values.Shown(key)}) as object key"),
                Content(e, entry));
        }

        return built.ToObject();
    }

    private static Json Key(Evaluator e, Json entry)
    {
        Json last = Json.Null;
        foreach (var name in (ReadOnlySpan<string>)["key", "Key", "name", "Name"])
        {
            last = Evaluation.Values.TryGet(entry, name) ?? Evaluation.Values.Get(e, entry, name);
            if (last.IsTruthy)
            {
                return last;
            }
        }

        return last;
    }

    private static Json Content(Evaluator e, Json entry) => entry is JsonObject members
        ? members["value"] ?? members["Value"] ?? Json.Null
        : Evaluation.Values.Get(e, entry, Evaluation.Values.Has(entry, "value") ? "value" : "Value");

    private static Json Add(Evaluator e, Json input)
    {
        var items = input switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => throw Evaluation.Values.Error($"Cannot iterate over {Evaluation.Values.KindName(input)}{(input is JsonNull ? "" : $" ({Evaluation.Values.Shown(input)})")}"),
        };
        var sum = new Sum(e);
        foreach (var item in items)
        {
            sum.Add(item);
        }

        return sum.Total;
    }

    private static Json Reverse(Evaluator e, Json input)
    {
        switch (input)
        {
            case JsonArray array:
                e.Grow(array.Count);
                var items = array.Span.ToArray();
                System.Array.Reverse(items);
                return JsonArray.Wrap(items);
            case JsonString { Value.Length: 0 } or JsonNull or JsonNumber { Value: 0 } or JsonObject { Count: 0 }:
                return JsonArray.Empty;
            case JsonObject or JsonString or JsonNumber:
                throw Evaluation.Values.Error($"Cannot index {Evaluation.Values.KindName(input)} with number (0)");
            default:
                throw Evaluation.Values.Error(input, "has no length");
        }
    }

    private static JsonArray Sorted(Evaluator e, JsonArray items) => Pick(items, Order(e, items.Span.ToArray()));

    /// <summary>The places of the keys in ascending order, equal ones as they stand.</summary>
    private static int[] Order(Evaluator e, Json[] keys)
    {
        e.Grow(keys.Length);
        e.Tick(keys.Length * (long)Math.Max(1, System.Numerics.BitOperations.Log2((uint)keys.Length + 1)) / 4);
        var places = new int[keys.Length];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = i;
        }

        try
        {
            System.Array.Sort(places, (a, b) => JsonOrder.Compare(keys[a], keys[b]) is var order && order != 0 ? order : a - b);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is JsonDepthException or InsufficientExecutionStackException)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerException);
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

    private static JsonArray Flatten(Evaluator e, Json input, double depth)
    {
        if (depth < 0)
        {
            throw Evaluation.Values.Error("flatten depth must not be negative");
        }

        var flat = new JsonArrayBuilder();
        var items = input switch
        {
            JsonArray array => array,
            JsonObject members => JsonArray.Wrap(members.Values.ToArray()),
            _ => throw Evaluation.Values.Error($"Cannot iterate over {Evaluation.Values.KindName(input)}{(input is JsonNull ? "" : $" ({Evaluation.Values.Shown(input)})")}"),
        };
        Into(items, depth, 0);
        return flat.ToArray();

        void Into(JsonArray from, double left, int level)
        {
            if (level > MaxFlattened)
            {
                throw e.TooDeep();
            }

            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            foreach (var item in from.Span)
            {
                e.Tick();
                if (item is JsonArray inner && left > 0)
                {
                    Into(inner, left - 1, level + 1);
                }
                else
                {
                    e.Grow(1);
                    flat.Add(item);
                }
            }
        }
    }

    private static JsonNumber Search(Evaluator e, Json input, Json sought)
    {
        var items = Array(input, "cannot be searched from");
        var (from, to) = (0, items.Count);
        while (from < to)
        {
            e.Tick();
            var middle = from + ((to - from) / 2);
            var order = JsonOrder.Compare(sought, items[middle]);
            if (order == 0)
            {
                return JsonNumber.From(middle);
            }

            (from, to) = order < 0 ? (from, middle) : (middle + 1, to);
        }

        return JsonNumber.From(-1 - from);
    }

    private static JsonArray Transpose(Evaluator e, Json input)
    {
        var rows = Array(input, "cannot be transposed, as it is not an array");
        var width = 0;
        foreach (var row in rows.Span)
        {
            width = Math.Max(width, row is JsonNull ? 0 : Array(row, "cannot be transposed, as it is not an array").Count);
        }

        e.Grow((long)width * rows.Count);
        e.Tick((long)width * rows.Count);
        var columns = new Json[width];
        for (var i = 0; i < width; i++)
        {
            var column = new Json[rows.Count];
            for (var j = 0; j < column.Length; j++)
            {
                column[j] = rows[j] is JsonArray row && i < row.Count ? row[i] : Json.Null;
            }

            columns[i] = JsonArray.Wrap(column);
        }

        return JsonArray.Wrap(columns);
    }

    private static Json Indices(Evaluator e, Json input, Json sought) => (input, sought) switch
    {
        (JsonArray array, JsonArray part) => Searching.Indices(e, array, part),
        (JsonArray array, _) => Searching.Indices(e, array, JsonArray.Wrap([sought])),
        (JsonString text, JsonString part) => Searching.Indices(e, text.Value, part.Value),
        _ => Evaluation.Values.Get(e, input, sought),
    };
}
