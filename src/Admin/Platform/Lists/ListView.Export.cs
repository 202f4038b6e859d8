using System.Globalization;
using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform.Lists;

/// <summary>A list as a file: what is filtered, in its order, with the columns that are shown.</summary>
public sealed partial class ListView<T>
{
    /// <summary>Rows of one file; beyond, narrow the list.</summary>
    public const int ExportMost = 10_000;

    /// <summary>Rows that are asked for at a time: as many as the server gives.</summary>
    private const int ExportPage = 100;

    private CancellationTokenSource? exporting;
    private int exported;

    /// <summary>Begins, or stops what was begun.</summary>
    private async Task Export()
    {
        if (exporting is { } begun)
        {
            await begun.CancelAsync();
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Gone);
        (exporting, exported) = (stop, 0);
        ListColumn<T>[] columns = [.. Columns.Where(column => look.Shows(column.Name))];
        List<IEnumerable<string?>> lines = [columns.Select(column => L[column.ExportTitle ?? column.Title])];
        try
        {
            var more = await Fetch(columns, lines, stop.Token);
            await Browser.Download($"{Base}-{F.Local(F.Now).ToString("yyyyMMdd-HHmm", CultureInfo.InvariantCulture)}.csv", Csv.Type, Csv.Of(lines));
            if (more)
            {
                Toasts.Warn(L[ListWords.ExportCut, F.Number(exported)]);
            }
            else
            {
                Toasts.Say(L[ListWords.Exported, F.Number(exported)]);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Toasts.Say(L[ListWords.ExportStopped]);
        }
        catch (Exception e) when (e is RefusedException or UnreachableException)
        {
            Toasts.Warn(ErrorWords.Of(L, e));
        }
        finally
        {
            exporting = null;
        }
    }

    /// <returns>Whether there are more than fit.</returns>
    private async Task<bool> Fetch(ListColumn<T>[] columns, List<IEnumerable<string?>> lines, CancellationToken cancel)
    {
        var part = ask with { After = null, Before = null, Size = ExportPage };
        while (true)
        {
            var page = (await Api.AskOnce(Request(part), cancel)).Data;
            lines.AddRange(page.Rows.Select(row => columns.Select(column => column.Value(row)).ToArray()));
            exported = lines.Count - 1;
            if (!page.HasNext || exported >= ExportMost)
            {
                return page.HasNext;
            }

            part = part with { After = page.End };
            StateHasChanged();
        }
    }
}
