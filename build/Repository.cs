namespace Jarvis.Build;

/// <summary>Where things lie in the project's folder.</summary>
public static class Repository
{
    /// <summary>The folder with Jarvis.sln, above the program that runs (or above the current folder).</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>What <c>build/up</c> keeps between two starts. Not in git. <c>JARVIS_STATE</c> names another folder, for a second system.</summary>
    public static string StateFolder =>
        Environment.GetEnvironmentVariable("JARVIS_STATE") is { Length: > 0 } named ? Path.GetFullPath(named) : Path.Combine(Root, ".jarvis");

    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        foreach (var start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Jarvis.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new ProblemException("Jarvis.sln was not found above " + AppContext.BaseDirectory + "; run this from the project's folder.");
    }
}
