using System.Globalization;
using System.Text;
using System.Text.Json;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Workflows;

/// <summary>
/// What stands in a form made from a workflow's schema: the text of each field by its JSON Pointer, and how many items each list has. Becomes the
/// input as JSON; what is left empty is left out.
/// </summary>
public sealed class FormModel
{
    /// <summary>A schema may nest; a form this deep is nobody's to fill in.</summary>
    private const int DeepestLevel = 16;
    private const string ItemMark = "/-";

    private readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly ILookup<string?, FormFieldPart> children;

    /// <param name="fields">As the server lists them: the whole input first.</param>
    /// <param name="given">An input to begin with, as a retry does; else the fields' defaults.</param>
    public FormModel(IReadOnlyList<FormFieldPart> fields, JsonElement? given = null)
    {
        children = fields.ToLookup(field => field.Parent);
        Root = fields.Count > 0 ? fields[0] : null;
        if (Root is not null)
        {
            Take(Root, "", given is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } ? given : Root.Default, 0);
        }
    }

    /// <summary>The whole input; null where the workflow takes none.</summary>
    public FormFieldPart? Root { get; }

    public IEnumerable<FormFieldPart> FieldsOf(FormFieldPart group) => children[group.Pointer].Where(field => field != group);

    /// <summary>What an item of a list is.</summary>
    public FormFieldPart? ItemOf(FormFieldPart list) => children[list.Pointer].FirstOrDefault(field => field.Pointer == list.Pointer + ItemMark);

    public string Text(string path) => texts.GetValueOrDefault(path, "");

    public void Set(string path, string? text) => texts[path] = text ?? "";

    public int Count(string path) => counts.GetValueOrDefault(path);

    public void Add(FormFieldPart list, string path)
    {
        var at = Count(path);
        counts[path] = at + 1;
        if (ItemOf(list) is { } item)
        {
            Take(item, path + "/" + at.ToString(CultureInfo.InvariantCulture), item.Default, 0);
        }
    }

    public void RemoveAt(string path, int at)
    {
        var last = Count(path) - 1;
        for (var i = at; i < last; i++)
        {
            Move(path + "/" + (i + 1).ToString(CultureInfo.InvariantCulture), path + "/" + i.ToString(CultureInfo.InvariantCulture));
        }

        Forget(path + "/" + last.ToString(CultureInfo.InvariantCulture));
        counts[path] = Math.Max(0, last);
    }

    /// <summary>A field's place in the input; its name escaped as RFC 6901 has it.</summary>
    public static string PathOf(string group, FormFieldPart field) =>
        group + "/" + field.Name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The input as it stands; what does not read as its type is left out (<see cref="Check"/> says so).</summary>
    public JsonElement ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (Root is null || !Write(writer, Root, "", null, 0))
            {
                writer.WriteStartObject();
                writer.WriteEndObject();
            }
        }

        using var json = JsonDocument.Parse(buffer.ToArray());
        return json.RootElement.Clone();
    }

    /// <summary>What can be told without the server: missing, no number, no JSON, out of bounds. By path.</summary>
    public IReadOnlyDictionary<string, string> Check(Language language)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Root is not null)
        {
            Check(Root, "", language, found, 0);
        }

        return found;
    }

    private void Check(FormFieldPart field, string path, Language language, Dictionary<string, string> found, int depth)
    {
        if (depth > DeepestLevel)
        {
            return;
        }

        switch (field.Widget)
        {
            case FormWidget.Group:
                foreach (var child in FieldsOf(field))
                {
                    Check(child, PathOf(path, child), language, found, depth + 1);
                }

                break;
            case FormWidget.List when ItemOf(field) is { } item:
                for (var i = 0; i < Count(path); i++)
                {
                    Check(item, path + "/" + i.ToString(CultureInfo.InvariantCulture), language, found, depth + 1);
                }

                break;
            case var _ when Text(path).Length == 0:
                if (field.Required)
                {
                    found[path] = language[CommonWords.MustFill];
                }

                break;
            case FormWidget.Number:
                if (!double.TryParse(Text(path), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                {
                    found[path] = language[CommonWords.NotNumber];
                }
                else if (number < field.Limits.Minimum)
                {
                    found[path] = language[CommonWords.AtLeast, field.Limits.Minimum];
                }
                else if (number > field.Limits.Maximum)
                {
                    found[path] = language[CommonWords.AtMost, field.Limits.Maximum];
                }

                break;
            case FormWidget.Json when Parse(Text(path)) is null:
                found[path] = language[CommonWords.NotJson];
                break;
        }
    }

    private bool Write(Utf8JsonWriter writer, FormFieldPart field, string path, string? name, int depth)
    {
        if (depth > DeepestLevel)
        {
            return false;
        }

        switch (field.Widget)
        {
            case FormWidget.Group:
                Name(writer, name);
                writer.WriteStartObject();
                foreach (var child in FieldsOf(field))
                {
                    Write(writer, child, PathOf(path, child), child.Name, depth + 1);
                }

                writer.WriteEndObject();
                return true;
            case FormWidget.List when ItemOf(field) is { } item:
                if (Count(path) == 0 && !field.Required)
                {
                    return false;
                }

                Name(writer, name);
                writer.WriteStartArray();
                for (var i = 0; i < Count(path); i++)
                {
                    Write(writer, item, path + "/" + i.ToString(CultureInfo.InvariantCulture), null, depth + 1);
                }

                writer.WriteEndArray();
                return true;
            default:
                return WriteLeaf(writer, field, Text(path), name);
        }
    }

    private static bool WriteLeaf(Utf8JsonWriter writer, FormFieldPart field, string text, string? name)
    {
        if (text.Length == 0)
        {
            return false;
        }

        switch (field.Widget)
        {
            case FormWidget.Checkbox:
                Name(writer, name);
                writer.WriteBooleanValue(text == "true");
                return true;
            case FormWidget.Number:
                if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                {
                    return false;
                }

                Name(writer, name);
                // As it was typed: a long number keeps its digits.
                writer.WriteRawValue(Parse(text) is { ValueKind: JsonValueKind.Number } ? text : double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture));
                return true;
            case FormWidget.Choice when Option(field, text) is { } option:
                Name(writer, name);
                option.WriteTo(writer);
                return true;
            case FormWidget.Choices:
                Name(writer, name);
                writer.WriteStartArray();
                foreach (var chosen in text.Split(','))
                {
                    Option(field, chosen)?.WriteTo(writer);
                }

                writer.WriteEndArray();
                return true;
            case FormWidget.Json or FormWidget.List:
                if (Parse(text) is not { } json)
                {
                    return false;
                }

                Name(writer, name);
                json.WriteTo(writer);
                return true;
            default:
                Name(writer, name);
                writer.WriteStringValue(text);
                return true;
        }
    }

    private void Take(FormFieldPart field, string path, JsonElement? value, int depth)
    {
        if (depth > DeepestLevel)
        {
            return;
        }

        var given = value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } some ? some : (JsonElement?)null;
        switch (field.Widget)
        {
            case FormWidget.Group:
                foreach (var child in FieldsOf(field))
                {
                    Take(child, PathOf(path, child), given is { ValueKind: JsonValueKind.Object } group && group.TryGetProperty(child.Name, out var inner) ? inner : child.Default, depth + 1);
                }

                break;
            case FormWidget.List when ItemOf(field) is { } item:
                counts[path] = 0;
                if (given is { ValueKind: JsonValueKind.Array } items)
                {
                    foreach (var element in items.EnumerateArray())
                    {
                        Take(item, path + "/" + counts[path].ToString(CultureInfo.InvariantCulture), element, depth + 1);
                        counts[path]++;
                    }
                }

                break;
            case FormWidget.Choice:
                texts[path] = given is { } choice ? IndexOf(field, choice) : "";
                break;
            case FormWidget.Choices:
                texts[path] = given is { ValueKind: JsonValueKind.Array } several ? string.Join(',', several.EnumerateArray().Select(one => IndexOf(field, one)).Where(index => index.Length > 0)) : "";
                break;
            default:
                texts[path] = given switch
                {
                    null => "",
                    { ValueKind: JsonValueKind.String } text when field.Widget != FormWidget.Json => text.GetString()!,
                    { ValueKind: JsonValueKind.True } => "true",
                    { ValueKind: JsonValueKind.False } => "false",
                    var other => other.Value.GetRawText(),
                };
                break;
        }
    }

    private void Move(string from, string to)
    {
        Forget(to);
        foreach (var (key, text) in texts.Where(pair => Within(pair.Key, from)).ToList())
        {
            texts[to + key[from.Length..]] = text;
        }

        foreach (var (key, count) in counts.Where(pair => Within(pair.Key, from)).ToList())
        {
            counts[to + key[from.Length..]] = count;
        }
    }

    private void Forget(string path)
    {
        foreach (var key in texts.Keys.Where(key => Within(key, path)).ToList())
        {
            texts.Remove(key);
        }

        foreach (var key in counts.Keys.Where(key => Within(key, path)).ToList())
        {
            counts.Remove(key);
        }
    }

    private static bool Within(string key, string path) => key == path || key.StartsWith(path + "/", StringComparison.Ordinal);

    private static void Name(Utf8JsonWriter writer, string? name)
    {
        if (name is not null)
        {
            writer.WritePropertyName(name);
        }
    }

    private static JsonElement? Option(FormFieldPart field, string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < field.Options.Count ? field.Options[at].Value : null;

    private static string IndexOf(FormFieldPart field, JsonElement value)
    {
        for (var i = 0; i < field.Options.Count; i++)
        {
            if (JsonElement.DeepEquals(field.Options[i].Value, value))
            {
                return i.ToString(CultureInfo.InvariantCulture);
            }
        }

        return "";
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
