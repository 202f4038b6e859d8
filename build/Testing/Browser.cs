using Jarvis.Build.Processes;

namespace Jarvis.Build.Testing;

/// <summary>A browser of the Chromium family on this machine.</summary>
public static class Browser
{
    private static readonly string[] Names =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];

    private static readonly string[] Places =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
        @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    /// <summary>Its program, or null.</summary>
    public static string? Find() => Names.Select(Tools.Find).FirstOrDefault(found => found is not null) ?? Places.FirstOrDefault(File.Exists);

    /// <summary>Finds one, or installs one where that takes no question.</summary>
    public static Task<string?> FindOrInstallAsync(Action<string> report, CancellationToken cancellation) =>
        Packages.FindOrInstallAsync(Find, "Chromium", ["chromium"], report, cancellation);
}
