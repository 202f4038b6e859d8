using System.Text.Json;
using Jarvis.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>One person in one app: signed in, going about, looked over by axe and by the camera.</summary>
public sealed class Walk : IAsyncDisposable
{
    /// <summary>The collection of every walk: there is one server, and they take turns.</summary>
    public const string Turns = "walks";
    public const string Phone = "m";
    public const string Office = "admin";
    public const int Narrow = 390;
    public const int Wide = 1280;
    private const float Patience = 60_000;

    // What the browser itself says of an answer that the page then shows as a refusal.
    private static readonly string[] Expected = ["Failed to load resource", "net::ERR_INTERNET_DISCONNECTED", "WebSocket connection"];

    private readonly SystemUnderTest system;
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    private Walk(SystemUnderTest system, IBrowserContext context, IPage page, string app)
    {
        (this.system, this.context, Page, App) = (system, context, page, app);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !Expected.Any(text => message.Text.Contains(text, StringComparison.Ordinal)))
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
    }

    public IPage Page { get; }

    public IBrowserContext Context => context;

    public string App { get; }

    /// <summary>Errors on the console since the start; a walk ends with none.</summary>
    public IReadOnlyList<string> Complaints => complaints;

    /// <summary>A fresh browser profile at the app's sign-in page. Skips the test where there is no browser.</summary>
    /// <param name="language"><c>zh</c>, <c>en</c>, or <c>marked</c> for the pseudo-locale.</param>
    /// <param name="keepsApp">Whether the service worker may keep the app for offline.</param>
    /// <param name="opens">Whether it is opened at once; else the page is still empty.</param>
    /// <param name="at">The origin, where it is not the server's own.</param>
    public static async Task<Walk> BeginAsync(SystemUnderTest system, string app, string language = "zh", int width = Narrow, bool keepsApp = false, string? at = null, bool opens = true)
    {
        if (system.Browser is not { } browser)
        {
            Assert.Skip("There is no Chromium on this machine.");
            throw new InvalidOperationException();
        }

        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = at ?? system.Url,
            Locale = language == "en" ? "en-US" : "zh-CN",
            TimezoneId = "Asia/Shanghai",
            ViewportSize = new ViewportSize { Width = width, Height = width == Narrow ? 844 : 800 },
            ServiceWorkers = keepsApp ? ServiceWorkerPolicy.Allow : ServiceWorkerPolicy.Block,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Patience);
        if (language == "marked")
        {
            await context.AddInitScriptAsync("localStorage.setItem('jarvis.language', 'marked')");
        }

        var walk = new Walk(system, context, await context.NewPageAsync(), app);
        if (opens)
        {
            await walk.Page.GotoAsync($"/{app}/");
            await walk.Page.Locator("input[type=email]").WaitForAsync();
        }

        return walk;
    }

    /// <summary>The same, signed in: the owner on the phone, the administrator in the back office.</summary>
    public static async Task<Walk> SignedInAsync(SystemUnderTest system, string app, string language = "zh", int width = Narrow, bool keepsApp = false, string? at = null)
    {
        var walk = await BeginAsync(system, app, language, width, keepsApp, at);
        await walk.SignInAsync(app == Office ? system.Administrator : system.Owner);
        return walk;
    }

    public async Task SignInAsync((string Email, string Password) who)
    {
        await Page.Locator("input[type=email]").FillAsync(who.Email);
        await Page.Locator("input[name=password]").FillAsync(who.Password);
        await Page.Locator("button[type=submit]").ClickAsync();
        await Page.Locator("nav").First.WaitForAsync();
    }

    /// <summary>Waits until the app is kept on this device and the worker answers for the page.</summary>
    public async Task KeptAsync()
    {
        await Page.EvaluateAsync("() => navigator.serviceWorker.ready");
        await Page.WaitForFunctionAsync("() => navigator.serviceWorker.controller !== null");
    }

    /// <summary>Opens an address of the app and waits until the page has what it shows.</summary>
    public async Task GoAsync(string route)
    {
        await Page.GotoAsync($"/{App}/{route}");
        await SettledAsync();
    }

    public async Task SettledAsync()
    {
        await Page.Locator("h1:visible").First.WaitForAsync();
        await Page.WaitForFunctionAsync("() => !document.querySelector('.skeleton, [aria-busy=true]')");
    }

    /// <summary>What axe finds against WCAG 2.2 A and AA, each as one line.</summary>
    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Paths.In("src", "Client", "node_modules", "axe-core", "axe.min.js")));
        var found = await Page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations
              .map(violation => violation.id + ': ' + violation.nodes.slice(0, 4).map(node => node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? '').slice(0, 160)).join(' | '))
            """);
        return [.. found.EnumerateArray().Select(line => line.GetString()!)];
    }

    /// <summary>How far the page can be scrolled sideways, in pixels.</summary>
    public Task<int> SidewaysAsync() => Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>A picture for people, in <c>artifacts/screens/</c>.</summary>
    public async Task PictureAsync(string name)
    {
        var file = Paths.In("artifacts", "screens", name + ".png");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = file });
    }

    public async Task LookAsync(string theme, int width)
    {
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await Page.SetViewportSizeAsync(width, width == Narrow ? 844 : 800);
        // The back office swaps a stylesheet for the theme; nothing is judged between two of them.
        await Page.WaitForFunctionAsync("() => [...document.styleSheets].length > 0 && [...document.querySelectorAll('link[rel=stylesheet]')].every(link => link.sheet)");
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    public void ShouldHaveNoComplaints() => complaints.ShouldBeEmpty($"The console of {App} should be silent.");
}
