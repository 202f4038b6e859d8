using Jarvis.Client.Platform;
using Jarvis.Client.Schema;

namespace Jarvis.Client.Workflows;

/// <summary>What can be told of a form without the server: missing, no number, no JSON, out of bounds.</summary>
public static class FormCheck
{
    /// <returns>What is wrong, in the person's language, by JSON Pointer; empty where nothing is.</returns>
    public static IReadOnlyDictionary<string, string> Of(FormModel model, Language language)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        if (model.Root is not null)
        {
            Check(model, model.Root, "", language, found, 0);
        }

        return found;
    }

    private static void Check(FormModel model, FormFieldPart field, string path, Language language, Dictionary<string, string> found, int depth)
    {
        if (depth > FormModel.DeepestLevel)
        {
            return;
        }

        switch (field.Widget)
        {
            case FormWidget.Group:
                foreach (var child in model.FieldsOf(field))
                {
                    Check(model, child, FormModel.PathOf(path, child), language, found, depth + 1);
                }

                break;
            case FormWidget.List when model.ItemOf(field) is { } item:
                for (var i = 0; i < model.Count(path); i++)
                {
                    Check(model, item, FormModel.PathOf(path, i), language, found, depth + 1);
                }

                break;
            case var _ when model.Text(path).Length == 0:
                if (field.Required)
                {
                    found[path] = language[FormWords.MustFill];
                }

                break;
            case FormWidget.Number:
                if (NumberProblem(field, model.Text(path), language) is { } problem)
                {
                    found[path] = problem;
                }

                break;
            case FormWidget.Json when JsonText.Parse(model.Text(path)) is null:
                found[path] = language[FormWords.NotJson];
                break;
        }
    }

    private static string? NumberProblem(FormFieldPart field, string text, Language language) =>
        FormInput.Number(text) is not { } number ? language[FormWords.NotNumber]
        : number < field.Limits.Minimum ? language[FormWords.AtLeast, field.Limits.Minimum]
        : number > field.Limits.Maximum ? language[FormWords.AtMost, field.Limits.Maximum]
        : null;
}
