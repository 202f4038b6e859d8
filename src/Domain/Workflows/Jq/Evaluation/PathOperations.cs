using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary><c>getpath</c>, <c>setpath</c> and <c>delpaths</c>.</summary>
internal static class PathOperations
{
    /// <summary>Longest path that is followed, in keys, as in jq.</summary>
    private const int MaxLength = 10_000;

    public static Json Get(Evaluator e, Json root, Json path)
    {
        foreach (var key in Keys(path))
        {
            e.Tick();
            if (root is JsonNull && key is JsonString or JsonNumber or JsonObject)
            {
                continue;
            }

            root = Values.Get(e, root, key);
        }

        return root;
    }

    public static Json Set(Evaluator e, Json root, Json path, Json value) =>
        Replace(e, root, Keys(path), _ => value);

    /// <summary>Replaces what lies at a path, going down and back up without recursion.</summary>
    public static Json Replace(Evaluator e, Json root, ReadOnlySpan<Json> keys, Func<Json, Json> replacement)
    {
        var passed = new Json[keys.Length];
        var at = root;
        for (var i = 0; i < keys.Length; i++)
        {
            e.Tick();
            passed[i] = at;
            at = Values.Get(e, at, keys[i]);
            if (keys[i] is JsonArray)
            {
                throw Values.Error("Cannot update field at array index of array");
            }
        }

        var value = replacement(at);
        for (var i = keys.Length - 1; i >= 0; i--)
        {
            value = Values.Set(e, passed[i], keys[i], value);
        }

        return value;
    }

    /// <summary>Deletes everything at the paths, as if at once.</summary>
    public static Json Delete(Evaluator e, Json root, Json paths)
    {
        if (paths is not JsonArray list)
        {
            throw Values.Error("Paths must be specified as an array");
        }

        var sorted = list.Span.ToArray();
        Array.Sort(sorted, JsonOrder.Compare);
        foreach (var path in sorted)
        {
            if (path is not JsonArray)
            {
                throw Values.Error($"Path must be specified as array, not {Values.KindName(path)}");
            }

            Keys(path);
        }

        // From the last path to the first: a deletion moves only what comes after it. Paths inside a deleted value are gone with it,
        // and negative indices and slices count in the array as it was, so each level is cut once with all its keys.
        return sorted.Length == 0 ? root : Delete(e, root, sorted, 0);
    }

    private static Json Delete(Evaluator e, Json target, ReadOnlySpan<Json> paths, int level)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (((JsonArray)paths[0]).Count == level)
        {
            return Json.Null;
        }

        var cut = new List<Json>();
        for (var i = 0; i < paths.Length;)
        {
            e.Tick();
            var first = (JsonArray)paths[i];
            var key = first[level];
            var end = i + 1;
            while (end < paths.Length && JsonOrder.AreEqual(((JsonArray)paths[end])[level], key))
            {
                end++;
            }

            if (first.Count == level + 1)
            {
                cut.Add(key);
            }
            else
            {
                var inner = Values.Get(e, target, key);
                if (inner is not JsonNull)
                {
                    target = Values.Set(e, target, key, Delete(e, inner, paths[i..end], level + 1));
                }
            }

            i = end;
        }

        return Cut(e, target, cut);
    }

    public static Json Cut(Evaluator e, Json target, List<Json> keys)
    {
        if (keys.Count == 0 || target is JsonNull)
        {
            return target;
        }

        switch (target)
        {
            case JsonObject members:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var key in keys)
                {
                    names.Add(key is JsonString name ? name.Value : throw Values.Error($"Cannot delete {Values.KindName(key)} field of object"));
                }

                if (names.Count == 1)
                {
                    return members.Without(names.First());
                }

                var kept = new JsonObjectBuilder(members.Count);
                for (var i = 0; i < members.Count; i++)
                {
                    if (!names.Contains(members.Keys[i]))
                    {
                        kept.Set(members.Keys[i], members.Values[i]);
                    }
                }

                return kept.ToObject();
            case JsonArray array:
                return Cut(e, array, keys);
            default:
                throw Values.Error($"Cannot delete fields from {Values.KindName(target)}");
        }
    }

    private static JsonArray Cut(Evaluator e, JsonArray array, List<Json> keys)
    {
        var gone = new bool[array.Count];
        e.Tick(array.Count / 16);
        foreach (var key in keys)
        {
            switch (key)
            {
                case JsonNumber { Value: var index }:
                    if (!double.IsNaN(index))
                    {
                        var at = (int)Math.Clamp(index, int.MinValue, int.MaxValue);
                        at += index < 0 ? array.Count : 0;
                        if ((uint)at < (uint)gone.Length)
                        {
                            gone[at] = true;
                        }
                    }

                    break;
                case JsonObject slice:
                    var (from, to) = Slices.Range(slice, array.Count);
                    gone.AsSpan(from, to - from).Fill(true);
                    break;
                default:
                    throw Values.Error($"Cannot delete {Values.KindName(key)} element of array");
            }
        }

        var kept = new JsonArrayBuilder();
        for (var i = 0; i < gone.Length; i++)
        {
            if (!gone[i])
            {
                kept.Add(array[i]);
            }
        }

        return kept.ToArray();
    }

    private static ReadOnlySpan<Json> Keys(Json path)
    {
        if (path is not JsonArray keys)
        {
            throw Values.Error("Path must be specified as an array");
        }

        return keys.Count > MaxLength ? throw Values.Error("Path too deep") : keys.Span;
    }
}
