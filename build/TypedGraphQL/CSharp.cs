using System.Globalization;
using System.Text;
using GraphQL.Types;

namespace Jarvis.TypedGraphQL;

/// <summary>How GraphQL's types and names read in C#.</summary>
public static class CSharp
{
    private static readonly Dictionary<string, (string Type, string Read, string Write)> Scalars = new(StringComparer.Ordinal)
    {
        ["Int"] = ("int", "{0}.GetInt32()", "writer.WriteNumberValue({0})"),
        ["Float"] = ("double", "{0}.GetDouble()", "writer.WriteNumberValue({0})"),
        ["String"] = ("string", "{0}.GetString()!", "writer.WriteStringValue({0})"),
        ["ID"] = ("string", "{0}.GetString()!", "writer.WriteStringValue({0})"),
        ["Boolean"] = ("bool", "{0}.GetBoolean()", "writer.WriteBooleanValue({0})"),
        ["Cursor"] = ("string", "{0}.GetString()!", "writer.WriteStringValue({0})"),
        ["UUID"] = ("global::System.Guid", "{0}.GetGuid()", "writer.WriteStringValue({0})"),
        ["DateTime"] = ("global::System.DateTimeOffset", "{0}.GetDateTimeOffset()", "writer.WriteStringValue({0})"),
        ["Date"] = ("global::System.DateOnly", "global::Jarvis.Client.Platform.Wire.Date({0})", "global::Jarvis.Client.Platform.Wire.Write(writer, {0})"),
        ["Position"] = ("global::Jarvis.Client.Platform.Position", "global::Jarvis.Client.Platform.Position.Read({0})", "{0}.Write(writer)"),
        ["MinorUnits"] = ("global::Jarvis.Client.Platform.MinorUnits", "global::Jarvis.Client.Platform.MinorUnits.Read({0})", "{0}.Write(writer)"),
        ["JSON"] = ("global::System.Text.Json.JsonElement", "{0}.Clone()", "{0}.WriteTo(writer)"),
    };

    public const string SchemaNamespace = "global::Jarvis.Client.Schema.";

    public static string Pascal(string name)
    {
        if (name.All(c => char.IsUpper(c) || char.IsDigit(c) || c == '_'))
        {
            return string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => part[..1] + part[1..].ToLower(CultureInfo.InvariantCulture)));
        }

        var trimmed = name.TrimStart('_');
        return char.ToUpper(trimmed[0], CultureInfo.InvariantCulture) + trimmed[1..];
    }

    public static bool IsKnownScalar(string name) => Scalars.ContainsKey(name);

    /// <summary>The C# type of a leaf, without its nullability.</summary>
    public static string Leaf(IGraphType type) => type is EnumerationGraphType ? SchemaNamespace + type.Name : Scalars[type.Name].Type;

    public static string ReadLeaf(IGraphType type, string element) =>
        type is EnumerationGraphType ? $"{SchemaNamespace}{type.Name}Names.Read({element})" : Fill(Scalars[type.Name].Read, element);

    public static string WriteLeaf(IGraphType type, string value) =>
        type is EnumerationGraphType ? $"writer.WriteStringValue({SchemaNamespace}{type.Name}Names.Of({value}))" : Fill(Scalars[type.Name].Write, value);

    /// <summary>The type of a variable or an input's field.</summary>
    public static string Input(IGraphType type) => type switch
    {
        NonNullGraphType nonNull => Input(nonNull.ResolvedType!).TrimEnd('?'),
        ListGraphType list => $"global::System.Collections.Generic.IReadOnlyList<{Input(list.ResolvedType!)}>?",
        IInputObjectGraphType => SchemaNamespace + type.Name + "?",
        _ => Leaf(type) + "?",
    };

    /// <summary>A statement that writes one value, which is not null.</summary>
    public static string WriteInput(IGraphType type, string value, int depth = 0) => type switch
    {
        NonNullGraphType nonNull => WriteInput(nonNull.ResolvedType!, value, depth),
        ListGraphType list =>
            $"writer.WriteStartArray(); foreach (var item{depth} in {value}) {{ {WriteItem(list.ResolvedType!, "item" + depth, depth + 1)} }} writer.WriteEndArray()",
        IInputObjectGraphType => $"{value}.Write(writer)",
        _ => WriteLeaf(type, value),
    };

    private static string WriteItem(IGraphType type, string item, int depth) => type is NonNullGraphType
        ? WriteInput(type, item, depth) + ";"
        : $"if ({item} is {{ }} some{depth}) {{ {WriteInput(type, "some" + depth, depth)}; }} else {{ writer.WriteNullValue(); }}";

    /// <summary>The members of an input or of an operation's variables, and the method that writes them. What is null is left out.</summary>
    public static void Members(StringBuilder code, string indent, IEnumerable<(string Name, IGraphType Type, bool HasDefault)> fields, string writeHeader)
    {
        var known = fields.ToList();
        foreach (var (name, type, hasDefault) in known)
        {
            var required = type is NonNullGraphType && !hasDefault;
            var written = Input(type);
            code.Append(indent).Append("public ").Append(required ? "required " : "").Append(!required && !written.EndsWith('?') ? written + "?" : written)
                .Append(' ').Append(Pascal(name)).Append(" { get; set; }\n\n");
        }

        code.Append(indent).Append(writeHeader).Append('\n').Append(indent).Append("{\n");
        code.Append(indent).Append("    writer.WriteStartObject();\n");
        foreach (var (name, type, hasDefault) in known)
        {
            var write = $"writer.WritePropertyName(\"{name}\"); ";
            code.Append(indent).Append("    ").Append(type is NonNullGraphType && !hasDefault
                ? write + WriteInput(type, Pascal(name)) + ";"
                : $"if ({Pascal(name)} is {{ }} {Local(name)}) {{ {write}{WriteInput(type, Local(name))}; }}").Append('\n');
        }

        code.Append(indent).Append("    writer.WriteEndObject();\n").Append(indent).Append("}\n");
    }

    public static string Literal(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal) + "\"";

    private static string Local(string name) => "given" + Pascal(name);

    private static string Fill(string pattern, string value) => pattern.Replace("{0}", value, StringComparison.Ordinal);
}
