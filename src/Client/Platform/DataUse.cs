using System.Globalization;
using Microsoft.JSInterop;

namespace Jarvis.Client.Platform;

/// <param name="Since">When counting began on this device.</param>
/// <param name="MovedBytes">Over the network since then: pages, program and requests as they were sent, compressed; without the live connection.</param>
/// <param name="KeptBytes">What this origin takes on the device, the program included; an estimate of the browser's.</param>
public sealed record DataUsed(DateTimeOffset Since, double MovedBytes, double KeptBytes);

/// <summary>How much data the app uses, as the browser counts it.</summary>
public sealed class DataUse(IJSRuntime js)
{
    public async Task<DataUsed> Look()
    {
        await using var script = await js.InvokeAsync<IJSObjectReference>("import", "./_content/Jarvis.Client/bundle/jarvis.js");
        // Milliseconds since 1970, bytes moved, bytes kept.
        var figures = (await script.InvokeAsync<string>("dataUse")).Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        return new DataUsed(DateTimeOffset.FromUnixTimeMilliseconds((long)figures[0]), figures[1], figures[2]);
    }
}
