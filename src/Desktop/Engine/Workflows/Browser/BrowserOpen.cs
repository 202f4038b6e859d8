using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Opens a page in the run's browser, which stays open until the run ends. A named profile outlives the run: who signed in stays signed in.</summary>
public sealed class BrowserOpen : BrowserStep
{
    private const int DefaultWidth = 1280;
    private const int DefaultHeight = 800;

    public override string Name => "browser.open";

    public override string Summary => "Opens a page in the run's browser.";

    public override bool Repeatable => true;

    public override string Example => """{"url":"https://example.com","profile":"shop"}""";

    public override string Parameters => PageSchema("""
        "url":{"type":"string","minLength":1,"description":"http, https or file."},
          "file":{"type":"string","minLength":1,"description":"An HTML file, instead of an address."},
          "profile":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$","description":"A profile that outlives the run; without it nothing is kept."},
          "width":{"type":"integer","minimum":200,"maximum":7680,"default":1280},
          "height":{"type":"integer","minimum":200,"maximum":4320,"default":800},
          "visible":{"type":"boolean","default":false,"description":"Shows the browser on the screen."},
          "screenshot":{"type":"boolean","default":true},
        """, ""","oneOf":[{"required":["url"]},{"required":["file"]}]""");

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var address = BrowserScreenshot.Address(arguments, context);
        var timeout = Milliseconds(arguments);
        var wish = new BrowserWish(
            arguments.TextOrNull("profile"), arguments.Count("width", DefaultWidth), arguments.Count("height", DefaultHeight), arguments.Flag("visible"),
            TimeSpan.FromMilliseconds(timeout));
        var browser = Browser(context);
        return browser.Step(
            async () =>
            {
                var page = await browser.Ensure(wish, context.HomeFolder, cancellation);
                try
                {
                    var answer = await page.GotoAsync(address, new PageGotoOptions { Timeout = timeout, WaitUntil = WaitUntilState.Load });
                    var picture = arguments.Flag("screenshot", otherwise: true)
                        ? new[] { ("picture", context.KeepBlob(await page.ScreenshotAsync(), "image/png")) }
                        : [];
                    return await Where(page, [("status", answer is null || answer.Status == 0 ? Json.Null : answer.Status), .. picture]);
                }
                catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
                {
                    browser.Mislead(page);
                    throw await Explained(failure, page, null, address, arguments);
                }
            },
            Patience(arguments),
            cancellation);
    }
}
