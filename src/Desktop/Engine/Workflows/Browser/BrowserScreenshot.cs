using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>
/// Takes a picture into the run's folder: of a page or an HTML file, with a browser of its own, or (without either) of the page that is
/// open in the run's browser.
/// </summary>
public sealed class BrowserScreenshot : JarvisFunction
{
    private const int DefaultWidth = 1280;
    private const int DefaultHeight = 800;

    /// <summary>How long a page may take to load, in milliseconds.</summary>
    private const float LoadTimeoutMilliseconds = 30_000;

    public override string Name => "browser.screenshot";

    public override string Summary => "Takes a picture of a web page or an HTML file.";

    public override bool Repeatable => true;

    public override string Example => """{"url":"https://example.com","path":"page.png"}""";

    public override string? Lacking() => SystemBrowser.Lacking();

    public override string Parameters => """
        {"type":"object","additionalProperties":false,"properties":{
          "url":{"type":"string","minLength":1,"description":"Address of the page (http, https or file)."},
          "file":{"type":"string","minLength":1,"description":"An HTML file, instead of an address; without both the run's open page."},
          "path":{"type":"string","minLength":1,"default":"screenshot.png","description":"Where the picture (PNG) goes."},
          "width":{"type":"integer","minimum":16,"maximum":7680,"default":1280},
          "height":{"type":"integer","minimum":16,"maximum":7680,"default":800},
          "fullPage":{"type":"boolean","default":false}},
         "not":{"required":["url","file"]}}
        """;

    public override async Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var path = context.Resolve(arguments.TextOrNull("path") ?? "screenshot.png");
        if (arguments["url"] is null && arguments["file"] is null)
        {
            var open = context.Resources.Get(() => new RunBrowser());
            return await open.Step(() => Picture(open.Page, path, arguments, context, cancellation), TimeSpan.FromMilliseconds(LoadTimeoutMilliseconds), cancellation);
        }

        var address = Address(arguments, context);
        var executable = SystemBrowser.Find() ?? throw NotAvailable(SystemBrowser.None);

        using var playwright = await Start();
        var browser = await Launch(playwright, executable);
        await using (browser)
        {
            // Playwright knows no cancellation: closing the browser ends whatever it is waiting for.
            await using var closing = cancellation.Register(() => _ = browser.CloseAsync());
            try
            {
                var page = await browser.NewPageAsync(new BrowserNewPageOptions
                {
                    ViewportSize = new ViewportSize { Width = arguments.Count("width", DefaultWidth), Height = arguments.Count("height", DefaultHeight) },
                });
                await page.GotoAsync(address, new PageGotoOptions { Timeout = LoadTimeoutMilliseconds, WaitUntil = WaitUntilState.Load });
                return await Picture(page, path, arguments, context, cancellation);
            }
            catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Failed($"No picture of {address}: {failure.Message.Split('\n')[0]}", failure);
            }
        }
    }

    private static async Task<Json> Picture(IPage page, string path, FunctionArguments arguments, FunctionContext context, CancellationToken cancellation)
    {
        var picture = await page.ScreenshotAsync(new PageScreenshotOptions { FullPage = arguments.Flag("fullPage"), Type = ScreenshotType.Png });
        await context.Attach(picture, "image/png", Domain.Runs.BlobPurpose.Screenshot, cancellation);
        await Files.FileContent.Replace(path, stream => stream.WriteAsync(picture, cancellation).AsTask(), cancellation);
        return Json.Of(("path", path), ("size", picture.Length), ("title", await page.TitleAsync()), ("picture", context.KeepBlob(picture, "image/png")));
    }

    /// <summary>The address to open: of the argument <c>url</c>, or of the HTML file that <c>file</c> names.</summary>
    internal static string Address(FunctionArguments arguments, FunctionContext context)
    {
        if (arguments.TextOrNull("file") is { } file)
        {
            var html = context.Resolve(file);
            return File.Exists(html) ? new Uri(html).AbsoluteUri : throw Failed($"There is no file {html}.");
        }

        var url = arguments.Text("url");
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "file"
            ? url
            : throw Failed($"'{url}' is not an http, https or file address.");
    }

    private static async Task<IPlaywright> Start()
    {
        try
        {
            return await Playwright.CreateAsync();
        }
        catch (PlaywrightException missing)
        {
            throw NotAvailable($"Playwright cannot be started: {missing.Message.Split('\n')[0]}");
        }
    }

    private static async Task<IBrowser> Launch(IPlaywright playwright, string executable)
    {
        try
        {
            return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = executable,
                Headless = true,
                Timeout = LoadTimeoutMilliseconds,
                ChromiumSandbox = SystemBrowser.Sandboxed,
                Args = SystemBrowser.Arguments,
            });
        }
        catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
        {
            throw NotAvailable($"{executable} cannot be started: {failure.Message.Split('\n')[0]}");
        }
    }
}
