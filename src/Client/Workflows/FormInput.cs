using System.Globalization;
using System.Text.Json;
using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Workflows;

/// <summary>The input that a form stands for: what is left empty is left out, and so is what does not read as its type (<see cref="FormCheck"/> says so).</summary>
public static class FormInput
{
    public static JsonElement Of(FormModel model)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (model.Root is null || !Write(writer, model, model.Root, "", null, 0))
            {
                writer.WriteStartObject();
                writer.WriteEndObject();
            }
        }

        using var json = JsonDocument.Parse(buffer.ToArray(), DeepJson.Reading);
        return json.RootElement.Clone();
    }

    /// <summary>Reads what was typed as a number; null for what JSON has no number for (no digits, infinity).</summary>
    internal static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static bool Write(Utf8JsonWriter writer, FormModel model, FormFieldPart field, string path, string? name, int depth)
    {
        if (depth > FormModel.DeepestLevel)
        {
            return false;
        }

        switch (field.Widget)
        {
            case FormWidget.Group:
                Name(writer, name);
                writer.WriteStartObject();
                foreach (var child in model.FieldsOf(field))
                {
                    Write(writer, model, child, FormModel.PathOf(path, child), child.Name, depth + 1);
                }

                writer.WriteEndObject();
                return true;
            case FormWidget.List when model.ItemOf(field) is { } item:
                if (model.Count(path) == 0 && !field.Required)
                {
                    return false;
                }

                Name(writer, name);
                writer.WriteStartArray();
                for (var i = 0; i < model.Count(path); i++)
                {
                    Write(writer, model, item, FormModel.PathOf(path, i), null, depth + 1);
                }

                writer.WriteEndArray();
                return true;
            default:
                return WriteLeaf(writer, field, model.Text(path), name);
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
                if (Number(text) is not { } number)
                {
                    return false;
                }

                Name(writer, name);
                // As it was typed: a long number keeps its digits.
                writer.WriteRawValue(JsonText.Parse(text) is { ValueKind: JsonValueKind.Number } ? text : number.ToString("R", CultureInfo.InvariantCulture));
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
                if (JsonText.Parse(text) is not { } json)
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

    private static void Name(Utf8JsonWriter writer, string? name)
    {
        if (name is not null)
        {
            writer.WritePropertyName(name);
        }
    }

    private static JsonElement? Option(FormFieldPart field, string index) =>
        int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < field.Options.Count ? field.Options[at].Value : null;
}
