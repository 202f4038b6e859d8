using Jarvis.Domain.Workflows.Data;
using Jarvis.Engine.Workflows.Files;
using Microsoft.Playwright;

namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Clicks what starts a download and puts the file where it is wanted, whole or not at all.</summary>
public sealed class BrowserDownload : BrowserStep
{
    public override string Name => "browser.download";

    public override string Summary => "Clicks an element that downloads a file, and keeps the file.";

    public override string Example => """{"text":"Export","to":"export.csv"}""";

    public override string Parameters => ElementSchema("""
        "to":{"type":"string","minLength":1,"description":"The file, or an existing folder, in which it gets the name that the page gives it."},
        """, "\"to\"");

    public override Task<Json> Invoke(FunctionArguments arguments, FunctionContext context, CancellationToken cancellation) =>
        OnElement(arguments, context, async (page, element) =>
        {
            var timeout = Milliseconds(arguments);
            var download = await page.RunAndWaitForDownloadAsync(
                () => element.ClickAsync(new LocatorClickOptions { Timeout = timeout }), new PageRunAndWaitForDownloadOptions { Timeout = timeout });
            var arrived = await download.PathAsync();
            var to = context.Resolve(arguments.Text("to"));
            if (Directory.Exists(to))
            {
                // The name comes from the page: only its last part counts.
                to = Path.Combine(to, Path.GetFileName(download.SuggestedFilename.Replace('\\', '/')));
            }

            await using (var source = File.OpenRead(arrived))
            {
                await FileContent.Replace(to, stream => source.CopyToAsync(stream, cancellation), cancellation);
            }

            await download.DeleteAsync();
            return [("path", to), ("name", download.SuggestedFilename), ("size", new FileInfo(to).Length), ("sha256", await FileContent.Hash(to, "sha256", cancellation))];
        }, cancellation);
}
