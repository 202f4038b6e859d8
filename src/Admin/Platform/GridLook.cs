using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform;

/// <summary>A grid's columns and density, kept on this device for each list.</summary>
public sealed class GridLook
{
    private const string Separator = ",";
    private readonly IBrowser browser;
    private readonly string list;
    private readonly HashSet<string> hidden;

    public GridLook(IBrowser browser, string list)
    {
        this.browser = browser;
        this.list = list;
        hidden = [.. (browser.Preference(list + ".hidden") ?? "").Split(Separator, StringSplitOptions.RemoveEmptyEntries)];
        Density = browser.Preference("density") is "middle" or "comfortable" ? browser.Preference("density")! : "compact";
    }

    /// <summary><c>compact</c>, <c>middle</c> or <c>comfortable</c>; the same for all lists.</summary>
    public string Density { get; private set; }

    public bool Shows(string column) => !hidden.Contains(column);

    public Task Toggle(string column)
    {
        if (!hidden.Remove(column))
        {
            hidden.Add(column);
        }

        return browser.Prefer(list + ".hidden", hidden.Count == 0 ? null : string.Join(Separator, hidden)).AsTask();
    }

    public Task Reset()
    {
        hidden.Clear();
        return browser.Prefer(list + ".hidden", null).AsTask();
    }

    public Task Choose(string density)
    {
        Density = density;
        return browser.Prefer("density", density == "compact" ? null : density).AsTask();
    }
}
