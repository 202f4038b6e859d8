namespace Jarvis.Engine.Workflows.Browser;

/// <summary>Finds the browser that the system has; none is ever downloaded.</summary>
internal static class SystemBrowser
{
    /// <summary>Environment variable that names the browser's executable; where that is no file, there is none.</summary>
    public const string Variable = "JARVIS_BROWSER";

    public const string None = "There is no Chromium, Chrome or Edge on this machine.";

    /// <summary>How long a browser may take to start, in milliseconds.</summary>
    public const float StartTimeoutMilliseconds = 30_000;

    public static readonly string[] Arguments = ["--disable-gpu", "--disable-dev-shm-usage"];

    /// <summary>Chromium's own sandbox refuses to start as root.</summary>
    public static bool Sandboxed => !OperatingSystem.IsLinux() || Environment.UserName != "root";

    /// <summary>What is missing, as a sentence; null where there is a browser.</summary>
    public static string? Lacking() => Find() is null ? None : null;

    /// <summary>Path of the executable; null where there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            return File.Exists(chosen) ? chosen : null;
        }

        return Candidates().FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Candidates()
    {
        if (OperatingSystem.IsWindows())
        {
            foreach (var root in new[] { Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86, Environment.SpecialFolder.LocalApplicationData })
            {
                var folder = Environment.GetFolderPath(root);
                yield return Path.Combine(folder, "Google", "Chrome", "Application", "chrome.exe");
                yield return Path.Combine(folder, "Chromium", "Application", "chrome.exe");
                yield return Path.Combine(folder, "Microsoft", "Edge", "Application", "msedge.exe");
            }
        }
        else if (OperatingSystem.IsMacOS())
        {
            yield return "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
            yield return "/Applications/Chromium.app/Contents/MacOS/Chromium";
            yield return "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge";
        }
        else
        {
            foreach (var name in new[] { "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge" })
            {
                foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':', StringSplitOptions.RemoveEmptyEntries))
                {
                    yield return Path.Combine(folder, name);
                }
            }
        }
    }
}
