using Jarvis.Benchmarks.Runs;
using Jarvis.Domain.Platform;
using Jarvis.Domain.Runs;
using Jarvis.Domain.Workflows.Data;
using Microsoft.Playwright;

namespace Jarvis.Benchmarks.Platform.Screens;

/// <summary>S5: keys and taps while a log of 200 lines a second stands open on the phone, until the frame that follows each is painted.</summary>
internal sealed class LogInput : IFigure
{
    private const double GoalMilliseconds = 100;
    private const int LinesAtOnce = 20;
    private const int Presses = 20;
    private const double Slow = 0.95;
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);

    // A timer that is set within a frame runs once that frame is painted. What the browser's own Event Timing says of the same goes beside it.
    private const string Watch = """
        () => {
          globalThis.waited = [];
          globalThis.timed = [];
          for (const kind of ['keydown', 'pointerdown'])
            addEventListener(kind, event => requestAnimationFrame(() => setTimeout(() => waited.push(performance.now() - event.timeStamp))), true);
          new PerformanceObserver(list => timed.push(...list.getEntries().map(entry => entry.duration))).observe({ type: 'event', durationThreshold: 16 });
        }
        """;

    public string Name => "S5";

    public string Work => $"key or tap to painted frame, {LinesAtOnce / Apart.TotalSeconds:0} log lines a second";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var screens = await ScreenStage.OfAsync(stage, cancellation);
        await using var runner = await LoadRunner.PairAsync(await stage.ServerAsync(cancellation), screens.Owner, "talker", cancellation);
        var feed = new RunFeed(runner, Lines);
        await runner.SubmitAsync(RunFeed.Batch([feed], 1), cancellation);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var talking = TalkAsync(feed, enough.Token);
        try
        {
            await using var device = await screens.DeviceAsync(keepsApp: false);
            var page = await ScreenStage.SignedInAsync(device);
            await page.GotoAsync($"/m/runs/{feed.RunId}?tab=log");
            await page.Locator(".log-line").First.WaitForAsync();
            await page.EvaluateAsync(Watch);
            double slowest = 0, timed = 0;
            var row = await ScreenStage.RowAsync(this, rounds, "ms", GoalMilliseconds, async () =>
            {
                var waited = await PressAsync(page);
                (slowest, timed) = (Math.Max(slowest, waited[^1]), Math.Max(timed, await page.EvaluateAsync<double>("() => Math.max(0, ...timed)")));
                return Medians.Quantile(waited, Slow);
            });
            return [row with { Notes = $"the 95th percentile; slowest of all {Report.Number(slowest)} ms, by Event Timing {Report.Number(timed)} ms" }];
        }
        finally
        {
            await enough.CancelAsync();
            await talking;
        }
    }

    /// <summary>Milliseconds of each press, ascending.</summary>
    private static async Task<double[]> PressAsync(IPage page)
    {
        await page.EvaluateAsync("() => { waited.length = 0; timed.length = 0; }");
        var search = page.Locator(".log-tools input");
        for (var press = 0; press < Presses; press++)
        {
            await search.FocusAsync();
            await page.Keyboard.PressAsync("a");
            await page.WaitForTimeoutAsync((float)Apart.TotalMilliseconds);
            await page.Locator("h1").ClickAsync();
            await page.WaitForTimeoutAsync((float)Apart.TotalMilliseconds);
            // What was typed would be searched for once the field is left; here it is only typed.
            await search.EvaluateAsync("input => { input.value = ''; }");
        }

        await page.WaitForFunctionAsync($"() => waited.length >= {2 * Presses}");
        return [.. (await page.EvaluateAsync<double[]>("() => waited")).Order()];
    }

    private static async Task TalkAsync(RunFeed feed, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Apart);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                await feed.Runner.SubmitAsync(RunFeed.Batch([feed], 1), cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // It has said enough.
        }
    }

    private static ExecutionLogged Lines(long number, DateTimeOffset at) => new(
        [.. Enumerable.Range(0, LinesAtOnce).Select(_ => new LogLine(at, LogSeverity.Info, null))],
        Content.Of(Json.Of([.. Enumerable.Range(0, LinesAtOnce).Select(line => (Json)$"line {((number - 2) * LinesAtOnce) + line + 1}, as a build or a download writes them")])));
}
