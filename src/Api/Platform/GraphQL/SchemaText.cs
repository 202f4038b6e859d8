using GraphQL;
using GraphQL.Types;
using GraphQL.Utilities;

namespace Jarvis.Api.Platform.GraphQL;

/// <summary>The schema as text, in one order, so that the checked-in file can be compared.</summary>
public static class SchemaText
{
    public static string Of(ISchema schema) => schema.Print(new PrintOptions
    {
        StringComparison = StringComparison.Ordinal,
        IncludeDescriptions = true,
    }).ReplaceLineEndings("\n");
}
