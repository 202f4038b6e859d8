using Jarvis.Domain.Workflows.Data;
using Jarvis.Domain.Workflows.Interpreter;
using Jarvis.Engine.Workflows.Files;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Clicks what starts a download and puts the file where it is wanted, whole or not at all.</summary>
public sealed class BrowserDownload : BrowserStep
{
    /// <summary>Most characters that are kept of a name that a page gives; of any script they stay below the 255 bytes of file systems.</summary>
    private const int MaxNameCharacters = 50;

    private const int MaxExtensionCharacters = 10;

    private const int DefaultArrivalSeconds = 600;

    public override string Name => "browser.download";

    public override string Summary => "Clicks an element that downloads a file, and keeps the file.";

    public override string Example => """{"text":"Export","to":"export.csv"}""";

    public override string Parameters => ElementSchema("""
        "to":{"type":"string","minLength":1,"description":"The file, or an existing folder, in which it gets the name that the page gives it, with a number where that is taken."},
          "arrivalSeconds":{"type":"integer","minimum":1,"maximum":86400,"default":600,"description":"How long the file may take to arrive."},
        """, "\"to\"");

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation) =>
        OnElement(arguments, context, async (page, element) =>
        {
            var timeout = Milliseconds(arguments);
            var download = await page.RunAndWaitForDownloadAsync(
                () => element.ClickAsync(new LocatorClickOptions { Timeout = timeout }), new PageRunAndWaitForDownloadOptions { Timeout = timeout });
            var arrived = await Arrived(download, Arrival(arguments));
            var to = context.Resolve(arguments.Text("to"));
            to = Directory.Exists(to) ? Free(to, download.SuggestedFilename) : to;

            await using (var source = File.OpenRead(arrived))
            {
                await FileContent.Replace(to, stream => source.CopyToAsync(stream, cancellation), cancellation);
            }

            await download.DeleteAsync();
            return [("path", to), ("name", download.SuggestedFilename), ("size", new FileInfo(to).Length), ("sha256", await FileContent.Hash(to, "sha256", cancellation))];
        }, cancellation, Arrival(arguments));

    private static TimeSpan Arrival(FunctionArguments arguments) => TimeSpan.FromSeconds(arguments.Count("arrivalSeconds", DefaultArrivalSeconds));

    private static async Task<string> Arrived(IDownload download, TimeSpan patience)
    {
        var arriving = download.PathAsync();
        try
        {
            return await arriving.WaitAsync(patience) ?? throw Failed($"{download.Url} was not downloaded.");
        }
        catch (TimeoutException late) when (!arriving.IsCompleted)
        {
            await download.CancelAsync();
            throw new WorkflowFaultException(Fault.Timeout($"{download.Url} had not arrived whole after {patience.TotalSeconds:0} s; a larger file needs more arrivalSeconds."), late);
        }
    }

    /// <summary>A file of the folder that is not there yet. The name comes from the page: only its last part counts, and it replaces nothing.</summary>
    private static string Free(string folder, string suggested)
    {
        var name = Path.GetFileName(suggested.Replace('\\', '/'));
        var extension = Path.GetExtension(name) is { Length: <= MaxExtensionCharacters } known ? known : "";
        var stem = name[..^extension.Length];
        stem = stem.Length == 0 ? "download" : stem[..Math.Min(stem.Length, MaxNameCharacters)];
        var path = Path.Combine(folder, stem + extension);
        for (var n = 2; File.Exists(path) || Directory.Exists(path); n++)
        {
            path = Path.Combine(folder, $"{stem} ({n}){extension}");
        }

        return path;
    }
}
