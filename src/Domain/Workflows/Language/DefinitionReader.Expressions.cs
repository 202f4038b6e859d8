using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Expressions and the values that may hold them.</summary>
internal sealed partial class DefinitionReader
{
    /// <summary>The longest expression, in characters.</summary>
    private const int MaxExpressionCharacters = 32_768;

    /// <summary>An expression where the DSL takes one without <c>${ }</c> as well.</summary>
    private Expression? BareExpression(Spot spot, string name, Scope scope)
    {
        if (Fields.TextOf(spot, name, problems) is not { } text)
        {
            return null;
        }

        var (start, length) = Enclosed(text) ?? (0, text.Length);
        return Compile(spot, text.Substring(start, length), start, scope);
    }

    /// <summary>Where the expression lies in a text of the form <c>${ … }</c>; null for any other text.</summary>
    private static (int Start, int Length)? Enclosed(string text)
    {
        var trimmedStart = text.Length - text.AsSpan().TrimStart().Length;
        var trimmed = text.AsSpan().Trim();
        return trimmed is ['$', '{', .., '}'] ? (trimmedStart + 2, trimmed.Length - 3) : null;
    }

    private Expression? Compile(Spot spot, string expression, int offset, Scope scope)
    {
        var scalar = (ScalarNode)spot.Node;
        if (expression.Length > MaxExpressionCharacters)
        {
            problems.Add("language.too_large", $"The expression is {expression.Length:N0} characters long; {MaxExpressionCharacters:N0} are allowed.", spot);
            return null;
        }

        if (string.IsNullOrWhiteSpace(expression))
        {
            problems.Add("language.expression", $"The expression is empty. Write one, such as `{(language == ExpressionLanguage.Jq ? ".name" : "$.name")}`.", spot);
            return null;
        }

        var mentioned = ImmutableArray.CreateBuilder<string>();
        foreach (Match match in SecretMention().Matches(expression))
        {
            var name = match.Groups["name"].Value;
            mentioned.Add(name);
            if (!secrets.Contains(name))
            {
                var (atLine, atColumn) = ScalarPlace.Of(lines, scalar, offset + match.Index);
                problems.Add("language.unknown_reference", $"The secret `{name}` is not listed in `use.secrets`.{Suggestion.For(name, secrets)} Add it there.", atLine, atColumn, spot.Pointer);
            }
        }

        if (Expression.Compile(expression, language, scope.Names, mentioned.ToImmutable(), out var error) is { } compiled)
        {
            return compiled;
        }

        var place = ScalarPlace.Of(lines, scalar, Math.Min(offset + error.Position, scalar.Text.Length));
        problems.Add("language.expression", $"The expression `{Short(expression)}` cannot be used: {error.Message}{Advice(expression, error.Message, scope)}", place.Line, place.Column, spot.Pointer);
        return null;
    }

    /// <summary>What was probably meant, as a sentence with a stop and a space in front; empty where nobody can tell.</summary>
    private static string Advice(string expression, string reason, Scope scope)
    {
        if (UnknownVariable().Match(reason) is { Success: true } unknown)
        {
            var near = Suggestion.For($"${unknown.Groups["name"].Value}", scope.Names.Select(name => "$" + name));
            return near.Length > 0 ? "." + near : "";
        }

        return reason.Contains('&', StringComparison.Ordinal) || (reason.Contains('|', StringComparison.Ordinal) && expression.Contains("||", StringComparison.Ordinal))
            ? ". jq writes `and` and `or`"
            : "";
    }

    private static string Short(string expression)
    {
        var text = expression.Trim();
        return text.Length > 60 ? text[..60] + "…" : text;
    }

    /// <summary>Any value in which <c>${ … }</c> texts are expressions; null where one could not be compiled.</summary>
    private Template? Value(Spot spot, Scope scope)
    {
        switch (spot.Node)
        {
            case ScalarNode { Value: JsonString } scalar when Enclosed(scalar.Text) is var (start, length):
                return Compile(spot, scalar.Text.Substring(start, length), start, scope) is { } expression ? new Template.Computed(expression) : null;
            case ListNode list:
                var items = list.Items.Select((item, i) => Value(spot.Child(i, item), scope)).ToList();
                return items.Contains(null) ? null
                    : items.All(item => item is Template.Literal) ? new Template.Literal(list.ToJson())
                    : new Template.Array([.. items!]);
            case MapNode map:
                var members = map.Entries.Select(e => (Key: e.Key.Text, Value: Value(spot.Child(e.Key.Text, e.Value), scope))).ToList();
                return members.Any(m => m.Value is null) ? null
                    : members.All(m => m.Value is Template.Literal) ? new Template.Literal(map.ToJson())
                    : new Template.Object([.. members.Select(m => (m.Key, m.Value!))]);
            case ScalarNode { Value: JsonString { Value: var open } } when open.AsSpan().TrimStart() is ['$', '{', ..] && !open.Contains('}', StringComparison.Ordinal):
                problems.Add("language.expression", $"`{Short(open)}` begins as an expression and is not closed. End it with `}}`.", spot);
                return null;
            case ScalarNode { Value: JsonString { Value: var text } } when loose && text.Length is > 0 and <= MaxExpressionCharacters
                && Expression.Compile(text, language, scope.Names, [.. Secrets(text)], out _) is { } perhaps:
                return new Template.Loose(perhaps, spot.Node.ToJson());
            default:
                return new Template.Literal(spot.Node.ToJson());
        }
    }

    private static IEnumerable<string> Secrets(string expression) => SecretMention().Matches(expression).Select(match => match.Groups["name"].Value);

    /// <summary>A text or an expression.</summary>
    private Template? TextOrExpression(Spot spot, string name, Scope scope) =>
        Fields.TextOf(spot, name, problems) is null ? null : Value(spot, scope);

    private Template? MapOrExpression(Spot spot, string name, Scope scope)
    {
        if (spot.Node is MapNode || (spot.Node is ScalarNode { Value: JsonString s } && Enclosed(s.Value) is not null))
        {
            return Value(spot, scope);
        }

        problems.Add("language.wrong_type", $"`{name}` must be an object or an expression ${{ … }}, not {spot.Node.Described}.", spot);
        return null;
    }

    [GeneratedRegex(@"^\$(?<name>\w+) is not defined", RegexOptions.CultureInvariant)]
    private static partial Regex UnknownVariable();

    [GeneratedRegex("""\$secrets(?:\.(?<name>[A-Za-z_][A-Za-z0-9_]*)|\.?\["(?<name>[^"\\]{1,128})"\]|\."(?<name>[^"\\]{1,128})")""", RegexOptions.CultureInvariant)]
    private static partial Regex SecretMention();
}
