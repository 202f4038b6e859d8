using Jarvis.Build;

namespace Jarvis.Testing;

/// <summary>Where things lie, for tests that start real programs or read files of the project.</summary>
public static class Paths
{
#if DEBUG
    public const string Configuration = "Debug";
#else
    public const string Configuration = "Release";
#endif

    /// <summary>The folder with Jarvis.sln.</summary>
    public static string Repository => Jarvis.Build.Repository.Root;

    /// <summary>A file or folder below the repository.</summary>
    public static string In(params string[] parts) => Jarvis.Build.Repository.PathTo(parts);

    /// <summary>The built program of a project, in the configuration of the tests: <c>Program("src/Api", "Jarvis.Api")</c>.</summary>
    public static string Program(string project, string assembly)
    {
        var file = In(project, "bin", Configuration, "net10.0", OperatingSystem.IsWindows() ? assembly + ".exe" : assembly);
        return File.Exists(file) ? file : throw new FileNotFoundException("Build " + project + " (" + Configuration + ") first.", file);
    }
}
