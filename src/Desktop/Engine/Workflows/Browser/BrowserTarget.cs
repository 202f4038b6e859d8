using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>The element that a step is about: by what a person sees of it (role with name, label, text), or by a CSS selector.</summary>
internal sealed class BrowserTarget(FunctionArguments arguments)
{
    /// <summary>Properties of the parameter schema.</summary>
    public const string Schema = """
        "role":{"type":"string","enum":["button","link","textbox","checkbox","radio","combobox","option","heading","row","cell","tab","menuitem","listitem","img","table","dialog","switch","searchbox","spinbutton","alert","status"],"description":"What it is; with name, what it is called."},
                  "name":{"type":"string","minLength":1,"maxLength":1000},
                  "label":{"type":"string","minLength":1,"maxLength":1000,"description":"The label of a field."},
                  "text":{"type":"string","minLength":1,"maxLength":1000,"description":"Text that it shows."},
                  "css":{"type":"string","minLength":1,"maxLength":2000,"description":"A CSS selector."},
                  "exact":{"type":"boolean","default":false,"description":"Name, label and text must be equal, in the same case, and not only contained."},
                  "nth":{"type":"integer","minimum":1,"maximum":100000,"description":"Which of several, from 1."}
        """;

    /// <summary>The rule that exactly one way is used.</summary>
    public const string OneWay = """[{"required":["role"]},{"required":["label"]},{"required":["text"]},{"required":["css"]}]""";

    private static readonly string[] Ways = ["role", "name", "label", "text", "css"];

    public static bool IsGiven(FunctionArguments arguments) =>
        arguments["role"] is not null || arguments["label"] is not null || arguments["text"] is not null || arguments["css"] is not null;

    public ILocator On(IPage page)
    {
        var exact = arguments.Flag("exact");
        var found = arguments.TextOrNull("role") is { } role
            ? page.GetByRole(Enum.Parse<AriaRole>(role, ignoreCase: true), new PageGetByRoleOptions { Name = arguments.TextOrNull("name"), Exact = exact })
            : arguments.TextOrNull("label") is { } label ? page.GetByLabel(label, new PageGetByLabelOptions { Exact = exact })
            : arguments.TextOrNull("text") is { } text ? page.GetByText(text, new PageGetByTextOptions { Exact = exact })
            : page.Locator("css=" + arguments.Text("css"));
        return arguments["nth"] is JsonNumber nth ? found.Nth((int)nth.Value - 1) : found;
    }

    /// <summary>As a person would name it in a message.</summary>
    public override string ToString() =>
        string.Join(' ', Ways.Where(key => arguments[key] is not null).Select(key => $"{key} '{arguments.Text(key)}'"))
        + (arguments["nth"] is { } nth ? $", number {nth}" : "");
}
