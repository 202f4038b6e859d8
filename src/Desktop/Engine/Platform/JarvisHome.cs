namespace Jarvis.Engine.Platform;

/// <summary>The folder in which this PC's Jarvis keeps its journal, run folders, blobs and secrets. Only its owner may enter it.</summary>
public sealed class JarvisHome
{
    /// <summary>Environment variable that names the folder; without it, <c>~/.jarvis</c>.</summary>
    public const string Variable = "JARVIS_HOME";

    private JarvisHome(string folder) => Folder = folder;

    public string Folder { get; }

    public string JournalFile => Path.Combine(Folder, "journal.db");

    public string BlobFolder => Path.Combine(Folder, "blobs", "sha256");

    public string SecretsFile => Path.Combine(Folder, "secrets.json");

    /// <summary>Where runs that no server knows keep their own journals while they run.</summary>
    public string LocalFolder => Path.Combine(Folder, "local");

    /// <summary>Finds the home and makes it where it is missing.</summary>
    /// <param name="folder">An explicit choice; null takes the environment's, then the default.</param>
    /// <exception cref="HomeException">It cannot be made.</exception>
    public static JarvisHome Open(string? folder = null)
    {
        folder ??= Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".jarvis");
        try
        {
            folder = Path.GetFullPath(folder);
            MakePrivateFolder(folder);
            return new JarvisHome(folder);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new HomeException($"Jarvis's folder cannot be used: {closed.Message} Name another one with --home or {Variable}.", closed);
        }
    }

    /// <summary>The folder of one run: where its shell commands work and its relative paths lead.</summary>
    public string RunFolder(Guid runId) => Path.Combine(Folder, "runs", runId.ToString());

    /// <summary>Makes a folder that only its owner may enter.</summary>
    public static void MakePrivateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}

/// <summary>Jarvis's folder cannot be used; the message says why and what helps.</summary>
public sealed class HomeException(string message, Exception inner) : IOException(message, inner);
