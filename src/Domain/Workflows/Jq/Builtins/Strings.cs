using System.Text;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>Functions on strings, but those with regular expressions.</summary>
internal static class Strings
{
    public static readonly Builtin[] Functions =
    [
        BuiltinTable.Value("startswith", (_, input, part) => Json.Of(Starts(input, part))),
        BuiltinTable.Value("endswith", (_, input, part) => Json.Of(Ends(input, part))),
        BuiltinTable.Value("ltrimstr", (e, input, part) => Starts(input, part) ? Cut(e, input, Length(part), 0) : input),
        BuiltinTable.Value("rtrimstr", (e, input, part) => Ends(input, part) ? Cut(e, input, 0, Length(part)) : input),
        BuiltinTable.Value("trimstr", (e, input, part) =>
        {
            var rest = Starts(input, part) ? Cut(e, input, Length(part), 0) : input;
            return Ends(rest, part) ? Cut(e, rest, 0, Length(part)) : rest;
        }),
        BuiltinTable.Value("trim", (e, input) => Trim(e, input, start: true, end: true)),
        BuiltinTable.Value("ltrim", (e, input) => Trim(e, input, start: true, end: false)),
        BuiltinTable.Value("rtrim", (e, input) => Trim(e, input, start: false, end: true)),
        BuiltinTable.Value("split", (e, input, separator) => (input, separator) is (JsonString text, JsonString by)
            ? Split(e, text.Value, by.Value)
            : throw Values.Error("split input and separator must be strings")),
        BuiltinTable.Value("join", Join),
        BuiltinTable.Value("ascii_downcase", (e, input) => Case(e, input, up: false)),
        BuiltinTable.Value("ascii_upcase", (e, input) => Case(e, input, up: true)),
        BuiltinTable.Value("explode", (e, input) => Explode(e, input)),
        BuiltinTable.Value("implode", (e, input) => Implode(e, input)),
        BuiltinTable.Value("ascii", (_, input) => input is JsonNumber { Value: >= 0 and < 128 } code
            ? new JsonString(((char)code.Value).ToString())
            : throw Values.Error(input, "is not the code of an ASCII character")),
    ];

    public static JsonArray Split(Evaluator e, string text, string separator)
    {
        e.Tick(text.Length / 16);
        e.Grow(text.Length);
        var parts = new JsonArrayBuilder();
        if (separator.Length == 0)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                e.Tick();
                parts.Add(new JsonString(rune.ToString()));
            }

            return parts.ToArray();
        }

        if (text.Length == 0)
        {
            return JsonArray.Empty;
        }

        var from = 0;
        while (true)
        {
            e.Tick();
            var at = text.IndexOf(separator, from, StringComparison.Ordinal);
            parts.Add(new JsonString(at < 0 ? text[from..] : text[from..at]));
            if (at < 0)
            {
                return parts.ToArray();
            }

            from = at + separator.Length;
        }
    }

    private static bool Starts(Json input, Json part) => (input, part) is (JsonString text, JsonString start)
        ? text.Value.StartsWith(start.Value, StringComparison.Ordinal)
        : throw Values.Error("startswith() requires string inputs");

    private static bool Ends(Json input, Json part) => (input, part) is (JsonString text, JsonString end)
        ? text.Value.EndsWith(end.Value, StringComparison.Ordinal)
        : throw Values.Error("endswith() requires string inputs");

    private static int Length(Json text) => ((JsonString)text).Value.Length;

    private static JsonString Cut(Evaluator e, Json input, int start, int end)
    {
        var text = ((JsonString)input).Value;
        e.Grow(text.Length - start - end);
        return new JsonString(text[start..^end]);
    }

    private static JsonString Trim(Evaluator e, Json input, bool start, bool end)
    {
        var text = input as JsonString ?? throw Values.Error("trim input must be a string");
        var (from, to) = (0, text.Value.Length);
        while (start && from < to && Texts.IsWhiteSpace(text.Value[from]))
        {
            from++;
        }

        while (end && to > from && Texts.IsWhiteSpace(text.Value[to - 1]))
        {
            to--;
        }

        e.Grow(to - from);
        return to - from == text.Value.Length ? text : new JsonString(text.Value[from..to]);
    }

    private static Json Join(Evaluator e, Json input, Json separator)
    {
        var items = input switch
        {
            JsonArray array => array.Span,
            JsonObject members => members.Values,
            _ => throw Values.NotIterable(input),
        };
        if (items.Length == 0)
        {
            return JsonString.Empty;
        }

        return Joined(e, items, separator switch
        {
            JsonString between => between.Value,
            JsonNull => "",
            _ when items.Length == 1 => "",
            _ => throw Values.Error(Piece(items[0], ""), separator, "cannot be added"),
        });
    }

    private static JsonString Joined(Evaluator e, ReadOnlySpan<Json> items, string separator)
    {
        var text = new StringBuilder();
        for (var i = 0; i < items.Length; i++)
        {
            e.Tick();
            var before = text.Length;
            text.Append(i == 0 ? "" : separator);
            text.Append(items[i] is JsonString piece ? piece.Value : Piece(items[i], text).Value);
            e.Grow(text.Length - before);
        }

        return new JsonString(text.ToString());
    }

    private static JsonString Piece(Json item, object before) => item switch
    {
        JsonString text => text,
        JsonNull => JsonString.Empty,
        JsonBoolean or JsonNumber => new JsonString(item.ToString()),
        _ => throw Values.Error(new JsonString(before.ToString()!), item, "cannot be added"),
    };

    private static JsonString Case(Evaluator e, Json input, bool up)
    {
        var text = input as JsonString ?? throw Values.Error("explode input must be a string");
        e.Grow(text.Value.Length);
        return new JsonString(string.Create(text.Value.Length, (text.Value, up), static (room, from) =>
        {
            for (var i = 0; i < room.Length; i++)
            {
                var c = from.Value[i];
                room[i] = from.up
                    ? char.IsAsciiLetterLower(c) ? (char)(c - 32) : c
                    : char.IsAsciiLetterUpper(c) ? (char)(c + 32) : c;
            }
        }));
    }

    private static JsonArray Explode(Evaluator e, Json input)
    {
        var text = input as JsonString ?? throw Values.Error("explode input must be a string");
        e.Grow(text.Value.Length);
        e.Tick(text.Value.Length);
        var points = new JsonArrayBuilder();
        foreach (var rune in text.Value.EnumerateRunes())
        {
            points.Add(JsonNumber.From(rune.Value));
        }

        return points.ToArray();
    }

    private static JsonString Implode(Evaluator e, Json input)
    {
        var points = input as JsonArray ?? throw Values.Error("implode input must be an array");
        e.Grow(points.Count);
        e.Tick(points.Count);
        var text = new StringBuilder(points.Count);
        foreach (var point in points.Span)
        {
            if (point is not JsonNumber number || double.IsNaN(number.Value))
            {
                throw Values.Error(point, "can't be imploded, unicode codepoint needs to be numeric");
            }

            var code = number.Value is > -1 and < 0x110000 ? (int)number.Value : -1;
            text.Append((Rune.IsValid(code) ? new Rune(code) : Rune.ReplacementChar).ToString());
        }

        return new JsonString(text.ToString());
    }
}
