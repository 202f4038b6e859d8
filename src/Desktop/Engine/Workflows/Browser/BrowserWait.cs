using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Waits until an element is as wanted, until the page's address matches a pattern with <c>*</c>, or until nothing is loaded any more.</summary>
public sealed class BrowserWait : BrowserStep
{
    public override string Name => "browser.wait";

    public override string Summary => "Waits for an element, an address or a quiet page.";

    public override bool Repeatable => true;

    public override string Example => """{"text":"Saved","state":"visible"}""";

    public override string Parameters => PageSchema("\n          " + BrowserTarget.Schema + """
        ,
          "state":{"enum":["visible","hidden","attached","detached"],"default":"visible"},
          "url":{"type":"string","minLength":1,"maxLength":2000,"description":"Pattern of the address, such as **/done."},
          "quiet":{"const":true,"description":"Until nothing has been loaded for half a second."},
        """, ""","oneOf":[{"required":["role"]},{"required":["label"]},{"required":["text"]},{"required":["css"]},{"required":["url"]},{"required":["quiet"]}]""");

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var browser = Browser(context);
        return browser.Step(
            async () =>
            {
                var page = browser.Page;
                var timeout = Milliseconds(arguments);
                ILocator? element = null;
                var what = "a quiet page";
                try
                {
                    if (arguments.TextOrNull("url") is { } pattern)
                    {
                        what = $"the address {pattern}";
                        await page.WaitForURLAsync(pattern, new PageWaitForURLOptions { Timeout = timeout });
                    }
                    else if (arguments.Flag("quiet"))
                    {
                        await page.WaitForLoadStateAsync(LoadState.NetworkIdle, new PageWaitForLoadStateOptions { Timeout = timeout });
                    }
                    else
                    {
                        var target = new BrowserTarget(arguments);
                        var state = Enum.Parse<WaitForSelectorState>(arguments.TextOrNull("state") ?? "visible", ignoreCase: true);
                        what = state == WaitForSelectorState.Visible ? target.ToString() : $"{target}, to be {state.ToString().ToLowerInvariant()},";
                        element = target.On(page);
                        await element.WaitForAsync(new LocatorWaitForOptions { State = state, Timeout = timeout });
                        element = null;
                    }

                    return await Where(browser.Page, []);
                }
                catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
                {
                    throw await Explained(failure, page, arguments["state"] is null ? element : null, what, arguments);
                }
            },
            Patience(arguments),
            cancellation);
    }
}
