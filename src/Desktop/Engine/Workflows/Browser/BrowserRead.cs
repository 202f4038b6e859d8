using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Reads the element that is meant (the whole page without one), or with <c>all</c> every such element.</summary>
public sealed class BrowserRead : BrowserStep
{
    /// <summary>Most elements of one reading.</summary>
    private const int MaxElements = 10_000;

    // Rows by the names in the first row, as sheet.read gives them.
    private const string Table = """
        e => {
          const rows = [...(e.matches('table') ? e : e.querySelector('table') ?? e).querySelectorAll('tr')].map(r => [...r.cells].map(c => c.innerText.trim()));
          const head = rows.shift() ?? [];
          return rows.map(r => Object.fromEntries(head.map((name, i) => [name || `column${i + 1}`, r[i] ?? ''])));
        }
        """;

    public override string Name => "browser.read";

    public override string Summary => "Reads text, a value, links or a table of the open page.";

    public override bool Repeatable => true;

    public override string Example => """{"css":"table.prices","what":"table"}""";

    public override string Parameters => PageSchema("\n          " + BrowserTarget.Schema + """
        ,
          "what":{"enum":["text","html","value","attribute","links","table"],"default":"text"},
          "attribute":{"type":"string","minLength":1,"maxLength":200},
          "all":{"type":"boolean","default":false,"description":"Reads every such element, also where there is none; the result holds values, not value."},
          "screenshot":{"type":"boolean","default":true},
        """);

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var script = Script(arguments);
        if (!BrowserTarget.IsGiven(arguments))
        {
            return await OnPage(arguments, context, "the page", async page => ("value", Json.Parse(await page.Locator("css=html").EvaluateAsync<string>(AsText(script)))), cancellation);
        }

        if (arguments.Flag("all"))
        {
            var target = new BrowserTarget(arguments);
            return await OnPage(
                arguments, context, target.ToString(),
                async page => ("values", Json.Parse(await target.On(page).EvaluateAllAsync<string>($"all => JSON.stringify(all.slice(0, {MaxElements}).map({script}))"))),
                cancellation);
        }

        return await OnElement(arguments, context, async (_, element) => [("value", Json.Parse(await element.EvaluateAsync<string>(AsText(script))))], cancellation);
    }

    private static string Script(FunctionArguments arguments) => arguments.TextOrNull("what") switch
    {
        "html" => "e => e.outerHTML",
        "value" => "e => 'checked' in e && ['checkbox', 'radio'].includes(e.type) ? e.checked : e.value ?? null",
        "attribute" => $"e => e.getAttribute({Json.Of(arguments.Text("attribute"))})",
        "links" => "e => [...(e.matches('a[href]') ? [e] : []), ...e.querySelectorAll('a[href]')].map(a => ({ text: a.innerText.trim(), url: a.href }))",
        "table" => Table,
        _ => "e => (e === document.documentElement ? document.body : e).innerText.trim()",
    };

    // As JSON text, because Playwright puts members of its own into objects.
    private static string AsText(string script) => $"e => JSON.stringify(({script})(e) ?? null)";
}
