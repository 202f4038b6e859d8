namespace Jarvis.Mobile.Accounts;

/// <summary>A browser's own words about itself, short enough for a list.</summary>
public static class UserAgents
{
    // The first that matches: every browser also says the names of those it wants to pass for.
    private static readonly (string Mark, string Name)[] Browsers =
        [("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("jarvis", "jarvis")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    /// <summary>Such as <c>Chrome · Windows</c>; null for none.</summary>
    public static string? Short(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return null;
        }

        var browser = Array.Find(Browsers, known => userAgent.Contains(known.Mark, StringComparison.OrdinalIgnoreCase)).Name;
        var system = Array.Find(Systems, known => userAgent.Contains(known.Mark, StringComparison.Ordinal)).Name;
        return (browser, system) switch
        {
            (null, null) => userAgent.Split('/', ' ')[0],
            (null, _) => system,
            (_, null) => browser,
            _ => browser + " · " + system,
        };
    }

    public static bool IsPhone(string? userAgent) =>
        userAgent is not null && (userAgent.Contains("Mobile", StringComparison.Ordinal) || userAgent.Contains("Android", StringComparison.Ordinal) || userAgent.Contains("iPhone", StringComparison.Ordinal));
}
