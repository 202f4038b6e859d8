using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>A step in the run's browser. Its picture shows the page as it was before the act, with a frame around the element that is acted on.</summary>
public abstract class BrowserStep : JarvisFunction
{
    /// <summary>How long a step waits where the workflow says nothing, in seconds.</summary>
    public const int DefaultTimeoutSeconds = 30;

    private const string TimeoutSchema = """
        "timeoutSeconds":{"type":"integer","minimum":1,"maximum":600,"default":30,"description":"How long it waits for page and element."}
        """;

    private const string DrawFrame = """
        element => {
          const box = element.getBoundingClientRect(), frame = document.createElement('div');
          frame.id = 'jarvis-frame';
          frame.style.cssText = `position:fixed;box-sizing:border-box;left:${box.left - 5}px;top:${box.top - 5}px;width:${box.width + 10}px;height:${box.height + 10}px;`
            + 'border:3px solid #e5484d;border-radius:5px;box-shadow:0 0 0 2px #fff;z-index:2147483647;pointer-events:none;margin:0;padding:0;background:none';
          document.documentElement.appendChild(frame);
          return [box.left, box.top, box.width, box.height];
        }
        """;

    private const string RemoveFrame = "document.getElementById('jarvis-frame')?.remove()";

    public override string? Lacking() => SystemBrowser.Lacking();

    /// <summary>Schema of a step about one element.</summary>
    private protected static string ElementSchema(string more = "", string required = "") => $$"""
        {"type":"object","additionalProperties":false,"required":[{{required}}],"properties":{
          {{BrowserTarget.Schema}},{{more}}
          "screenshot":{"type":"boolean","default":true,"description":"Keeps a picture with the element framed."},
          {{TimeoutSchema}}},
         "oneOf":{{BrowserTarget.OneWay}}}
        """;

    /// <summary>Schema of a step about the page.</summary>
    private protected static string PageSchema(string properties, string more = "") => $$"""
        {"type":"object","additionalProperties":false,"properties":{ {{properties}}{{TimeoutSchema}}}{{more}}}
        """;

    private protected static RunBrowser Browser(FunctionContext context) => context.Resources.Get(() => new RunBrowser());

    /// <summary>All that a step may wait for: that its element is there, that it can be acted on, that what comes of it has loaded.</summary>
    private protected static TimeSpan Patience(FunctionArguments arguments) => 3 * TimeSpan.FromMilliseconds(Milliseconds(arguments));

    private protected static float Milliseconds(FunctionArguments arguments) => arguments.Count("timeoutSeconds", DefaultTimeoutSeconds) * 1000f;

    /// <summary>Finds the element, pictures it framed, acts on it; the step's result begins with where the page is afterwards.</summary>
    /// <param name="longer">What the act may wait for beyond page and element.</param>
    private protected Task<Json> OnElement(
        FunctionArguments arguments, FunctionContext context, Func<IPage, ILocator, Task<IReadOnlyList<(string, Json)>>> act, CancellationToken cancellation, TimeSpan longer = default)
    {
        var browser = Browser(context);
        return browser.Step(
            async () =>
            {
                var page = browser.Page;
                var target = new BrowserTarget(arguments);
                var locator = target.On(page);
                try
                {
                    await locator.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Visible, Timeout = Milliseconds(arguments) });
                    var framed = arguments.Flag("screenshot", otherwise: true) ? await Framed(page, locator, context) : [];
                    var told = await act(page, locator);
                    return await Where(browser.Page, [.. told, .. framed]);
                }
                catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
                {
                    throw await Explained(failure, page, locator, target.ToString(), arguments);
                }
            },
            Patience(arguments) + longer,
            cancellation);
    }

    /// <summary>Does something with the page as it is; the step's result begins with where it is afterwards.</summary>
    private protected Task<Json> OnPage(FunctionArguments arguments, FunctionContext context, string what, Func<IPage, Task<(string, Json)>> act, CancellationToken cancellation)
    {
        var browser = Browser(context);
        return browser.Step(
            async () =>
            {
                var page = browser.Page;
                try
                {
                    return await Where(page, [await act(page)]);
                }
                catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
                {
                    throw await Explained(failure, page, null, what, arguments);
                }
            },
            Patience(arguments),
            cancellation);
    }

    private protected static async Task<Json> Where(IPage page, IEnumerable<(string, Json)> more) =>
        Json.Of([("url", page.Url), ("title", await page.TitleAsync()), .. more]);

    /// <summary>What a step that failed tells: the element, the page, and why as far as it can be seen.</summary>
    private protected async Task<WorkflowFaultException> Explained(Exception failure, IPage page, ILocator? locator, string target, FunctionArguments arguments)
    {
        var reason = failure.Message.Split('\n')[0];
        var where = page.IsClosed ? "a page that was closed" : page.Url;
        if (failure is not TimeoutException || page.IsClosed)
        {
            var several = locator is not null && failure.Message.Contains("strict mode", StringComparison.Ordinal);
            return Failed(
                several ? $"{Name}: {target} means {await Count(locator!)} elements on {where}; say which with nth, or name it more closely." : $"{Name}: {target} on {where}: {reason}",
                failure);
        }

        var seconds = Milliseconds(arguments) / 1000;
        var seen = locator is null ? "" : await Count(locator) switch
        {
            0 => "; the page has no such element",
            _ when !await locator.First.IsVisibleAsync() => "; it is there but not visible",
            _ when !await locator.First.IsEnabledAsync() => "; it is there but disabled",
            _ => "; it is there but was moving or covered by another element",
        };
        return new WorkflowFaultException(Fault.Timeout($"{Name}: {target} on {where} did not come within {seconds:0} s{seen}."), failure);
    }

    private static async Task<int> Count(ILocator locator)
    {
        try
        {
            return await locator.CountAsync();
        }
        catch (PlaywrightException)
        {
            return 0; // The page is on its way to another one.
        }
    }

    private static async Task<(string, Json)[]> Framed(IPage page, ILocator locator, FunctionContext context)
    {
        await locator.ScrollIntoViewIfNeededAsync();
        var box = await locator.EvaluateAsync<double[]>(DrawFrame);
        try
        {
            var picture = await page.ScreenshotAsync(new PageScreenshotOptions { Type = ScreenshotType.Png });
            return
            [
                ("element", Json.Of(("x", box[0]), ("y", box[1]), ("width", box[2]), ("height", box[3]))),
                ("picture", context.KeepBlob(picture, "image/png")),
            ];
        }
        finally
        {
            await locator.EvaluateAsync($"() => {{ {RemoveFrame} }}");
        }
    }
}
