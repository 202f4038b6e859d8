namespace Jarvis.Mobile.Platform;

/// <summary>The five tabs, and where in each the person last was.</summary>
public sealed class TabStacks
{
    private readonly Dictionary<string, string> last = [];

    /// <summary>The tab that a path (relative to the app, without its query) belongs to.</summary>
    public static string TabOf(string path) => path.Split('/', '?', '#')[0] switch
    {
        "" => "",
        "calls" => "calls",
        "notifications" => "notifications",
        "me" or "devices" or "statistics" => "me",
        // Workflows are reached under runs, so that there are five tabs.
        "runs" or "workflows" or "retry" => "runs",
        // A page that is not there is in none.
        _ => "none",
    };

    /// <summary>Remembers where the person is.</summary>
    public void Visit(string path) => last[TabOf(path)] = path;

    /// <summary>Where a tap on a tab leads: to where it was left; on the tab that is open, to its beginning.</summary>
    public string Target(string tab, string current) =>
        TabOf(current) == tab ? tab : last.GetValueOrDefault(tab, tab);
}
