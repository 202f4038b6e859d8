using Jarvis.Build;
using Jarvis.Build.Processes;

namespace Jarvis.Benchmarks.Platform;

/// <summary>The built programs that are measured: always the Release build.</summary>
internal static class Programs
{
    /// <summary>The server's command line.</summary>
    public static string[] Server() => Dotnet("src", "Api", "Jarvis.Api.dll", "JARVIS_BENCH_SERVER");

    /// <summary>The command line of <c>jarvis</c>.</summary>
    public static string[] Jarvis() => Dotnet(Path.Combine("src", "Desktop"), "Cli", "jarvis.dll", "JARVIS_BENCH_CLI");

    // A published folder stands in where it is named, to measure what people get rather than what was built.
    private static string[] Dotnet(string parent, string project, string file, string variable)
    {
        var folder = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named
            ? named
            : Repository.PathTo(parent, project, "bin", "Release", "net10.0");
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            throw new ProblemException($"{path} is not built; run build/bench, or build {project} in Release first.");
        }

        return [Tools.Find("dotnet") ?? throw new ProblemException("The program dotnet was not found on the path."), path];
    }
}
