using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Jq.Evaluation;

namespace Jarvis.Domain.Workflows.Jq.Builtins;

/// <summary>
/// Regular expressions, in .NET's syntax, which has nearly all of the Perl syntax that jq's library reads. Those that can be
/// matched in time linear in the text are; the others end after a second.
/// </summary>
internal static partial class Regexes
{
    public static readonly Builtin[] Functions =
    [
        new("test", 1, (a, _) => new ValueNode1(a[0], (e, input, value) => { var (re, flags) = Split(value); return Test(e, input, re, flags); })),
        BuiltinTable.Values("test", 2, (e, input, v) => Test(e, input, v[0], v[1])),
        new("match", 1, (a, _) => new StreamNode(a, firstIsSlowest: true, (e, input, v, sink) => { var (re, flags) = Split(v[0]); return Match(e, input, re, flags, sink); })),
        new("match", 2, (a, _) => new StreamNode(a, firstIsSlowest: false, (e, input, v, sink) => Match(e, input, v[0], v[1], sink))),
        new("capture", 1, (a, _) => new StreamNode(a, firstIsSlowest: true, (e, input, v, sink) => { var (re, flags) = Split(v[0]); return Capture(e, input, re, flags, sink); })),
        new("capture", 2, (a, _) => new StreamNode(a, firstIsSlowest: false, (e, input, v, sink) => Capture(e, input, v[0], v[1], sink))),
        new("scan", 1, (a, _) => new StreamNode(a, firstIsSlowest: true, (e, input, v, sink) => Scan(e, input, v[0], Json.Null, sink))),
        new("scan", 2, (a, _) => new StreamNode(a, firstIsSlowest: true, (e, input, v, sink) => Scan(e, input, v[0], v[1], sink))),
        BuiltinTable.Values("split", 2, (e, input, v) => JsonArray.Wrap([.. Pieces(e, input, v[0], v[1])]), firstIsSlowest: true),
        new("splits", 1, (a, _) => new StreamNode(a, firstIsSlowest: true, (e, input, v, sink) => Pieces(e, input, v[0], Json.Null).All(sink.Accept))),
        new("splits", 2, (a, _) => new StreamNode(a, firstIsSlowest: true, (e, input, v, sink) => Pieces(e, input, v[0], v[1]).All(sink.Accept))),
        new("sub", 2, (a, _) => new SubstituteNode(a[0], a[1], new ConstantNode(JsonString.Empty), everywhere: false)),
        new("sub", 3, (a, _) => new SubstituteNode(a[0], a[1], a[2], everywhere: false)),
        new("gsub", 2, (a, _) => new SubstituteNode(a[0], a[1], new ConstantNode(JsonString.Empty), everywhere: true)),
        new("gsub", 3, (a, _) => new SubstituteNode(a[0], a[1], a[2], everywhere: true)),
    ];

    /// <summary>Expressions that are kept compiled.</summary>
    private const int MaxKept = 256;

    /// <summary>Longest expression, in characters.</summary>
    private const int MaxLength = 10_000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    private static readonly JsonKeys MatchShape = new(["offset", "length", "string", "captures"]);
    private static readonly JsonKeys CaptureShape = new(["offset", "length", "string", "name"]);

    private static readonly ConcurrentDictionary<(string, RegexOptions), Regex> Kept = new();

    /// <summary>Every match of an expression in a text; at the places where jq's library finds them.</summary>
    public static IEnumerable<Match> Matches(Evaluator e, string text, Json expression, Json flags, bool everywhere)
    {
        var (regex, all, notEmpty) = Compile(expression, flags);
        var at = 0;
        while (at <= text.Length)
        {
            e.Tick(1 + (text.Length / 16));
            var match = Find(regex, text, at);
            if (!match.Success)
            {
                yield break;
            }

            if (match.Length > 0 || !notEmpty)
            {
                yield return match;
                if (!all && !everywhere)
                {
                    yield break;
                }
            }

            // An empty match moves on by one code point.
            at = match.Length > 0
                ? match.Index + match.Length
                : match.Index + (match.Index + 1 < text.Length && char.IsSurrogatePair(text, match.Index) ? 2 : 1);
        }
    }

    public static JsonObject Captures(Match match)
    {
        var captures = JsonObject.Empty;
        foreach (var group in Groups(match))
        {
            if (Name(group) is { } name)
            {
                captures = captures.With(name, group.Success ? new JsonString(group.Value) : Json.Null);
            }
        }

        return captures;
    }

    private static IEnumerable<Group> Groups(Match match) => match.Groups.Values.Skip(1);

    private static string? Name(Group group) => char.IsAsciiDigit(group.Name[0]) ? null : group.Name;

    private static (Json Expression, Json Flags) Split(Json value) => value switch
    {
        JsonString => (value, Json.Null),
        JsonArray { Count: > 1 } array => (array[0], array[1]),
        JsonArray { Count: 1 } array => (array[0], Json.Null),
        _ => throw Values.Error($"{Values.KindName(value)} not a string or array"),
    };

    private static string Text(Json input) =>
        input is JsonString text ? text.Value : throw Values.Error(input, "cannot be matched, as it is not a string");

    private static Json Test(Evaluator e, Json input, Json expression, Json flags) =>
        Json.Of(Matches(e, Text(input), expression, flags, everywhere: false).Any());

    private static bool Match(Evaluator e, Json input, Json expression, Json flags, Sink sink)
    {
        var text = Text(input);
        foreach (var match in Matches(e, text, expression, flags, everywhere: false))
        {
            if (!sink.Accept(Described(e, text, match)))
            {
                return false;
            }
        }

        return true;
    }

    private static JsonObject Described(Evaluator e, string text, Match match)
    {
        var captures = new JsonArrayBuilder();
        foreach (var group in Groups(match))
        {
            captures.Add(new JsonObject(
                CaptureShape,
                [
                    JsonNumber.From(group.Success ? Texts.Length(text.AsSpan(0, group.Index)) : -1),
                    JsonNumber.From(group.Success ? Texts.Length(group.ValueSpan) : 0),
                    group.Success ? new JsonString(group.Value) : Json.Null,
                    Name(group) ?? Json.Null,
                ],
                4));
        }

        e.Grow(match.Length + 4 + (captures.Count * 4L));
        return new JsonObject(
            MatchShape,
            [
                JsonNumber.From(Texts.Length(text.AsSpan(0, match.Index))),
                JsonNumber.From(Texts.Length(match.ValueSpan)),
                new JsonString(match.Value),
                captures.ToArray(),
            ],
            4);
    }

    private static bool Capture(Evaluator e, Json input, Json expression, Json flags, Sink sink)
    {
        foreach (var match in Matches(e, Text(input), expression, flags, everywhere: false))
        {
            e.Grow(match.Length);
            if (!sink.Accept(Captures(match)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Scan(Evaluator e, Json input, Json expression, Json flags, Sink sink)
    {
        foreach (var match in Matches(e, Text(input), expression, flags, everywhere: true))
        {
            e.Grow(match.Length + 1);
            Json found = match.Groups.Count == 1
                ? new JsonString(match.Value)
                : JsonArray.Wrap([.. Groups(match).Select(g => g.Success ? new JsonString(g.Value) : Json.Null)]);
            if (!sink.Accept(found))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<Json> Pieces(Evaluator e, Json input, Json expression, Json flags)
    {
        var text = Text(input);
        var from = 0;
        foreach (var match in Matches(e, text, expression, flags, everywhere: true))
        {
            e.Grow(match.Index - from + 1);
            yield return new JsonString(text[from..match.Index]);
            from = match.Index + match.Length;
        }

        e.Grow(text.Length - from + 1);
        yield return new JsonString(text[from..]);
    }

    private static Match Find(Regex regex, string text, int at)
    {
        try
        {
            return regex.Match(text, at);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new JqLimitException(JqLimit.Matching, $"The regular expression takes longer than {MaxTime.TotalSeconds} s on its text");
        }
    }

    private static (Regex Regex, bool All, bool NotEmpty) Compile(Json expression, Json flags)
    {
        if (expression is not JsonString pattern)
        {
            throw Values.Error(expression, "is not a string");
        }

        var options = RegexOptions.CultureInvariant;
        var (all, notEmpty) = (false, false);
        if (flags is not (JsonNull or JsonString))
        {
            throw Values.Error(flags, "is not a string");
        }

        foreach (var flag in (flags as JsonString)?.Value ?? "")
        {
            switch (flag)
            {
                case 'g': all = true; break;
                case 'n': notEmpty = true; break;
                case 'i': options |= RegexOptions.IgnoreCase; break;
                case 'x': options |= RegexOptions.IgnorePatternWhitespace; break;

                // What its library calls multi-line is that the dot matches a line's end; its ^ and $ always do both.
                case 'm' or 'p': options |= RegexOptions.Singleline; break;
                case 's' or 'l': break;
                default: throw Values.Error($"{((JsonString)flags).Value} is not a valid modifier string");
            }
        }

        if (pattern.Value.Length > MaxLength)
        {
            throw Values.Error("Regex failure: too long");
        }

        if (Kept.TryGetValue((pattern.Value, options), out var kept))
        {
            return (kept, all, notEmpty);
        }

        var regex = Build(pattern.Value, options);
        if (Kept.Count >= MaxKept)
        {
            Kept.Clear();
        }

        Kept[(pattern.Value, options)] = regex;
        return (regex, all, notEmpty);
    }

    private static Regex Build(string pattern, RegexOptions options)
    {
        var translated = Translate(pattern);
        try
        {
            return new Regex(translated, options | RegexOptions.NonBacktracking, MaxTime);
        }
        catch (NotSupportedException)
        {
            // Look-around, back references and the like need the other engine, with the clock as its bound.
            return new Regex(translated, options, MaxTime);
        }
        catch (ArgumentException exception)
        {
            throw Values.Error($"Regex failure: {exception.Message}");
        }
    }

    /// <summary>What Perl's syntax has and .NET's spells otherwise: \h is a hexadecimal digit, \Z and $ end before a last line's end.</summary>
    private static string Translate(string pattern) => pattern.Contains("\\h", StringComparison.OrdinalIgnoreCase) || pattern.Contains("[[:", StringComparison.Ordinal)
        ? PosixClass().Replace(
            HexDigit().Replace(pattern, m => m.Value[^1] == 'h' ? m.Groups[1].Value + "[0-9a-fA-F]" : m.Groups[1].Value + "[^0-9a-fA-F]"),
            m => m.Groups[1].Value switch
            {
                "alpha" => "\\p{L}",
                "digit" => "\\d",
                "alnum" => "\\p{L}\\p{N}",
                "upper" => "\\p{Lu}",
                "lower" => "\\p{Ll}",
                "space" => "\\s",
                "punct" => "\\p{P}\\p{S}",
                "xdigit" => "0-9a-fA-F",
                "word" => "\\w",
                "blank" => " \\t",
                "cntrl" => "\\p{Cc}",
                _ => m.Value,
            })
        : pattern;

    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)\\[hH]")]
    private static partial Regex HexDigit();

    [GeneratedRegex(@"\[:([a-z]+):\]")]
    private static partial Regex PosixClass();
}
