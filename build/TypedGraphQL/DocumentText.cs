using System.Text;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Jarvis.TypedGraphQL;

/// <summary>An operation with the fragments it uses as it is sent: on one line, and with the type's name wherever the answer may be of several.</summary>
public sealed class DocumentText(ISchema schema, IReadOnlyDictionary<string, KnownFragment> fragments, SourceDocument document)
{
    private SourceDocument source = document;

    private readonly StringBuilder text = new();
    private readonly List<string> used = [];

    public string Of(GraphQLOperationDefinition operation, IGraphType root)
    {
        text.Append(operation.Operation.ToString().ToLowerInvariant()).Append(' ').Append(operation.Name!.StringValue);
        if (operation.Variables is { Items.Count: > 0 } variables)
        {
            text.Append('(').AppendJoin(",", variables.Items.Select(Print)).Append(')');
        }

        Selection(operation.SelectionSet, root);
        for (var i = 0; i < used.Count; i++)
        {
            var fragment = fragments[used[i]].Fragment;
            source = fragments[used[i]].Document;
            var condition = fragment.TypeCondition.Type.Name.StringValue;
            text.Append(" fragment ").Append(used[i]).Append(" on ").Append(condition);
            Selection(fragment.SelectionSet, schema.AllTypes[condition]!);
        }

        return text.ToString();
    }

    private void Selection(GraphQLSelectionSet set, IGraphType type)
    {
        text.Append('{');
        if (type is IAbstractGraphType && !set.Selections.OfType<GraphQLField>().Any(field => field.Name.StringValue == "__typename"))
        {
            text.Append("__typename ");
        }

        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case GraphQLField field:
                    Field(field, type);
                    break;
                case GraphQLFragmentSpread spread:
                    var name = spread.FragmentName.Name.StringValue;
                    text.Append("...").Append(name).Append(Directives(spread.Directives)).Append(' ');
                    if (!used.Contains(name))
                    {
                        used.Add(name);
                    }

                    break;
                case GraphQLInlineFragment inline:
                    text.Append("...");
                    if (inline.TypeCondition is not null)
                    {
                        text.Append("on ").Append(inline.TypeCondition.Type.Name.StringValue);
                    }

                    text.Append(Directives(inline.Directives));
                    Selection(inline.SelectionSet, inline.TypeCondition is null ? type : schema.AllTypes[inline.TypeCondition.Type.Name.StringValue]!);
                    break;
            }
        }

        text.Append('}');
    }

    private void Field(GraphQLField field, IGraphType type)
    {
        if (field.Alias is not null)
        {
            text.Append(field.Alias.Name.StringValue).Append(':');
        }

        text.Append(field.Name.StringValue);
        if (field.Arguments is { Items.Count: > 0 } arguments)
        {
            text.Append('(').AppendJoin(",", arguments.Items.Select(Print)).Append(')');
        }

        text.Append(Directives(field.Directives));
        if (field.SelectionSet is null)
        {
            text.Append(' ');
            return;
        }

        var inside = ((IComplexGraphType)type).GetField(field.Name.StringValue)!.ResolvedType!;
        Selection(field.SelectionSet, Bare(inside));
    }

    private string Directives(GraphQLDirectives? directives) =>
        directives is null ? "" : " " + string.Join(' ', directives.Items.Select(Print));

    /// <summary>Values and types as they were written.</summary>
    private string Print(ASTNode node) => source.Text[node.Location.Start..node.Location.End].ReplaceLineEndings(" ").Trim();

    private static IGraphType Bare(IGraphType type) => type switch
    {
        NonNullGraphType nonNull => Bare(nonNull.ResolvedType!),
        ListGraphType list => Bare(list.ResolvedType!),
        _ => type,
    };
}
