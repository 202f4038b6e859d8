using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Jarvis.Benchmarks.Runs;
using Jarvis.Build;
using Jarvis.Build.Publishing;
using Jarvis.Build.Testing;
using Microsoft.Playwright;
using Npgsql;

namespace Jarvis.Benchmarks.Platform.Screens;

/// <summary>The published apps on the bench's server, a browser, and a person with ten thousand runs; made once for all figures of the screens.</summary>
internal sealed class ScreenStage
{
    public const int Runs = 10_000;

    /// <summary>What the first page shows once it has its answer.</summary>
    public const string Figures = ".kpis a";

    private const string Email = "screens@example.test";
    private const float Patience = 60_000;
    private const int Width = 390;
    private const int Height = 844;

    private static readonly ConditionalWeakTable<Stage, ScreenStage> OfStage = [];
    private readonly IBrowser browser;
    private readonly Uri address;

    private ScreenStage(IBrowser browser, Uri address, OwnerClient owner) => (this.browser, this.address, Owner) = (browser, address, owner);

    /// <summary>The person, beside the screens.</summary>
    public OwnerClient Owner { get; }

    /// <exception cref="ProblemException">This machine has no browser.</exception>
    public static async Task<ScreenStage> OfAsync(Stage stage, CancellationToken cancellation)
    {
        if (OfStage.TryGetValue(stage, out var known))
        {
            return known;
        }

        var program = Browser.Find() ?? throw new ProblemException("There is no Chromium on this machine to open the screens with.");
        await PublishedScreens.EnsureAsync(PublishedScreens.Folder, line => Report.Say("  " + line), cancellation);
        var server = await stage.ServerAsync(cancellation);
        using var registration = JsonContent.Create(new { email = Email, password = JarvisServer.Password, displayName = "Screens", timeZone = "UTC" });
        using var registered = await server.Http.PostAsync(new Uri("/auth/register", UriKind.Relative), registration, cancellation);
        registered.EnsureSuccessStatusCode();
        var owner = await OwnerAsync(server, cancellation);
        var account = (await owner.QueryAsync("{ viewer { id } }", null, cancellation)).GetProperty("viewer").GetProperty("id").GetGuid();
        await using (var source = NpgsqlDataSource.Create(stage.ConnectionString))
        {
            await SeededRuns.AddAsync(source, [account], Runs, cancellation);
        }

        // Ends with this process.
        var playwright = await Playwright.CreateAsync();
        var made = new ScreenStage(await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] }), server.Address, owner);
        OfStage.Add(stage, made);
        return made;
    }

    /// <summary>A device of its own: nothing is kept on it.</summary>
    public async Task<IBrowserContext> DeviceAsync(bool keepsApp)
    {
        var device = await browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            Locale = "zh-CN",
            ViewportSize = new() { Width = Width, Height = Height },
            ServiceWorkers = keepsApp ? ServiceWorkerPolicy.Allow : ServiceWorkerPolicy.Block,
        });
        device.SetDefaultTimeout(Patience);
        return device;
    }

    /// <summary>The phone app, signed in, its first page drawn.</summary>
    public static async Task<IPage> SignedInAsync(IBrowserContext device)
    {
        var page = await device.NewPageAsync();
        await page.GotoAsync("/m/");
        await page.Locator("input[type=email]").FillAsync(Email);
        await page.Locator("input[name=password]").FillAsync(JarvisServer.Password);
        await page.Locator("button[type=submit]").ClickAsync();
        // The figures themselves: the skeleton before them has their frame.
        await page.Locator(Figures).First.WaitForAsync();
        return page;
    }

    /// <summary>From the call for an address until something stands on the page, in seconds.</summary>
    public static async Task<double> OpenAsync(IPage page, string path, string until)
    {
        var watch = Stopwatch.StartNew();
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator(until).First.WaitForAsync();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>One row of absolute times beside their goal. The first opening warms the server and is not counted.</summary>
    public static async Task<Row> RowAsync(IFigure figure, Rounds rounds, string unit, double goal, Func<Task<double>> measure)
    {
        List<double> taken = [];
        for (var round = rounds.IsQuick ? 0 : -1; round < (rounds.IsQuick ? 1 : rounds.Count); round++)
        {
            var value = await measure();
            Report.Say($"  round {round + 1}: {Report.Number(value)} {unit}");
            if (round >= 0)
            {
                taken.Add(value);
            }
        }

        var median = Medians.Of(taken);
        return new Row(figure.Name, figure.Work, median, null, unit, "absolute", median, new Target(goal, goal, Better.Lower)) { Spread = (taken.Min(), taken.Max()) };
    }

    // Lives as long as the stage, which is as long as this process.
    private static async Task<OwnerClient> OwnerAsync(JarvisServer server, CancellationToken cancellation)
    {
        using var body = JsonContent.Create(new { email = Email, password = JarvisServer.Password });
        using var login = await server.Http.PostAsync(new Uri("/auth/login", UriKind.Relative), body, cancellation);
        login.EnsureSuccessStatusCode();
        var tokens = await login.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(cancellation);
        return new OwnerClient(server.Http, server.Address, tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString()!);
    }
}
