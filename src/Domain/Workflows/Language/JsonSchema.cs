using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>Where a value breaks its schema.</summary>
/// <param name="Pointer">JSON Pointer into the value; empty for the value itself.</param>
public sealed record SchemaViolation(string Pointer, string Message);

/// <summary>
/// A compiled JSON Schema (draft 2020-12): the assertions, applicators and local references that <see cref="Keywords"/> lists;
/// any other keyword but the annotations is refused when the schema is read, so that nothing is silently not checked.
/// Patterns run without backtracking. Depth and the number of violations are bounded.
/// </summary>
public sealed class JsonSchema
{
    /// <summary>The deepest nesting that is checked, in schema applications.</summary>
    public const int MaxDepth = 200;

    /// <summary>The most violations that are told about one value.</summary>
    public const int MaxViolations = 50;

    private readonly SchemaRule root;

    private JsonSchema(SchemaRule root, Json source)
    {
        this.root = root;
        Source = source;
    }

    /// <summary>The schema as it was written.</summary>
    public Json Source { get; }

    /// <summary>The keywords that are checked.</summary>
    public static IReadOnlyCollection<string> Keywords => SchemaReader.Checked;

    /// <summary>Compiles a schema; what is wrong with it comes as pointers into the schema.</summary>
    public static JsonSchema? Compile(Json source, out IReadOnlyList<SchemaViolation> problems)
    {
        var reader = new SchemaReader(source);
        var root = reader.Read();
        problems = reader.Problems;
        return problems.Count == 0 ? new JsonSchema(root, source) : null;
    }

    /// <summary>Everything about the value that breaks the schema; empty when it fits.</summary>
    public IReadOnlyList<SchemaViolation> Check(Json value)
    {
        var violations = new List<SchemaViolation>();
        new SchemaCheck(violations).Apply(root, value, "", 0);
        return violations;
    }

    /// <summary>The value with <c>default</c>s of absent properties put in, wherever <c>properties</c> leads.</summary>
    public Json WithDefaults(Json value) => Complete(root, value, 0);

    /// <summary>The rule of one property, where the schema names it directly; for checking literal arguments one by one.</summary>
    public IReadOnlyList<SchemaViolation> CheckProperty(string name, Json value)
    {
        var violations = new List<SchemaViolation>();
        if (root.Resolved.Properties.TryGetValue(name, out var rule))
        {
            new SchemaCheck(violations).Apply(rule, value, "", 0);
        }

        return violations;
    }

    /// <summary>Names of the properties that the schema describes at its root.</summary>
    public IReadOnlyCollection<string> PropertyNames => root.Resolved.Properties.Keys;

    /// <summary>Names of the properties that the schema requires at its root.</summary>
    public ImmutableArray<string> RequiredNames => root.Resolved.Required;

    /// <summary>Whether properties that it does not describe are refused at its root.</summary>
    public bool IsClosed => root.Resolved.AdditionalProperties is { Never: true };

    private static Json Complete(SchemaRule rule, Json value, int depth)
    {
        rule = rule.Resolved;
        if (depth > MaxDepth)
        {
            return value;
        }

        switch (value)
        {
            case JsonObject o:
                foreach (var (name, property) in rule.Properties)
                {
                    if (o.TryGet(name, out var present))
                    {
                        var completed = Complete(property, present, depth + 1);
                        o = ReferenceEquals(completed, present) ? o : o.With(name, completed);
                    }
                    else if (property.Resolved.Default is { } standard)
                    {
                        o = o.With(name, standard);
                    }
                }

                foreach (var part in rule.AllOf)
                {
                    o = (JsonObject)Complete(part, o, depth + 1);
                }

                return o;
            case JsonArray a when rule.Items is { } items:
                var completedItems = a.Items.Select(item => Complete(items, item, depth + 1)).ToImmutableArray();
                return new JsonArray(completedItems);
            default:
                return value;
        }
    }
}
