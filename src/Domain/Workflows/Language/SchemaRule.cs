using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>One schema or subschema, read.</summary>
internal sealed class SchemaRule
{
    /// <summary>The schema <c>false</c>: nothing fits.</summary>
    public bool Never { get; set; }

    /// <summary>Where <c>$ref</c> leads; its siblings apply as well.</summary>
    public SchemaRule? Reference { get; set; }

    /// <summary>Itself, or the target of a <c>$ref</c> that stands alone (followed a bounded number of times).</summary>
    public SchemaRule Resolved
    {
        get
        {
            var rule = this;
            for (var i = 0; i < 32 && rule.Reference is { } next && rule.Properties.Count == 0; i++)
            {
                rule = next;
            }

            return rule;
        }
    }

    public ImmutableArray<string> Types { get; set; } = [];

    public ImmutableArray<Json>? Enum { get; set; }

    public Json? Const { get; set; }

    public Json? Default { get; set; }

    public OrderedDictionary<string, SchemaRule> Properties { get; } = new(StringComparer.Ordinal);

    public List<(Regex Pattern, SchemaRule Rule)> PatternProperties { get; } = [];

    public SchemaRule? AdditionalProperties { get; set; }

    public SchemaRule? PropertyNames { get; set; }

    public ImmutableArray<string> Required { get; set; } = [];

    public Dictionary<string, ImmutableArray<string>> DependentRequired { get; } = new(StringComparer.Ordinal);

    public ImmutableArray<SchemaRule> PrefixItems { get; set; } = [];

    public SchemaRule? Items { get; set; }

    public SchemaRule? Contains { get; set; }

    public bool UniqueItems { get; set; }

    public Regex? Pattern { get; set; }

    public string? Format { get; set; }

    /// <summary>Numeric keywords (<c>minimum</c>, <c>maxLength</c>, …) by name.</summary>
    public Dictionary<string, double> Bounds { get; } = new(StringComparer.Ordinal);

    public ImmutableArray<SchemaRule> AllOf { get; set; } = [];

    public ImmutableArray<SchemaRule> AnyOf { get; set; } = [];

    public ImmutableArray<SchemaRule> OneOf { get; set; } = [];

    public SchemaRule? Not { get; set; }

    public SchemaRule? If { get; set; }

    public SchemaRule? Then { get; set; }

    public SchemaRule? Else { get; set; }
}
