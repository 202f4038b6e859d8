using Jarvis.Build.Compiling;

namespace Jarvis.Build.Publishing;

/// <summary>
/// The code that Wolverine puts around the server's handlers. From source it is compiled when first needed; a published server brings it along and
/// compiles nothing at run time.
/// </summary>
public static class GeneratedCode
{
    private const string Project = "src/Api/Api.csproj";

    /// <summary>The server's program in a folder that <see cref="BuildAsync"/> has filled.</summary>
    public static string ServerIn(string folder) => Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "Jarvis.Api.exe" : "Jarvis.Api");

    /// <summary>Lets the built server write its code below the folder, beside what was there.</summary>
    /// <exception cref="ProblemException">It cannot.</exception>
    public static async Task WriteAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var server = Repository.PathTo("src", "Api", "bin", DotNet.Configuration, "net10.0", "Jarvis.Api.dll");
        await DotNet.RunAsync(server, ["codegen", "write"], folder, cancellation);
        if (!Directory.Exists(Path.Combine(folder, "Internal")))
        {
            throw new ProblemException("The server wrote no code around its handlers.");
        }
    }

    /// <summary>Builds the server with its code; what it uses is built already.</summary>
    /// <exception cref="ProblemException">It does not build.</exception>
    public static Task BuildAsync(string folder, CancellationToken cancellation) => DotNet.BuildAloneAsync(Project, Setting(folder), cancellation);

    /// <summary>For the compiler: where the code is.</summary>
    public static string Setting(string folder) => "-p:GeneratedCode=" + folder;
}
