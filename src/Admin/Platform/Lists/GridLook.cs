using System.Globalization;
using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform.Lists;

/// <summary>A grid's columns, their widths and its density, kept on this device for each list. What was never changed follows the list's defaults.</summary>
public sealed class GridLook
{
    private const char Separator = ',';
    private const string Compact = "compact";
    private readonly IBrowser browser;
    private readonly string list;
    private readonly string[] defaults;
    private readonly HashSet<string> hidden = [];
    private readonly Dictionary<string, int> widths = [];

    /// <param name="startsHidden">The columns that are hidden until the person shows them.</param>
    public GridLook(IBrowser browser, string list, IEnumerable<string> startsHidden)
    {
        this.browser = browser;
        this.list = list;
        defaults = [.. startsHidden];
        Density = browser.Preference("density") is "middle" or "comfortable" ? browser.Preference("density")! : Compact;
        hidden.UnionWith(browser.Preference(HiddenKey)?.Split(Separator, StringSplitOptions.RemoveEmptyEntries) ?? defaults);
        foreach (var pair in (browser.Preference(WidthsKey) ?? "").Split(Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split(':') is [var name, var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var width))
            {
                widths[name] = width;
            }
        }
    }

    /// <summary><c>compact</c>, <c>middle</c> or <c>comfortable</c>; the same for all lists.</summary>
    public string Density { get; private set; }

    /// <summary>Counts resets: a grid drawn under another number is drawn afresh.</summary>
    public int Resets { get; private set; }

    private string HiddenKey => list + ".hidden";

    private string WidthsKey => list + ".widths";

    public bool Shows(string column) => !hidden.Contains(column);

    /// <summary>Pixels; null where the person did not change it.</summary>
    public int? Width(string column) => widths.TryGetValue(column, out var width) ? width : null;

    public Task Toggle(string column)
    {
        if (!hidden.Remove(column))
        {
            hidden.Add(column);
        }

        // Nothing hidden is kept too: it is not the default where a column starts hidden.
        return browser.Prefer(HiddenKey, hidden.SetEquals(defaults) ? null : string.Join(Separator, hidden)).AsTask();
    }

    public Task Widen(string column, int width)
    {
        widths[column] = width;
        return browser.Prefer(WidthsKey, string.Join(Separator, widths.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}:{pair.Value}")))).AsTask();
    }

    /// <summary>Columns, widths and density as a new person sees them.</summary>
    public async Task Reset()
    {
        hidden.Clear();
        hidden.UnionWith(defaults);
        widths.Clear();
        Density = Compact;
        Resets++;
        await browser.Prefer(HiddenKey, null);
        await browser.Prefer(WidthsKey, null);
        await browser.Prefer("density", null);
    }

    public Task Choose(string density)
    {
        Density = density;
        return browser.Prefer("density", density == Compact ? null : density).AsTask();
    }
}
