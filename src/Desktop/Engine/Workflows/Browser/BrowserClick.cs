using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Clicks an element once it is visible, enabled and not covered. It is not repeated after a crash in flight: nobody can tell then whether the click was taken.</summary>
public sealed class BrowserClick : BrowserStep
{
    public override string Name => "browser.click";

    public override string Summary => "Clicks an element of the open page.";

    public override string Example => """{"role":"button","name":"Sign in"}""";

    public override string Parameters => ElementSchema("""
        "double":{"type":"boolean","default":false},
        """);

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation) =>
        OnElement(arguments, context, async (page, element) =>
        {
            if (arguments.Flag("double"))
            {
                await element.DblClickAsync(new LocatorDblClickOptions { Timeout = Milliseconds(arguments) });
            }
            else
            {
                await element.ClickAsync(new LocatorClickOptions { Timeout = Milliseconds(arguments) });
            }

            // What the click leads to is loaded before the next step looks at the page.
            await page.WaitForLoadStateAsync(LoadState.Load, new PageWaitForLoadStateOptions { Timeout = Milliseconds(arguments) });
            return [];
        }, cancellation);
}
