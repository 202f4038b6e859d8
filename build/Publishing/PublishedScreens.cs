using System.Security.Cryptography;
using System.Text;
using Jarvis.Build.Compiling;

namespace Jarvis.Build.Publishing;

/// <summary>
/// The phone app and the back office as they are served: trimmed, compressed, fingerprinted. Published once for each state of their sources and
/// kept in <c>.jarvis/screens</c>; a start that finds them does nothing.
/// </summary>
public static class PublishedScreens
{
    /// <summary>Their folders: <c>m</c> at /m/, <c>admin</c> at /admin/.</summary>
    private static readonly (string Project, string Name)[] Apps = [("src/Mobile", "m"), ("src/Admin", "admin")];

    private static readonly string[] Sources = ["src/Client", "src/Mobile", "src/Admin", "build/TypedGraphQL"];

    private static readonly string[] Files =
        ["src/Api/schema.graphql", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json"];

    private static readonly string[] NoSource = ["bin", "obj", "node_modules", "bundle"];

    private const int Kept = 3;

    /// <summary>Where the apps of the present sources are, or will be once <see cref="EnsureAsync"/> has ended.</summary>
    public static string Folder => Path.Combine(Root, Fingerprint());

    private static string Root => Repository.PathTo(".jarvis", "screens");

    /// <summary>Publishes what is not there yet, each app to its place as soon as it is whole.</summary>
    /// <exception cref="ProblemException">One does not build.</exception>
    public static async Task EnsureAsync(string folder, Action<string> report, CancellationToken cancellation)
    {
        if (Apps.All(app => Directory.Exists(Path.Combine(folder, app.Name))))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return;
        }

        Directory.CreateDirectory(folder);
        foreach (var (project, name) in Apps)
        {
            var target = Path.Combine(folder, name);
            if (Directory.Exists(target))
            {
                continue;
            }

            report($"Publishing {project} for the browser: about a minute, once for each change of it");
            var draft = target + "-" + Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
            try
            {
                await DotNet.PublishScreenAsync(project, draft, cancellation);
                // Another process may have been faster; its app is the same.
                if (!Directory.Exists(target))
                {
                    Directory.Move(draft, target);
                }
            }
            finally
            {
                if (Directory.Exists(draft))
                {
                    Directory.Delete(draft, recursive: true);
                }
            }
        }

        foreach (var old in new DirectoryInfo(Root).EnumerateDirectories().OrderByDescending(directory => directory.LastWriteTimeUtc).Skip(Kept))
        {
            old.Delete(recursive: true);
        }
    }

    private static string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Sources.SelectMany(source => Directory.EnumerateFiles(Repository.PathTo(source), "*", SearchOption.AllDirectories)).Where(IsSource)
            .Concat(Files.Select(file => Repository.PathTo(file))).Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Repository.Root, file) + "\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static bool IsSource(string file) =>
        !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Intersect(NoSource).Any();
}
