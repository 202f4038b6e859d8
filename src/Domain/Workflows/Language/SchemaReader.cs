using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Turns a JSON Schema into rules. Each place of the schema is read once, so that references may form cycles.</summary>
internal sealed class SchemaReader(Json source)
{
    internal static readonly ImmutableSortedSet<string> Checked =
    [
        "$ref", "type", "enum", "const", "properties", "patternProperties", "additionalProperties", "propertyNames", "required",
        "dependentRequired", "minProperties", "maxProperties", "items", "prefixItems", "contains", "minContains", "maxContains",
        "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
    ];

    private static readonly ImmutableSortedSet<string> Annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly",
        "writeOnly", "contentEncoding", "contentMediaType",
    ];

    private static readonly string[] TypeNames = ["null", "boolean", "object", "array", "number", "integer", "string"];

    private static readonly string[] Numeric =
    [
        "minProperties", "maxProperties", "minContains", "maxContains", "minItems", "maxItems", "minLength", "maxLength",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ];

    private readonly Dictionary<string, SchemaRule> known = new(StringComparer.Ordinal);

    public List<SchemaViolation> Problems { get; } = [];

    public SchemaRule Read() => Read(source, "", 0);

    private SchemaRule Read(Json schema, string pointer, int depth)
    {
        if (known.TryGetValue(pointer, out var rule))
        {
            return rule;
        }

        rule = known[pointer] = new SchemaRule();
        if (depth > JsonSchema.MaxDepth)
        {
            Problem(pointer, $"The schema nests deeper than {JsonSchema.MaxDepth} levels.");
            return rule;
        }

        switch (schema)
        {
            case JsonBoolean b:
                rule.Never = !b.Value;
                break;
            case JsonObject o:
                foreach (var (keyword, value) in o.Members)
                {
                    Keyword(rule, keyword, value, $"{pointer}/{JsonPointer.Escape(keyword)}", depth);
                }

                break;
            default:
                Problem(pointer, "A schema is an object, or true or false.");
                break;
        }

        return rule;
    }

    private void Keyword(SchemaRule rule, string keyword, Json value, string pointer, int depth)
    {
        if (Numeric.Contains(keyword))
        {
            if (value is JsonNumber n)
            {
                rule.Bounds[keyword] = n.Value;
            }
            else
            {
                Problem(pointer, $"`{keyword}` must be a number.");
            }

            return;
        }

        switch (keyword)
        {
            case "$ref": rule.Reference = Follow(value, pointer, depth); break;
            case "type": rule.Types = Types(value, pointer); break;
            case "enum": rule.Enum = value is JsonArray options ? options.Items : Wrong<ImmutableArray<Json>>(pointer, "`enum` must be a list."); break;
            case "const": rule.Const = value; break;
            case "default": rule.Default = value; break;
            case "properties":
                foreach (var (name, child) in Object(value, pointer))
                {
                    rule.Properties[name] = Read(child, $"{pointer}/{JsonPointer.Escape(name)}", depth + 1);
                }

                break;
            case "patternProperties":
                foreach (var (name, child) in Object(value, pointer))
                {
                    if (Compile(name, pointer) is { } pattern)
                    {
                        rule.PatternProperties.Add((pattern, Read(child, $"{pointer}/{JsonPointer.Escape(name)}", depth + 1)));
                    }
                }

                break;
            case "additionalProperties": rule.AdditionalProperties = Read(value, pointer, depth + 1); break;
            case "propertyNames": rule.PropertyNames = Read(value, pointer, depth + 1); break;
            case "required": rule.Required = Strings(value, pointer); break;
            case "dependentRequired":
                foreach (var (name, child) in Object(value, pointer))
                {
                    rule.DependentRequired[name] = Strings(child, $"{pointer}/{JsonPointer.Escape(name)}");
                }

                break;
            case "items": rule.Items = Read(value, pointer, depth + 1); break;
            case "prefixItems": rule.PrefixItems = List(value, pointer, depth); break;
            case "contains": rule.Contains = Read(value, pointer, depth + 1); break;
            case "uniqueItems": rule.UniqueItems = value is JsonBoolean { Value: true }; break;
            case "pattern": rule.Pattern = value is JsonString p ? Compile(p.Value, pointer) : Wrong<Regex?>(pointer, "`pattern` must be text."); break;
            case "format": rule.Format = value is JsonString f ? f.Value : Wrong<string?>(pointer, "`format` must be text."); break;
            case "allOf": rule.AllOf = List(value, pointer, depth); break;
            case "anyOf": rule.AnyOf = List(value, pointer, depth); break;
            case "oneOf": rule.OneOf = List(value, pointer, depth); break;
            case "not": rule.Not = Read(value, pointer, depth + 1); break;
            case "if": rule.If = Read(value, pointer, depth + 1); break;
            case "then": rule.Then = Read(value, pointer, depth + 1); break;
            case "else": rule.Else = Read(value, pointer, depth + 1); break;
            default:
                if (!Annotations.Contains(keyword) && !keyword.StartsWith("x-", StringComparison.Ordinal))
                {
                    Problem(pointer, $"The schema keyword `{keyword}` is not supported.{Suggestion.For(keyword, [.. Checked, .. Annotations])}");
                }

                break;
        }
    }

    private SchemaRule? Follow(Json value, string pointer, int depth)
    {
        if (value is not JsonString { Value: ['#', ..] } reference)
        {
            Problem(pointer, "`$ref` must point into this schema (`#/$defs/…`); other documents are not fetched.");
            return null;
        }

        if (JsonPointer.Follow(source, reference.Value) is not { } target)
        {
            Problem(pointer, $"`$ref: {reference.Value}` points to nothing in this schema.");
            return null;
        }

        return Read(target, reference.Value[1..], depth + 1);
    }

    private ImmutableArray<string> Types(Json value, string pointer)
    {
        var names = value is JsonString single ? [single.Value] : Strings(value, pointer);
        foreach (var name in names.Where(name => !TypeNames.Contains(name)))
        {
            Problem(pointer, $"`{name}` is no JSON type; there are {string.Join(", ", TypeNames)}.");
        }

        return names;
    }

    private ImmutableArray<string> Strings(Json value, string pointer) =>
        value is JsonArray list && list.Items.All(item => item is JsonString)
            ? [.. list.Items.Select(item => ((JsonString)item).Value)]
            : Wrong<ImmutableArray<string>>(pointer, "This must be a list of texts.", []);

    private ImmutableArray<SchemaRule> List(Json value, string pointer, int depth) =>
        value is JsonArray list
            ? [.. list.Items.Select((item, i) => Read(item, $"{pointer}/{i}", depth + 1))]
            : Wrong<ImmutableArray<SchemaRule>>(pointer, "This must be a list of schemas.", []);

    private IEnumerable<KeyValuePair<string, Json>> Object(Json value, string pointer) =>
        value is JsonObject o ? o.Members : Wrong<IEnumerable<KeyValuePair<string, Json>>>(pointer, "This must be an object.", []);

    private Regex? Compile(string pattern, string pointer)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            Problem(pointer, $"The pattern cannot be used: {e.Message} (look-around and back-references are not supported).");
            return null;
        }
    }

    private T Wrong<T>(string pointer, string message, T value = default!)
    {
        Problem(pointer, message);
        return value;
    }

    private void Problem(string pointer, string message) => Problems.Add(new SchemaViolation(pointer, message));
}
