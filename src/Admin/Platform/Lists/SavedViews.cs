using Jarvis.Client.Platform;

namespace Jarvis.Admin.Platform.Lists;

/// <summary>Filters and orders of a list under a name, kept on this device.</summary>
public sealed class SavedViews(IBrowser browser, string list)
{
    public const int MostViews = 20;
    public const int NameMaxCharacters = 40;
    private const char Between = '\t';
    private const char Line = '\u001e';

    /// <summary>Each with its query, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Query)> All { get; private set; } =
        [.. (browser.Preference(list + ".views") ?? "").Split(Line, StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(Between, 2)).Where(parts => parts.Length == 2).Select(parts => (parts[0], parts[1]))];

    /// <summary>Under a name that is there already it takes its place.</summary>
    public Task Save(string name, string query) => Keep([.. All.Where(view => view.Name != name).TakeLast(MostViews - 1), (Clean(name), query)]);

    public Task Remove(string name) => Keep([.. All.Where(view => view.Name != name)]);

    private static string Clean(string name) => name.Replace(Between, ' ').Replace(Line, ' ');

    private Task Keep(IReadOnlyList<(string Name, string Query)> views)
    {
        All = views;
        return browser.Prefer(list + ".views", views.Count == 0 ? null : string.Join(Line, views.Select(view => view.Name + Between + view.Query))).AsTask();
    }
}
