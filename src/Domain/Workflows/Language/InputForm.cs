using System.Collections.Immutable;
using Jarvis.Domain.Workflows.Data;

namespace Jarvis.Domain.Workflows.Language;

/// <summary>What a value is entered with.</summary>
public enum FormWidget { Text, Paragraph, Password, Number, Checkbox, Choice, Choices, Date, Time, DateTime, Email, Link, File, Folder, List, Group, Json }

/// <summary>A text in the languages it is written in: by language tag (<c>zh</c>, <c>en</c>, <c>zh-Hant</c>); an empty tag where none is said.</summary>
public sealed record LocalText(ImmutableSortedDictionary<string, string> Texts)
{
    public static readonly LocalText None = new(ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>The text of a language, of its wider language (<c>zh</c> for <c>zh-CN</c>), without a language, or in English; null where there is none of these.</summary>
    public string? In(string? language)
    {
        for (var tag = language; !string.IsNullOrEmpty(tag); tag = tag.LastIndexOf('-') is var cut and > 0 ? tag[..cut] : null)
        {
            if (Texts.FirstOrDefault(text => string.Equals(text.Key, tag, StringComparison.OrdinalIgnoreCase)).Value is { } text)
            {
                return text;
            }
        }

        return Texts.GetValueOrDefault("") ?? Texts.GetValueOrDefault("en") ?? Texts.Values.FirstOrDefault();
    }

    /// <summary>A plain annotation (a text, or an object of texts by language) with its translations laid over it.</summary>
    public static LocalText Of(Json? plain, Json? translations)
    {
        var texts = None.Texts;
        foreach (var source in (Json?[])[plain, translations])
        {
            texts = source switch
            {
                JsonString text => texts.SetItem("", text.Value),
                JsonObject byLanguage => texts.SetItems(byLanguage.Members.Where(m => m.Value is JsonString).Select(m => KeyValuePair.Create(m.Key, ((JsonString)m.Value).Value))),
                _ => texts,
            };
        }

        return new LocalText(texts);
    }
}

/// <summary>One of the values to choose from.</summary>
public sealed record FormOption(Json Value, LocalText Title);

/// <summary>The bounds of a value, as JSON Schema names them; null for none.</summary>
public sealed record FormLimits(
    double? Minimum, double? ExclusiveMinimum, double? Maximum, double? ExclusiveMaximum, double? MultipleOf, int? MinLength, int? MaxLength,
    string? Pattern, string? Format, int? MinItems, int? MaxItems, bool UniqueItems);

/// <summary>One field of a form.</summary>
/// <param name="Pointer">JSON Pointer into the input; a list's item stands for its index with <c>-</c>.</param>
/// <param name="Types">JSON types that the value may have; empty for any.</param>
/// <param name="Fields">Of a group, in order.</param>
/// <param name="Item">Of a list: what each of its items is.</param>
public sealed record FormField(
    string Pointer, string Name, ImmutableArray<string> Types, FormWidget Widget, bool Required, bool Nullable, Json? Default, Json? Example,
    ImmutableArray<FormOption> Options, FormLimits Limits, LocalText Title, LocalText Description, ImmutableArray<FormField> Fields, FormField? Item);

/// <summary>A workflow's input as a form, read from its schema.</summary>
/// <remarks>A schema says more than a form can (conditions between fields): what was entered is held against the whole schema.</remarks>
public static class InputForm
{
    /// <summary>Groups and lists within each other; what is deeper is entered as JSON.</summary>
    public const int MaxDepth = 8;

    /// <summary>Fields of one form; what is beyond is entered as JSON.</summary>
    public const int MaxFields = 500;

    /// <summary>The whole input: a group for an object, a single JSON field where anything goes.</summary>
    public static FormField Of(JsonSchema? schema) => schema is null
        ? new FormField("", "", [], FormWidget.Json, false, true, null, null, [], NoLimits, LocalText.None, LocalText.None, [], null)
        : new Reader(schema.Source).Field(schema.Source, "", "", required: true, 0);

    private static readonly FormLimits NoLimits = new(null, null, null, null, null, null, null, null, null, null, null, false);

    private sealed class Reader(Json root)
    {
        private int fields;

        public FormField Field(Json source, string name, string pointer, bool required, int depth)
        {
            fields++;
            var schema = Resolve(source);
            ImmutableArray<string> types = [.. Texts(schema["type"])];
            var options = Options(schema);
            var widget = Widget(schema, types, options);
            var deep = depth >= MaxDepth || fields >= MaxFields;
            var children = widget == FormWidget.Group && !deep ? Children(schema, pointer, depth) : [];
            var item = widget == FormWidget.List && !deep && schema["items"] is JsonObject items
                ? Field(items, "", pointer + "/-", required: false, depth + 1)
                : null;
            if (widget is FormWidget.Group && children.IsEmpty || widget is FormWidget.List && item is null)
            {
                widget = FormWidget.Json;
            }

            return new FormField(
                pointer, name, types, widget, required, types.Contains("null"), schema["default"], (schema["examples"] as JsonArray)?.Items.FirstOrDefault(), options,
                Limits(schema), LocalText.Of(schema["title"], schema["x-title"]), LocalText.Of(schema["description"], schema["x-description"]), children, item);
        }

        private ImmutableArray<FormField> Children(JsonObject schema, string pointer, int depth)
        {
            var needed = Texts(schema["required"]).ToHashSet(StringComparer.Ordinal);
            var properties = (schema["properties"] as JsonObject ?? JsonObject.Empty).Members;
            return
            [
                .. properties.Select((member, place) => (member, place, order: (member.Value as JsonObject)?["x-order"] is JsonNumber n ? n.Value : place))
                    .OrderBy(p => p.order).ThenBy(p => p.place)
                    .TakeWhile(_ => fields < MaxFields)
                    .Select(p => Field(p.member.Value, p.member.Key, $"{pointer}/{JsonPointer.Escape(p.member.Key)}", needed.Contains(p.member.Key), depth + 1)),
            ];
        }

        // A reference and the members of allOf say what the schema itself does not.
        private JsonObject Resolve(Json source)
        {
            var schema = source as JsonObject ?? JsonObject.Empty;
            for (var steps = 0; steps < MaxDepth && schema["$ref"] is JsonString reference; steps++)
            {
                var target = JsonPointer.Follow(root, reference.Value) as JsonObject ?? JsonObject.Empty;
                schema = Over(target, schema.Without("$ref"));
            }

            return schema["allOf"] is JsonArray parts
                ? parts.Items.OfType<JsonObject>().Aggregate(schema.Without("allOf"), (whole, part) => Over(part, whole))
                : schema;
        }

        private static JsonObject Over(JsonObject below, JsonObject above)
        {
            foreach (var (key, value) in above.Members)
            {
                below = below.With(key, (key, value, below[key]) switch
                {
                    ("properties", JsonObject mine, JsonObject theirs) => Over(theirs, mine),
                    ("required", JsonArray mine, JsonArray theirs) => new JsonArray([.. theirs.Items, .. mine.Items]),
                    _ => value,
                });
            }

            return below;
        }

        private static ImmutableArray<FormOption> Options(JsonObject schema)
        {
            var titles = schema["x-options"] as JsonObject;
            if (Values(schema) is { } values)
            {
                return [.. values.Select(value => new FormOption(value, LocalText.Of(null, titles?[value is JsonString text ? text.Value : value.ToString()])))];
            }

            // The long form: each choice a constant with a title of its own.
            var choices = (schema["oneOf"] ?? schema["anyOf"]) as JsonArray;
            return choices is { Count: > 0 } && choices.Items.All(choice => choice is JsonObject o && o["const"] is not null)
                ? [.. choices.Items.Cast<JsonObject>().Select(choice => new FormOption(choice["const"]!, LocalText.Of(choice["title"], choice["x-title"])))]
                : [];
        }

        // Several choices are a list of an enumeration.
        private static ImmutableArray<Json>? Values(JsonObject schema) =>
            schema["enum"] is JsonArray values ? values.Items
            : schema["const"] is { } only ? [only]
            : schema["items"] is JsonObject items && items["enum"] is JsonArray several ? several.Items
            : null;

        private static FormWidget Widget(JsonObject schema, ImmutableArray<string> types, ImmutableArray<FormOption> options)
        {
            var type = types.Where(t => t != "null").ToList() is [var one] ? one : null;
            if (options.Length > 0)
            {
                return type == "array" ? FormWidget.Choices : FormWidget.Choice;
            }

            if (type == "string" && schema["x-widget"] is JsonString asked
                && asked.Value switch { "paragraph" => FormWidget.Paragraph, "password" => FormWidget.Password, "file" => FormWidget.File, "folder" => FormWidget.Folder, _ => (FormWidget?)null }
                    is { } widget)
            {
                return widget;
            }

            return type switch
            {
                "string" => (schema["format"] as JsonString)?.Value switch
                {
                    "date" => FormWidget.Date,
                    "time" => FormWidget.Time,
                    "date-time" => FormWidget.DateTime,
                    "email" => FormWidget.Email,
                    "uri" => FormWidget.Link,
                    _ => schema["writeOnly"] is JsonBoolean { Value: true } ? FormWidget.Password : FormWidget.Text,
                },
                "number" or "integer" => FormWidget.Number,
                "boolean" => FormWidget.Checkbox,
                "array" => FormWidget.List,
                "object" => FormWidget.Group,
                null when schema["properties"] is JsonObject => FormWidget.Group,
                _ => FormWidget.Json,
            };
        }

        private static FormLimits Limits(JsonObject schema) => new(
            Number(schema, "minimum"), Number(schema, "exclusiveMinimum"), Number(schema, "maximum"), Number(schema, "exclusiveMaximum"), Number(schema, "multipleOf"),
            Whole(schema, "minLength"), Whole(schema, "maxLength"), (schema["pattern"] as JsonString)?.Value, (schema["format"] as JsonString)?.Value,
            Whole(schema, "minItems"), Whole(schema, "maxItems"), schema["uniqueItems"] is JsonBoolean { Value: true });

        private static double? Number(JsonObject schema, string name) => (schema[name] as JsonNumber)?.Value;

        private static int? Whole(JsonObject schema, string name) => schema[name] is JsonNumber { Value: >= 0 and <= int.MaxValue } n ? (int)n.Value : null;

        private static IEnumerable<string> Texts(Json? value) => value switch
        {
            JsonString one => [one.Value],
            JsonArray several => several.Items.OfType<JsonString>().Select(text => text.Value),
            _ => [],
        };
    }
}
