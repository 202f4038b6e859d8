using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using Jarvis.Domain.Platform;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>
/// The linear check right after parsing and before any validation rule. Every fragment is weighed once and remembered; sums saturate, so that
/// fragments that double each other cost no more to refuse than to read.
/// </summary>
public static class DocumentGuard
{
    private const long Saturated = long.MaxValue / 1024;

    /// <param name="Listings">Lists of a type's members within one another, as introspection has them.</param>
    private readonly record struct Weight(long Fields, int Depth, long Cost, int Listings);

    /// <summary>Parses and weighs a document.</summary>
    /// <param name="variables">Page sizes may be variables; a missing one counts as the largest page.</param>
    public static (GraphQLDocument? Document, Refusal? Refusal) Check(string text, IReadOnlyDictionary<string, object?>? variables)
    {
        if (text.Length > GraphQLLimits.DocumentCharacters)
        {
            return (null, TooLarge($"The document is longer than {GraphQLLimits.DocumentCharacters} characters."));
        }

        GraphQLDocument document;
        try
        {
            if (LookAtTokens(text) is { } refusal)
            {
                return (null, refusal);
            }

            document = Parser.Parse(text, new ParserOptions { MaxDepth = GraphQLLimits.ParseDepth, Ignore = IgnoreOptions.Comments });
        }
        catch (GraphQLMaxDepthExceededException)
        {
            return (null, TooLarge($"The document nests deeper than {GraphQLLimits.ParseDepth} levels."));
        }
        catch (GraphQLSyntaxErrorException e)
        {
            return (null, new Refusal("graphql.syntax", Cut($"Syntax error at {e.Location.Line}:{e.Location.Column}: {e.Description}")));
        }

        return Weigh(document, variables) is { } tooHeavy ? (null, tooHeavy) : (document, null);
    }

    private static Refusal TooLarge(string message) => new("graphql.too_complex", message);

    private static string Cut(string message) =>
        message.Length <= GraphQLLimits.ErrorMessageCharacters ? message : message[..GraphQLLimits.ErrorMessageCharacters];

    private static Refusal? LookAtTokens(string text)
    {
        var position = 0;
        for (var count = 0; count <= GraphQLLimits.Tokens; count++)
        {
            var token = Lexer.Lex(text, position);
            if (token.Kind == TokenKind.EOF)
            {
                return null;
            }

            // An escape stands for a whole character (section 2.9.4): half of one is no text, and no store takes it.
            if (token.Kind == TokenKind.STRING && HasHalfCharacter(token.Value.Span))
            {
                return new Refusal("graphql.syntax", "Syntax error: a string holds half a character (a surrogate without its other half).");
            }

            position = token.End;
        }

        return TooLarge($"The document has more than {GraphQLLimits.Tokens} tokens.");
    }

    private static bool HasHalfCharacter(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAnyInRange('\ud800', '\udfff'); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
            {
                continue;
            }

            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return true;
            }

            at++;
        }

        return false;
    }

    private static Refusal? Weigh(GraphQLDocument document, IReadOnlyDictionary<string, object?>? variables)
    {
        var fragments = new Dictionary<string, GraphQLFragmentDefinition>(StringComparer.Ordinal);
        var operations = new List<GraphQLOperationDefinition>();
        foreach (var definition in document.Definitions)
        {
            switch (definition)
            {
                case GraphQLFragmentDefinition fragment:
                    fragments.TryAdd(fragment.FragmentName.Name.StringValue, fragment);
                    break;
                case GraphQLOperationDefinition operation:
                    operations.Add(operation);
                    break;
                default:
                    return new Refusal("graphql.invalid_document", "Only operations and fragments can be executed.");
            }
        }

        if (operations.Count > GraphQLLimits.Operations || fragments.Count > GraphQLLimits.Fragments
            || operations.Any(operation => (operation.Variables?.Count ?? 0) > GraphQLLimits.VariablesPerOperation))
        {
            return TooLarge("The document has too many operations, fragments or variables.");
        }

        var scale = new Scale(fragments, variables);
        foreach (var definition in document.Definitions)
        {
            var (set, directives) = definition is GraphQLOperationDefinition operation
                ? (operation.SelectionSet, operation.Directives)
                : (((GraphQLFragmentDefinition)definition).SelectionSet, ((GraphQLFragmentDefinition)definition).Directives);
            if (scale.CountWritten(set, directives) is { } tooMuch)
            {
                return tooMuch;
            }
        }

        foreach (var operation in operations)
        {
            if (scale.Of(operation.SelectionSet) is not { } weight)
            {
                return new Refusal("graphql.invalid_document", "A fragment spreads itself.");
            }

            if (scale.RootFields(operation.SelectionSet) > GraphQLLimits.RootFields)
            {
                return TooLarge($"An operation has more than {GraphQLLimits.RootFields} fields at its root.");
            }

            if (weight.Fields > GraphQLLimits.FieldsSpread || weight.Cost > GraphQLLimits.Cost)
            {
                return TooLarge("The operation asks for too much: fewer fields, smaller pages or fewer nested lists are needed.");
            }

            if (weight.Depth > GraphQLLimits.Depth)
            {
                return TooLarge($"The operation nests deeper than {GraphQLLimits.Depth} fields.");
            }
        }

        return null;
    }

    private sealed class Scale(Dictionary<string, GraphQLFragmentDefinition> fragments, IReadOnlyDictionary<string, object?>? variables)
    {
        private readonly Dictionary<string, Weight> weighed = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> roots = new(StringComparer.Ordinal);
        private readonly HashSet<string> open = new(StringComparer.Ordinal);
        private int fields;
        private int aliases;
        private int directives;

        /// <summary>Counts what stands in the document, each node once.</summary>
        public Refusal? CountWritten(GraphQLSelectionSet set, GraphQLDirectives? ofDefinition)
        {
            directives += ofDefinition?.Count ?? 0;
            foreach (var node in set.Selections)
            {
                switch (node)
                {
                    case GraphQLField field:
                        fields++;
                        aliases += field.Alias is null ? 0 : 1;
                        directives += field.Directives?.Count ?? 0;
                        if (field.SelectionSet is { } inner && CountWritten(inner, null) is { } refusal)
                        {
                            return refusal;
                        }

                        break;
                    case GraphQLInlineFragment inline:
                        fields++;
                        if (CountWritten(inline.SelectionSet, inline.Directives) is { } ofInline)
                        {
                            return ofInline;
                        }

                        break;
                    case GraphQLFragmentSpread spread:
                        fields++;
                        directives += spread.Directives?.Count ?? 0;
                        break;
                }

                if (fields > GraphQLLimits.FieldsInDocument || aliases > GraphQLLimits.Aliases || directives > GraphQLLimits.Directives)
                {
                    return TooLarge("The document has too many fields, aliases or directives.");
                }
            }

            return directives > GraphQLLimits.Directives ? TooLarge("The document has too many directives.") : null;
        }

        /// <summary>The weight once spread; null where a fragment spreads itself.</summary>
        public Weight? Of(GraphQLSelectionSet set)
        {
            long total = 0, cost = 0;
            var (depth, listings) = (0, 0);
            foreach (var node in set.Selections)
            {
                Weight weight;
                switch (node)
                {
                    case GraphQLField field:
                        var inner = field.SelectionSet is { } selection ? Of(selection) : new Weight(0, 0, 0, 0);
                        if (inner is not { } below)
                        {
                            return null;
                        }

                        // The members of types of members of types are the schema times itself.
                        var isTooWide = below.Listings > 1 && (field.Name.Value == "__schema" || field.Name.Value == "__type");
                        weight = new Weight(
                            below.Fields + 1, below.Depth + 1, isTooWide ? Saturated : Math.Min(Saturated, 1 + (below.Cost * PageOf(field))), below.Listings + (IsListing(field) ? 1 : 0));
                        break;
                    case GraphQLInlineFragment inline when Of(inline.SelectionSet) is { } ofInline:
                        weight = ofInline;
                        break;
                    case GraphQLFragmentSpread spread when OfFragment(spread.FragmentName.Name.StringValue) is { } ofSpread:
                        weight = ofSpread;
                        break;
                    default:
                        return null;
                }

                total = Math.Min(Saturated, total + weight.Fields);
                cost = Math.Min(Saturated, cost + weight.Cost);
                depth = Math.Max(depth, weight.Depth);
                listings = Math.Max(listings, weight.Listings);
            }

            return new Weight(total, depth, cost, listings);
        }

        /// <summary>Fields at the root once fragments are spread. Called after <see cref="Of"/>, which has refused cycles.</summary>
        public long RootFields(GraphQLSelectionSet set)
        {
            long count = 0;
            foreach (var node in set.Selections)
            {
                count = Math.Min(Saturated, count + node switch
                {
                    GraphQLInlineFragment inline => RootFields(inline.SelectionSet),
                    GraphQLFragmentSpread spread => RootFieldsOf(spread.FragmentName.Name.StringValue),
                    _ => 1,
                });
            }

            return count;
        }

        private long RootFieldsOf(string name)
        {
            if (!roots.TryGetValue(name, out var count))
            {
                count = fragments.TryGetValue(name, out var fragment) ? RootFields(fragment.SelectionSet) : 0;
                roots[name] = count;
            }

            return count;
        }

        private Weight? OfFragment(string name)
        {
            if (weighed.TryGetValue(name, out var known))
            {
                return known;
            }

            // An unknown fragment weighs nothing here; validation names it.
            if (!fragments.TryGetValue(name, out var fragment))
            {
                return new Weight(0, 0, 0, 0);
            }

            if (!open.Add(name))
            {
                return null;
            }

            var weight = Of(fragment.SelectionSet);
            open.Remove(name);
            if (weight is { } known2)
            {
                weighed[name] = known2;
            }

            return weight;
        }

        // A page multiplies what is in it. A field that has edges or nodes below it is a page even where no size is given.
        private long PageOf(GraphQLField field)
        {
            long? asked = null;
            foreach (var argument in field.Arguments?.Items ?? [])
            {
                if (argument.Name.Value == "first" || argument.Name.Value == "last")
                {
                    var size = argument.Value switch
                    {
                        GraphQLIntValue number => long.TryParse(number.Value.Span, out var n) ? n : Saturated,
                        GraphQLVariable variable => variables?.GetValueOrDefault(variable.Name.StringValue) switch
                        {
                            int n => n,
                            long n => n,
                            _ => GraphQLLimits.PageMax,
                        },
                        _ => GraphQLLimits.PageDefault,
                    };
                    asked = Math.Max(asked ?? 0, Math.Clamp(size, 1, GraphQLLimits.PageMax));
                }
            }

            return asked ?? (IsPage(field) ? GraphQLLimits.PageDefault : 1);
        }

        private static bool IsListing(GraphQLField field) =>
            field.Name.Value == "fields" || field.Name.Value == "inputFields" || field.Name.Value == "interfaces" || field.Name.Value == "possibleTypes";

        private static bool IsPage(GraphQLField field) =>
            field.SelectionSet?.Selections.Any(node => node is GraphQLField inner && (inner.Name.Value == "edges" || inner.Name.Value == "nodes")) ?? false;
    }
}
