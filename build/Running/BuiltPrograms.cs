using System.Security.Cryptography;
using System.Text;
using Jarvis.Build.Compiling;

namespace Jarvis.Build.Running;

/// <summary>
/// The server and the runner, built when their sources have changed, and copied aside: a later build overwrites the files
/// in <c>bin</c>, which would pull them from under a program that runs.
/// </summary>
public sealed class BuiltPrograms(string state)
{
    private static readonly (string Project, string Name, string Assembly)[] Parts =
        [("src/Api", "server", "Jarvis.Api.dll"), ("src/Desktop/Cli", "runner", "jarvis.dll")];

    private static readonly string[] Shared =
        ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig"];

    private static readonly string[] Screens = ["src/Client", "src/Mobile", "src/Admin"];

    private readonly string folder = Path.Combine(state, "programs");

    public string Server => Path.Combine(folder, "server", Parts[0].Assembly);

    public string Runner => Path.Combine(folder, "runner", Parts[1].Assembly);

    private string FingerprintFile => Path.Combine(folder, "fingerprint");

    /// <summary>Builds what is not built yet.</summary>
    public async Task EnsureAsync(Action<string> report, CancellationToken cancellation)
    {
        var fingerprint = Fingerprint();
        if (File.Exists(FingerprintFile) && await File.ReadAllTextAsync(FingerprintFile, cancellation) == fingerprint
            && File.Exists(Server) && File.Exists(Runner) && Parts.All(part => File.Exists(Path.Combine(Output(part.Project), part.Assembly))))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        File.Delete(FingerprintFile);
        foreach (var part in Parts)
        {
            report($"Building {part.Project} ({DotNet.Configuration}){(Directory.Exists(Output(part.Project)) ? "" : ": the first time this takes a minute or more")}");
            await DotNet.BuildAsync(part.Project, analysed: false, cancellation);
            Mirror(Output(part.Project), Path.Combine(folder, part.Name));
        }

        await File.WriteAllTextAsync(FingerprintFile, fingerprint, cancellation);
    }

    private static string Output(string project) => Repository.PathTo(project, "bin", DotNet.Configuration, "net10.0");

    private static string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.EnumerateFiles(Repository.PathTo("src"), "*", SearchOption.AllDirectories)
            .Where(file => !InBuildOutput(file) && !IsOfScreens(file))
            .Concat(Shared.Select(name => Repository.PathTo(name)).Where(File.Exists))
            .Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Repository.Root, file) + "\n"));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool InBuildOutput(string file)
    {
        var parts = Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar);
        return parts.Contains("bin") || parts.Contains("obj") || parts.Contains("node_modules");
    }

    /// <summary>The apps for the browser are published on their own.</summary>
    private static bool IsOfScreens(string file) => Screens.Any(folder => file.StartsWith(Repository.PathTo(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    private static void Mirror(string source, string target)
    {
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.CreateDirectory(target);
        foreach (var directory in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)));
        }
    }
}
