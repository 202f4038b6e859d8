using System.Globalization;
using System.Net;
using System.Net.Mail;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>One check of a value against rules.</summary>
internal sealed class SchemaCheck(List<SchemaViolation> violations)
{
    /// <summary>The most rule applications of one check, so that alternatives within alternatives stay bounded.</summary>
    private const int MaxApplications = 1_000_000;

    private int applications;

    public void Apply(SchemaRule rule, Json value, string pointer, int depth)
    {
        if (depth > JsonSchema.MaxDepth || applications > MaxApplications)
        {
            Violation(pointer, "is nested too deeply to be checked");
            return;
        }

        applications++;
        if (rule.Never)
        {
            Violation(pointer, "is not allowed");
            return;
        }

        if (rule.Reference is { } reference)
        {
            Apply(reference, value, pointer, depth + 1);
        }

        if (rule.Types.Length > 0 && !rule.Types.Any(type => IsOfType(value, type)))
        {
            Violation(pointer, $"must be {string.Join(" or ", rule.Types.Select(Article))}, not {Kind(value)}");
            return;
        }

        if (rule.Enum is { } options && !options.Contains(value))
        {
            Violation(pointer, $"must be one of {string.Join(", ", options.Take(20))}");
        }

        if (rule.Const is { } constant && !constant.Equals(value))
        {
            Violation(pointer, $"must be {constant}");
        }

        switch (value)
        {
            case JsonNumber number: Number(rule, number.Value, pointer); break;
            case JsonString text: Text(rule, text.Value, pointer); break;
            case JsonArray array: Array(rule, array, pointer, depth); break;
            case JsonObject o: Object(rule, o, pointer, depth); break;
        }

        Combine(rule, value, pointer, depth);
    }

    private void Combine(SchemaRule rule, Json value, string pointer, int depth)
    {
        foreach (var part in rule.AllOf)
        {
            Apply(part, value, pointer, depth + 1);
        }

        if (rule.AnyOf.Length > 0 && !rule.AnyOf.Any(option => Fits(option, value, depth)))
        {
            Violation(pointer, "fits none of the alternatives");
        }

        if (rule.OneOf.Length > 0)
        {
            var fitting = rule.OneOf.Count(option => Fits(option, value, depth));
            if (fitting != 1)
            {
                Violation(pointer, fitting == 0 ? "fits none of the alternatives" : $"fits {fitting} alternatives; it must fit exactly one");
            }
        }

        if (rule.Not is { } not && Fits(not, value, depth))
        {
            Violation(pointer, "fits what is excluded");
        }

        if (rule.If is { } condition)
        {
            var next = Fits(condition, value, depth) ? rule.Then : rule.Else;
            if (next is not null)
            {
                Apply(next, value, pointer, depth + 1);
            }
        }
    }

    private void Number(SchemaRule rule, double number, string pointer)
    {
        Bound("minimum", n => number >= n, "at least");
        Bound("maximum", n => number <= n, "at most");
        Bound("exclusiveMinimum", n => number > n, "more than");
        Bound("exclusiveMaximum", n => number < n, "less than");
        Bound("multipleOf", n => n > 0 && Math.Abs(number / n - Math.Round(number / n)) < 1e-9, "a multiple of");

        void Bound(string keyword, Func<double, bool> holds, string words)
        {
            if (rule.Bounds.TryGetValue(keyword, out var limit) && !holds(limit))
            {
                Violation(pointer, $"must be {words} {limit.ToString(CultureInfo.InvariantCulture)}");
            }
        }
    }

    private void Text(SchemaRule rule, string text, string pointer)
    {
        if (rule.Bounds.ContainsKey("minLength") || rule.Bounds.ContainsKey("maxLength"))
        {
            var length = text.EnumerateRunes().Count();
            Size(rule, "minLength", "maxLength", length, "characters", pointer);
        }

        if (rule.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            Violation(pointer, $"must match {pattern}");
        }

        if (rule.Format is { } format && !HasFormat(text, format))
        {
            Violation(pointer, $"must be a {format}");
        }
    }

    private void Array(SchemaRule rule, JsonArray array, string pointer, int depth)
    {
        Size(rule, "minItems", "maxItems", array.Items.Length, "items", pointer);
        for (var i = 0; i < array.Items.Length; i++)
        {
            var itemRule = i < rule.PrefixItems.Length ? rule.PrefixItems[i] : rule.Items;
            if (itemRule is not null)
            {
                Apply(itemRule, array.Items[i], $"{pointer}/{i}", depth + 1);
            }
        }

        if (rule.Contains is { } contains)
        {
            var found = array.Items.Count(item => Fits(contains, item, depth));
            if (found < rule.Bounds.GetValueOrDefault("minContains", 1) || found > rule.Bounds.GetValueOrDefault("maxContains", double.PositiveInfinity))
            {
                Violation(pointer, "does not hold as many fitting items as it must");
            }
        }

        if (rule.UniqueItems && array.Items.Distinct().Count() != array.Items.Length)
        {
            Violation(pointer, "must not hold the same item twice");
        }
    }

    private void Object(SchemaRule rule, JsonObject value, string pointer, int depth)
    {
        Size(rule, "minProperties", "maxProperties", value.Count, "properties", pointer);
        foreach (var name in rule.Required.Where(name => !value.TryGet(name, out _)))
        {
            Violation($"{pointer}/{JsonPointer.Escape(name)}", "is required");
        }

        foreach (var (name, needed) in rule.DependentRequired)
        {
            foreach (var other in needed.Where(other => value.TryGet(name, out _) && !value.TryGet(other, out _)))
            {
                Violation($"{pointer}/{JsonPointer.Escape(other)}", $"is required where `{name}` is given");
            }
        }

        foreach (var (name, member) in value.Members)
        {
            var at = $"{pointer}/{JsonPointer.Escape(name)}";
            if (rule.PropertyNames is { } names)
            {
                Apply(names, Json.Of(name), at, depth + 1);
            }

            var described = rule.Properties.TryGetValue(name, out var property);
            if (described)
            {
                Apply(property!, member, at, depth + 1);
            }

            foreach (var (pattern, child) in rule.PatternProperties.Where(p => p.Pattern.IsMatch(name)))
            {
                described = true;
                Apply(child, member, at, depth + 1);
            }

            if (!described && rule.AdditionalProperties is { } additional)
            {
                if (additional.Never)
                {
                    Violation(at, $"is not known{Suggestion.For(name, rule.Properties.Keys).TrimEnd('.')}");
                }
                else
                {
                    Apply(additional, member, at, depth + 1);
                }
            }
        }
    }

    private void Size(SchemaRule rule, string min, string max, int size, string what, string pointer)
    {
        if (rule.Bounds.TryGetValue(min, out var least) && size < least)
        {
            Violation(pointer, $"must have at least {least} {what}, not {size}");
        }

        if (rule.Bounds.TryGetValue(max, out var most) && size > most)
        {
            Violation(pointer, $"must have at most {most} {what}, not {size}");
        }
    }

    private bool Fits(SchemaRule rule, Json value, int depth)
    {
        var found = new List<SchemaViolation>();
        var check = new SchemaCheck(found) { applications = applications };
        check.Apply(rule, value, "", depth + 1);
        applications = check.applications;
        return found.Count == 0;
    }

    private void Violation(string pointer, string message)
    {
        if (violations.Count < JsonSchema.MaxViolations)
        {
            violations.Add(new SchemaViolation(pointer, message));
        }
    }

    private static bool IsOfType(Json value, string type) => type switch
    {
        "null" => value is JsonNull,
        "boolean" => value is JsonBoolean,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "number" => value is JsonNumber,
        "integer" => value is JsonNumber n && n.Value == Math.Truncate(n.Value),
        "string" => value is JsonString,
        _ => false,
    };

    /// <summary>Formats that are asserted; others are annotations, as the specification allows.</summary>
    private static bool HasFormat(string text, string format) => format switch
    {
        "date-time" => text.Contains('T', StringComparison.OrdinalIgnoreCase)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => TimeOnly.TryParse(text.TrimEnd('Z', 'z'), CultureInfo.InvariantCulture, out _),
        "duration" => Durations.TryParse(text, out _),
        "email" => MailAddress.TryCreate(text, out var address) && address.Address == text,
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "ipv4" => IPAddress.TryParse(text, out var four) && four.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && text.Split('.').Length == 4,
        "ipv6" => IPAddress.TryParse(text, out var six) && six.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        _ => true,
    };

    private static string Article(string type) => type is "object" or "array" or "integer" ? $"an {type}" : type == "null" ? "null" : $"a {type}";

    private static string Kind(Json value) => value switch
    {
        JsonNull => "null",
        JsonBoolean => "a boolean",
        JsonNumber => "a number",
        JsonString => "a string",
        JsonArray => "an array",
        _ => "an object",
    };
}
