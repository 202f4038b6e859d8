using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Jq.Evaluation;

/// <summary>Where things are inside of others: indices and containment.</summary>
internal static class Searching
{
    /// <summary>Deepest nesting that is searched, in levels, as in jq.</summary>
    private const int MaxDepth = 10_000;

    /// <summary>The places at which one array lies inside another.</summary>
    public static JsonArray Indices(Evaluator e, JsonArray array, JsonArray sought)
    {
        var found = new JsonArrayBuilder();
        for (var i = 0; sought.Count > 0 && i + sought.Count <= array.Count; i++)
        {
            e.Tick();
            var j = 0;
            while (j < sought.Count && JsonOrder.AreEqual(array[i + j], sought[j]))
            {
                j++;
                e.Tick();
            }

            if (j == sought.Count)
            {
                e.Grow(1);
                found.Add(JsonNumber.From(i));
            }
        }

        return found.ToArray();
    }

    /// <summary>The places, in code points, at which one string lies inside another; they may overlap.</summary>
    public static JsonArray Indices(Evaluator e, string text, string sought)
    {
        var found = new JsonArrayBuilder();
        if (sought.Length == 0)
        {
            return JsonArray.Empty;
        }

        e.Tick(text.Length / 16);
        var counted = 0;
        var points = 0;
        for (var at = text.IndexOf(sought, StringComparison.Ordinal); at >= 0; at = text.IndexOf(sought, at + 1, StringComparison.Ordinal))
        {
            e.Tick();
            e.Grow(1);
            points += Texts.Length(text.AsSpan(counted, at - counted));
            counted = at;
            found.Add(JsonNumber.From(points));
            if (at + 1 > text.Length)
            {
                break;
            }
        }

        return found.ToArray();
    }

    public static bool Contains(Evaluator e, Json whole, Json part) => whole.Kind == part.Kind || (whole is JsonBoolean && part is JsonBoolean)
        ? Contains(e, whole, part, 0)
        : throw Values.Error(whole, part, "cannot have their containment checked");

    private static bool Contains(Evaluator e, Json whole, Json part, int depth)
    {
        e.Tick();
        if (depth > MaxDepth)
        {
            throw Values.Error("Containment check too deep");
        }

        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (whole)
        {
            case JsonObject members when part is JsonObject sought:
                for (var i = 0; i < sought.Count; i++)
                {
                    if (members[sought.Keys[i]] is not { } mine || !Contains(e, mine, sought.Values[i], depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonArray array when part is JsonArray sought:
                for (var i = 0; i < sought.Count; i++)
                {
                    var any = false;
                    for (var j = 0; j < array.Count && !any; j++)
                    {
                        any = Contains(e, array[j], sought[i], depth + 1);
                    }

                    if (!any)
                    {
                        return false;
                    }
                }

                return true;
            case JsonString text when part is JsonString sought:
                e.Tick(text.Value.Length / 16);
                return text.Value.Contains(sought.Value, StringComparison.Ordinal);
            default:
                return JsonOrder.AreEqual(whole, part);
        }
    }
}
