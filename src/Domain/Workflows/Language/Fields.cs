using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>The properties of one object of the source, read by name; those nobody asked for are problems.</summary>
internal sealed class Fields
{
    private const char NoBreakSpace = '\u00A0';

    private readonly Dictionary<string, Spot> byName = new(StringComparer.Ordinal);
    private readonly ProblemList problems;

    private Fields(Spot spot, ProblemList problems)
    {
        Spot = spot;
        this.problems = problems;
    }

    public Spot Spot { get; }

    public Spot? this[string name] => byName.TryGetValue(name, out var spot) ? spot : null;

    public IReadOnlyDictionary<string, Spot> All => byName;

    /// <summary>The object's properties; null, with a problem, where it is no object.</summary>
    /// <param name="what">What the object is, for messages: "A task", "`document`".</param>
    /// <param name="known">The names allowed; null for any.</param>
    /// <param name="refused">Names of the DSL that Jarvis does not support yet.</param>
    /// <param name="fix">How to write it, for one that is no object.</param>
    public static Fields? Of(
        Spot spot, ProblemList problems, string what, IReadOnlyCollection<string>? known, IReadOnlyCollection<string>? refused = null, string? fix = null)
    {
        if (spot.Node is not MapNode map)
        {
            problems.Add("language.wrong_type", $"{what} must be an object, not {spot.Node.Described}.{(fix is null ? "" : $" Write `{fix}`.")}", spot);
            return null;
        }

        var fields = new Fields(spot, problems);
        foreach (var (key, value) in map.Entries)
        {
            fields.byName[key.Text] = spot.Child(key.Text, value);
            if (refused is not null && refused.Contains(key.Text))
            {
                problems.Add("language.not_supported", $"`{key.Text}` is part of the DSL here, but Jarvis does not support it yet. {Instead.Of(key.Text)}",
                    key.Line, key.Column, spot.Child(key.Text, key).Pointer);
            }
            else if (known is not null && !known.Contains(key.Text))
            {
                var suggestion = Suggestion.For(key.Text, known);
                problems.Add("language.unknown_property",
                    $"{what} has no property `{key.Text}`.{(suggestion.Length > 0 ? suggestion : $" It can have {string.Join(", ", known.Distinct())}.")}{(key.Text.Contains(NoBreakSpace, StringComparison.Ordinal) ? " It begins with a no-break space; indent with plain ones." : "")}",
                    key.Line, key.Column, spot.Child(key.Text, key).Pointer);
            }
        }

        return fields;
    }

    public Spot? Required(string name, string what)
    {
        if (this[name] is { } spot)
        {
            return spot;
        }

        problems.Add("language.missing", $"{what} must have `{name}`.", Spot.Node.Line, Spot.Node.Column, Spot.Pointer);
        return null;
    }

    /// <summary>A text; null where it is absent or, with a problem, something else.</summary>
    public string? Text(string name) => this[name] is { } spot ? TextOf(spot, name, problems) : null;

    public string? RequiredText(string name, string what) => Required(name, what) is { } spot ? TextOf(spot, name, problems) : null;

    public bool? Boolean(string name)
    {
        if (this[name] is not { } spot)
        {
            return null;
        }

        if (spot.Node is ScalarNode { Value: JsonBoolean b })
        {
            return b.Value;
        }

        problems.Add("language.wrong_type", $"`{name}` must be true or false, not {spot.Node.Described}.", spot);
        return null;
    }

    public int? Integer(string name, int least, int most)
    {
        if (this[name] is not { } spot)
        {
            return null;
        }

        if (spot.Node is ScalarNode { Value: JsonNumber n } && n.Value == Math.Truncate(n.Value) && n.Value >= least && n.Value <= most)
        {
            return (int)n.Value;
        }

        problems.Add("language.wrong_type", $"`{name}` must be a whole number from {least} to {most}.", spot);
        return null;
    }

    /// <summary>One of a few words, as an enumeration of the same names.</summary>
    public T? Word<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (text == Spelling(value.ToString()))
            {
                return value;
            }
        }

        var words = Enum.GetNames<T>().Select(Spelling).ToArray();
        problems.Add("language.invalid_value", $"`{name}: {text}` is none of {string.Join(", ", words)}.{Suggestion.For(text, words)}", this[name]!);
        return null;
    }

    /// <summary>The DSL writes its words in lower case.</summary>
    private static string Spelling(string name) => name.ToLowerInvariant();

    public static string? TextOf(Spot spot, string name, ProblemList problems)
    {
        switch (spot.Node)
        {
            case ScalarNode { Value: JsonString s }:
                return s.Value;
            case ScalarNode { Value: JsonNumber or JsonBoolean } scalar:
                problems.Add("language.wrong_type", $"`{name}` must be text, not {scalar.Described}. Put it in quotes: '{scalar.Text}'.", spot);
                return null;
            default:
                problems.Add("language.wrong_type", $"`{name}` must be text, not {spot.Node.Described}.", spot);
                return null;
        }
    }
}
