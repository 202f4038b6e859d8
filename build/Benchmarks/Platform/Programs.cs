using Jarvis.Build;
using Jarvis.Build.Processes;

namespace Jarvis.Benchmarks.Platform;

/// <summary>The programs that are measured: the Release build, or what <c>build/publish</c> makes of it.</summary>
internal static class Programs
{
    /// <summary>Whether the published programs are measured, which bring their runtime and their handlers' code along.</summary>
    public static bool ArePublished { get; set; }

    /// <summary>The server's command line.</summary>
    public static string[] Server() => ArePublished ? Published("server", "Jarvis.Api") : Built("src", "Api", "Jarvis.Api.dll");

    /// <summary>The command line of <c>jarvis</c>.</summary>
    public static string[] Jarvis() => ArePublished ? Published("runner", "jarvis") : Built(Path.Combine("src", "Desktop"), "Cli", "jarvis.dll");

    private static string[] Published(string folder, string program) =>
        [Repository.PathTo("artifacts", folder, OperatingSystem.IsWindows() ? program + ".exe" : program)];

    private static string[] Built(string parent, string project, string file)
    {
        var path = Repository.PathTo(parent, project, "bin", "Release", "net10.0", file);
        if (!File.Exists(path))
        {
            throw new ProblemException($"{path} is not built; run build/bench, or build {project} in Release first.");
        }

        return [Tools.Find("dotnet") ?? throw new ProblemException("The program dotnet was not found on the path."), path];
    }
}
