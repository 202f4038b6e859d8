using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Fills a field, chooses from a list by its value or label, or ticks a box (true, false), and may submit with the Enter key. The picture is taken before, so that it never shows what was typed.</summary>
public sealed class BrowserFill : BrowserStep
{
    public override string Name => "browser.fill";

    public override string Summary => "Fills a field of the open page.";

    public override string Example => """{"label":"Name","value":"Li"}""";

    public override string Parameters => ElementSchema("""
        "value":{"type":["string","number","boolean"]},
          "submit":{"type":"boolean","default":false,"description":"Presses Enter in the field afterwards."},
        """, "\"value\"");

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation) =>
        OnElement(arguments, context, async (page, element) =>
        {
            var timeout = Milliseconds(arguments);
            var value = arguments["value"]!;
            if (value is JsonBoolean tick)
            {
                await element.SetCheckedAsync(tick.Value, new LocatorSetCheckedOptions { Timeout = timeout });
            }
            else if (await element.EvaluateAsync<string>("e => e.tagName") == "SELECT")
            {
                await element.SelectOptionAsync(Text(value), new LocatorSelectOptionOptions { Timeout = timeout });
            }
            else
            {
                await element.FillAsync(Text(value), new LocatorFillOptions { Timeout = timeout });
            }

            if (arguments.Flag("submit"))
            {
                await element.PressAsync("Enter", new LocatorPressOptions { Timeout = timeout });
                await page.WaitForLoadStateAsync(LoadState.Load, new PageWaitForLoadStateOptions { Timeout = timeout });
            }

            return [];
        }, cancellation);

    private static string Text(Json value) => value is JsonString text ? text.Value : value.ToString();
}
