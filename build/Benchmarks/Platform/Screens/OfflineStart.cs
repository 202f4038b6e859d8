namespace Jarvis.Benchmarks.Platform.Screens;

/// <summary>S1: the phone app opened without a network, until its first page shows what the device kept.</summary>
internal sealed class OfflineStart : IFigure
{
    private const double GoalSeconds = 1.5;

    public string Name => "S1";

    public string Work => "offline start of the phone app";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var screens = await ScreenStage.OfAsync(stage, cancellation);
        await using var device = await screens.DeviceAsync(keepsApp: true);
        var first = await ScreenStage.SignedInAsync(device);
        await first.WaitForFunctionAsync("async () => (await navigator.serviceWorker.ready).active && navigator.serviceWorker.controller !== null");
        await device.SetOfflineAsync(true);
        await first.CloseAsync();
        return
        [
            await ScreenStage.RowAsync(this, rounds, "s", GoalSeconds, async () =>
            {
                var page = await device.NewPageAsync();
                var seconds = await ScreenStage.OpenAsync(page, "/m/", ScreenStage.Figures);
                await page.CloseAsync();
                return seconds;
            }),
        ];
    }
}
