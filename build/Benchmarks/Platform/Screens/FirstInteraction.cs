namespace Jarvis.Benchmarks.Platform.Screens;

/// <summary>S2, S3: an app opened for the first time on a device, until one can sign in. Nothing of it is kept from before.</summary>
internal sealed class FirstInteraction(string name, string app, string called, double goalSeconds) : IFigure
{
    public string Name => name;

    public string Work => $"first opening of the {called} until one can sign in";

    public async Task<IReadOnlyList<Row>> MeasureAsync(Stage stage, Rounds rounds, CancellationToken cancellation)
    {
        var screens = await ScreenStage.OfAsync(stage, cancellation);
        return
        [
            await ScreenStage.RowAsync(this, rounds, "s", goalSeconds, async () =>
            {
                await using var device = await screens.DeviceAsync(keepsApp: false);
                return await ScreenStage.OpenAsync(await device.NewPageAsync(), $"/{app}/", "input[type=email]");
            }),
        ];
    }
}
