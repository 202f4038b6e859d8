using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Functions on whole arrays and objects; those that order what is in them are in <see cref="Orderings"/>.</summary>
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
        BuiltinTable.Value("flatten", (e, input) => Flatten(e, input, double.PositiveInfinity)),
        BuiltinTable.Value("flatten", (e, input, depth) => Flatten(e, input, depth is JsonNumber number
            ? number.Value
            : throw Values.Error("flatten depth must be a number"))),
        BuiltinTable.Value("bsearch", Search),
        BuiltinTable.Value("transpose", Transpose),
        BuiltinTable.Value("indices", Indices),
        BuiltinTable.Value("index", (e, input, sought) => Indices(e, input, sought) is JsonArray found ? Values.Element(found, 0) : Json.Null),
        BuiltinTable.Value("rindex", (e, input, sought) => Indices(e, input, sought) is JsonArray found ? Values.Element(found, -1) : Json.Null),
        BuiltinTable.Value("_strindices", (e, input, sought) => Searching.Indices(
            e,
            input is JsonString text ? text.Value : throw Values.Error(input, "cannot be searched, as it is not a string"),
            sought is JsonString what ? what.Value : throw Values.Error(sought, "is not a string"))),
    ];

    /// <summary>Deepest nesting that is flattened, in levels.</summary>
    private const int MaxFlattened = 10_000;

    private static readonly JsonKeys EntryShape = new(["key", "value"]);

    private static JsonArray ArrayOf(Json input, string otherwise) => input as JsonArray ?? throw Values.Error(input, otherwise);

    private static Json Keys(Evaluator e, Json input)
    {
        switch (input)
        {
            case JsonObject members:
                e.Grow(members.Count);
                var names = members.Keys.ToArray();
                Array.Sort(names, JsonOrder.Texts);
                return JsonArray.Wrap(Array.ConvertAll(names, n => (Json)new JsonString(n)));
            case JsonArray array:
                e.Grow(array.Count);
                return JsonArray.Wrap([.. Enumerable.Range(0, array.Count).Select(i => (Json)JsonNumber.From(i))]);
            default:
                throw Values.Error(input, "has no keys");
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
            throw Values.Error(input, "has no keys");
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
            _ => throw Values.NotIterable(input),
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
                    : throw Values.Error($"Cannot use {Values.KindName(key)} ({Values.Shown(key)}) as object key"),
                Content(e, entry));
        }

        return built.ToObject();
    }

    private static Json Key(Evaluator e, Json entry)
    {
        Json last = Json.Null;
        foreach (var name in (ReadOnlySpan<string>)["key", "Key", "name", "Name"])
        {
            last = Values.TryGet(entry, name) ?? Values.Get(e, entry, name);
            if (last.IsTruthy)
            {
                return last;
            }
        }

        return last;
    }

    private static Json Content(Evaluator e, Json entry) => entry is JsonObject members
        ? members["value"] ?? members["Value"] ?? Json.Null
        : Values.Get(e, entry, Values.Has(entry, "value") ? "value" : "Value");

    private static Json Add(Evaluator e, Json input)
    {
        var items = input switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => throw Values.NotIterable(input),
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
                Array.Reverse(items);
                return JsonArray.Wrap(items);
            case JsonString { Value.Length: 0 } or JsonNull or JsonNumber { Value: 0 } or JsonObject { Count: 0 }:
                return JsonArray.Empty;
            case JsonObject or JsonString or JsonNumber:
                throw Values.Error($"Cannot index {Values.KindName(input)} with number (0)");
            default:
                throw Values.Error(input, "has no length");
        }
    }

    private static JsonArray Flatten(Evaluator e, Json input, double depth)
    {
        if (depth < 0)
        {
            throw Values.Error("flatten depth must not be negative");
        }

        var flat = new JsonArrayBuilder();
        var items = input switch
        {
            JsonArray array => array,
            JsonObject members => JsonArray.Wrap(members.Values.ToArray()),
            _ => throw Values.NotIterable(input),
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
        var items = ArrayOf(input, "cannot be searched from");
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
        var rows = ArrayOf(input, "cannot be transposed, as it is not an array");
        var width = 0;
        foreach (var row in rows.Span)
        {
            width = Math.Max(width, row is JsonNull ? 0 : ArrayOf(row, "cannot be transposed, as it is not an array").Count);
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
        _ => Values.Get(e, input, sought),
    };
}
