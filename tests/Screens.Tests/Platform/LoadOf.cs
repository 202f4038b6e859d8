using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Jarvis.Screens.Tests.Platform;

/// <summary>What a page fetches, in bytes as they come over the wire, heads and bodies.</summary>
internal sealed class LoadOf : IAsyncDisposable
{
    private const int Shown = 12;
    private const double Kilobyte = 1024;

    private readonly ConcurrentDictionary<string, (string Url, double Bytes)> sizes = [];
    private readonly ICDPSession protocol;

    private LoadOf(ICDPSession protocol) => this.protocol = protocol;

    public double Kilobytes => sizes.Values.Sum(file => file.Bytes) / Kilobyte;

    public string Largest => $"{Kilobytes:0} KB:\n" + string.Join('\n', sizes.Values.OrderByDescending(file => file.Bytes).Take(Shown).Select(file => $"{file.Bytes / Kilobyte:0} KB {file.Url}"));

    public static async Task<LoadOf> BeginAsync(IPage page)
    {
        var load = new LoadOf(await page.Context.NewCDPSessionAsync(page));
        load.protocol.Event("Network.responseReceived").OnEvent += (_, e) =>
            load.sizes[e!.Value.GetProperty("requestId").GetString()!] = (e.Value.GetProperty("response").GetProperty("url").GetString()!, 0);
        load.protocol.Event("Network.loadingFinished").OnEvent += (_, e) =>
        {
            var id = e!.Value.GetProperty("requestId").GetString()!;
            load.sizes[id] = (load.sizes.GetValueOrDefault(id).Url ?? id, e.Value.GetProperty("encodedDataLength").GetDouble());
        };
        await load.protocol.SendAsync("Network.enable");
        return load;
    }

    public async ValueTask DisposeAsync() => await protocol.DetachAsync();
}
