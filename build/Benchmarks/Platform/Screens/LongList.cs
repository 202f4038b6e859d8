namespace Jarvis.Benchmarks.Platform.Screens;

/// <summary>S4: the list of ten thousand runs opened from a list beside it, until its first rows are drawn.</summary>
internal sealed class LongList : IFigure
{
    private const double GoalMilliseconds = 400;

    // From the press to the frame in which the new list's rows stand, by the page's own clock.
    private const string Open = """
        async show => {
          const link = () => document.querySelector(`nav.segments a[href*="show=${show}"]`);
          const begin = performance.now();
          link().click();
          await new Promise((done, late) => {
            const look = () => link()?.getAttribute('aria-current') === 'page' && document.querySelector('[role=listitem]') && !document.querySelector('.skeleton') ? done()
              : performance.now() - begin > 30000 ? late(new Error('No rows: ' + document.querySelector('main').innerText.slice(0, 200))) : requestAnimationFrame(look);
            requestAnimationFrame(look);
          });
          return performance.now() - begin;
        }
        """;

    public string Name => "S4";

    public string Work => $"a list of {ScreenStage.Runs:#,0} opened";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var screens = await ScreenStage.OfAsync(stage, cancellation);
        await using var device = await screens.DeviceAsync(keepsApp: false);
        var page = await ScreenStage.SignedInAsync(device);
        await page.GotoAsync("/m/runs?show=history");
        await page.Locator("[role=listitem]").First.WaitForAsync();
        return
        [
            await ScreenStage.RowAsync(this, rounds, "ms", GoalMilliseconds, async () =>
            {
                var taken = await page.EvaluateAsync<double>(Open, "all");
                await page.EvaluateAsync<double>(Open, "history");
                return taken;
            }),
        ];
    }
}
