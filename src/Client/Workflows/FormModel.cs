using System.Globalization;
using System.Text.Json;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Workflows;

/// <summary>
/// What stands in a form made from a workflow's schema: the text of each field by its JSON Pointer, and how many items each list has.
/// <see cref="FormInput"/> makes the input of it, <see cref="FormCheck"/> tells what is wrong with it.
/// </summary>
public sealed class FormModel
{
    /// <summary>A schema may nest; a form this deep is nobody's to fill in.</summary>
    internal const int DeepestLevel = 16;
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
            Take(item, PathOf(path, at), item.Default, 0);
        }
    }

    public void RemoveAt(string path, int at)
    {
        var last = Count(path) - 1;
        for (var i = at; i < last; i++)
        {
            Move(PathOf(path, i + 1), PathOf(path, i));
        }

        Forget(PathOf(path, last));
        counts[path] = Math.Max(0, last);
    }

    /// <summary>The place of a list's item.</summary>
    public static string PathOf(string list, int at) => list + "/" + at.ToString(CultureInfo.InvariantCulture);

    /// <summary>A field's place in the input.</summary>
    public static string PathOf(string group, FormFieldPart field) => group + "/" + JsonPointer.Escape(field.Name);

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
                        Take(item, PathOf(path, counts[path]), element, depth + 1);
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
}
